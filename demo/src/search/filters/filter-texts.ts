import { languageInUse } from '../../words/in-use.ts';
import { words } from '../../words/language.ts';

/** The name of a filter, as it is shown. Metadata has its own. */
export const filterName = (name: string): string => {
  const names: Readonly<Record<string, string>> = words().search.filters.names;
  return Object.hasOwn(names, name) ? names[name]! : name;
};

/** A value of a filter, as it is shown. */
export function filterValue(name: string, value: string): string {
  const { kinds } = words().search.filters;
  if (name === 'kind') return Object.hasOwn(kinds, value) ? kinds[value as keyof typeof kinds] : value;
  return name === 'language' ? nameOfLanguage(value) : value;
}

function nameOfLanguage(tag: string): string {
  try {
    return new Intl.DisplayNames([languageInUse()], { type: 'language' }).of(tag) ?? tag;
  } catch {
    // Metadata may call anything a language.
    return tag;
  }
}
