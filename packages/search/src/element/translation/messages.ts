/** A text for each plural category that a language has (`Intl.PluralRules`). `{count}` stands for the number. */
export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string };

/** All texts of the element. `{query}`, `{count}` and `{key}` are replaced. */
export interface Messages {
  /** Label of the button, the field and the dialog. */
  readonly search: string;
  readonly placeholder: string;
  readonly clear: string;
  readonly close: string;
  /** Number of pages that were found. */
  readonly pages: Plural;
  readonly nothing: string;
  readonly nothingHelp: string;
  readonly removeFilters: string;
  readonly searching: string;
  readonly idle: string;
  readonly recent: string;
  readonly remove: string;
  readonly removeAll: string;
  readonly suggestions: string;
  readonly filters: string;
  readonly showAll: string;
  readonly why: string;
  readonly whyWords: string;
  readonly whyMeaning: string;
  readonly whyReranker: string;
  /** Source of the order of results. */
  readonly byKeywords: string;
  readonly byTable: string;
  readonly byModel: string;
  readonly byReranker: string;
  readonly refining: string;
  readonly onlyMeaning: string;
  readonly outdated: string;
  readonly useNewer: string;
  readonly offline: string;
  readonly missing: string;
  readonly damaged: string;
  readonly incompatible: string;
  readonly failed: string;
  readonly incomplete: string;
  readonly otherModel: string;
  readonly modelFailed: string;
  readonly retry: string;
  readonly details: string;
  readonly otherSearch: string;
  /** Explanations of keys. */
  readonly keyMove: string;
  readonly keyOpen: string;
  readonly keyClose: string;
  readonly slash: string;
}

export const ENGLISH_MESSAGES: Messages = {
  search: 'Search',
  placeholder: 'Search this site',
  clear: 'Clear',
  close: 'Close',
  pages: { one: '{count} page', other: '{count} pages' },
  nothing: 'Nothing found for “{query}”',
  nothingHelp: 'Check the spelling, or try fewer or different words.',
  removeFilters: 'Remove all filters',
  searching: 'Searching…',
  idle: 'Type a few words or a question.',
  recent: 'Recent searches',
  remove: 'Remove “{query}”',
  removeAll: 'Remove all',
  suggestions: 'Suggestions',
  filters: 'Filters',
  showAll: 'Show all {count}',
  why: 'Why this result?',
  whyWords: 'Words',
  whyMeaning: 'Meaning',
  whyReranker: 'Second reading',
  byKeywords: 'found by words',
  byTable: 'found by words and meaning',
  byModel: 'meaning read by a model on this device',
  byReranker: 'read twice by models on this device',
  refining: 'Refining the order…',
  onlyMeaning: 'No page has these words. These are the closest in meaning.',
  outdated: 'This site has been updated since you opened the page.',
  useNewer: 'Search the new version',
  offline: 'You are offline, and the search is not stored on this device.',
  missing: 'The search index cannot be found.',
  damaged: 'The search index is damaged.',
  incompatible: 'The search index was made for another version of this search.',
  failed: 'The search does not work at the moment.',
  incomplete: 'Part of the search index cannot be used. Results may be missing or in a poorer order.',
  otherModel: 'The model on this device is not the one of this index, so it is not used.',
  modelFailed: 'The model cannot be used. Results are found without it.',
  retry: 'Try again',
  details: 'Details',
  otherSearch: 'Use the site’s other search',
  keyMove: 'move',
  keyOpen: 'open',
  keyClose: 'close',
  slash: 'Open search with {key}',
};
