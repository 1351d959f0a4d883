/** Chosen values by filter name. A document has to have one value of each name. */
export type Choices = Readonly<Record<string, readonly string[]>>;

export const NO_CHOICES: Choices = {};

/** Adds a value, or takes it away where it is chosen already. */
export function toggled(choices: Choices, name: string, value: string): Choices {
  const before = choices[name] ?? [];
  const values = before.includes(value) ? before.filter((other) => other !== value) : [...before, value];
  const { [name]: _, ...others } = choices;
  return values.length === 0 ? others : { ...others, [name]: values };
}

export const isChosen = (choices: Choices, name: string, value: string): boolean =>
  choices[name]?.includes(value) ?? false;

/** Chosen values one by one. */
export const chosenPairs = (choices: Choices): [name: string, value: string][] =>
  Object.entries(choices).flatMap(([name, values]) => values.map((value): [string, string] => [name, value]));

/** A question and filters, as an address holds them. */
export interface SearchLink {
  readonly question: string;
  readonly filters: Choices;
}

/** Before the name of a filter in the address, so that metadata may have any name. */
const PREFIX = 'filter.';

/** The address of a search below the page's own: `#/search?q=rain&filter.kind=pdf`. */
export function searchLink({ question, filters }: SearchLink): string {
  const parameters = new URLSearchParams();
  if (question.trim() !== '') parameters.set('q', question.trim());
  for (const [name, value] of chosenPairs(filters)) parameters.append(PREFIX + name, value);
  const query = parameters.toString();
  return query === '' ? '#/search' : `#/search?${query}`;
}

export function readSearchLink(hash: string): SearchLink {
  const parameters = new URLSearchParams(/^#\/search\?(.*)$/su.exec(hash)?.[1] ?? '');
  const filters = new Map<string, Set<string>>();
  for (const [parameter, value] of parameters) {
    if (!parameter.startsWith(PREFIX) || value === '') continue;
    const name = parameter.slice(PREFIX.length);
    filters.set(name, (filters.get(name) ?? new Set()).add(value));
  }
  return {
    question: parameters.get('q') ?? '',
    filters: Object.fromEntries([...filters].map(([name, values]) => [name, [...values]])),
  };
}

/** Whether two searches have the same filters. */
export const sameChoices = (left: Choices, right: Choices): boolean =>
  searchLink({ question: '', filters: left }) === searchLink({ question: '', filters: right });
