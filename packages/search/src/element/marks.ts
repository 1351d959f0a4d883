/** Which words of a result are marked: those that the query's words were found as. */
import type { Language } from '../analysis/analyser.ts';
import type { FoundDocument, FoundPassage } from '../open-index.ts';
import { highlightsOf } from '../ranking/highlights.ts';
import type { Range } from './excerpt.ts';

export interface Marks {
  readonly title: readonly Range[];
  /** Of the headings, joined by {@link headingsOf}. */
  readonly headings: readonly Range[];
  readonly text: readonly Range[];
}

/** Headings as one line. */
export const headingsOf = ({ headings }: FoundPassage): string => headings.join(' › ');

/** Made once for each passage: an answer is rendered many times. */
const made = new WeakMap<FoundPassage, Marks>();

/** Marks of a passage and of the title above it. */
export function marksOf(page: FoundDocument, passage: FoundPassage, languages: readonly Language[]): Marks {
  const before = made.get(passage);
  if (before !== undefined) return before;
  const terms = new Set(passage.explanation?.words.map(({ term }) => term));
  const marks = {
    title: highlightsOf(page.title, terms, languages),
    headings: highlightsOf(headingsOf(passage), terms, languages),
    text: highlightsOf(passage.text, terms, languages),
  };
  made.set(passage, marks);
  return marks;
}

/** The marked words as they are written, each once, the first ones. */
export function markedForms(page: FoundDocument, passage: FoundPassage, marks: Marks, most = 6): string[] {
  const written = [
    ...marks.title.map(([start, end]) => page.title.slice(start, end)),
    ...marks.headings.map(([start, end]) => headingsOf(passage).slice(start, end)),
    ...marks.text.map(([start, end]) => passage.text.slice(start, end)),
  ];
  const forms = new Map(written.map((form) => [form.toLowerCase(), form]));
  return [...forms.values()].slice(0, most);
}
