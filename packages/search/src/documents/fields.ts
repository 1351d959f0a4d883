/** A passage as it is indexed and embedded. */
import { analyse, type Language } from '../analysis/analyser.ts';
import { FIELDS } from '../keywords/postings.ts';
import type { Section, SourceDocument } from './types.ts';

type Above = Pick<SourceDocument, 'title' | 'breadcrumbs'>;

/** Text of a passage for a model: title, headings and text. */
export const textToEmbed = ({ title }: Pick<SourceDocument, 'title'>, { headings, text }: Section): string =>
  [title, headings.join(' › '), text].filter((part) => part !== '').join('\n');

/** The terms of a passage. */
export interface PassageTerms {
  /** For each term the positions in each field. */
  readonly places: ReadonlyMap<string, readonly (readonly number[])[]>;
  /** Every folded word with its term. */
  readonly folded: ReadonlyMap<string, string>;
  /** Words of each field. */
  readonly lengths: readonly number[];
}

export function termsOf({ title, breadcrumbs }: Above, passage: Section, language: Language): PassageTerms {
  const places = new Map<string, number[][]>();
  const folded = new Map<string, string>();
  const fields = [title, [...breadcrumbs, ...passage.headings].join('\n'), passage.text];
  const lengths = fields.map((content, field) => {
    let position = 0;
    for (const { term, folded: word } of analyse(content, language)) {
      folded.set(word, term);
      const positions = places.get(term) ?? FIELDS.map(() => []);
      places.set(term, positions);
      positions[field]!.push(position++);
    }
    return position;
  });
  return { places, folded, lengths };
}
