import { FIELDS, type Field, type Posting } from './postings.ts';
import type { QueryWord } from './query.ts';

/** How keywords are weighed. */
export interface KeywordWeights {
  /** How much one occurrence counts, by field. Default: title 2.5, headings 1.8, text 1. */
  readonly fields: Readonly<Record<Field, number>>;
  /** How soon more occurrences stop to count. Default 1.2. */
  readonly k1: number;
  /** How much long fields are held against a passage, 0 to 1, by field. Default: title .4, headings .4, text .7. */
  readonly b: Readonly<Record<Field, number>>;
  /** Weight of a stop word, 0 to 1. @default 0.3 */
  readonly stopWord: number;
  /** Added for two neighbours of the query that stand side by side, as a share of the rarer one's score. Default .4. */
  readonly phrase: number;
}

export const KEYWORD_WEIGHTS: KeywordWeights = {
  fields: { title: 2.5, headings: 1.8, text: 1 },
  k1: 1.2,
  b: { title: 0.4, headings: 0.4, text: 0.7 },
  stopWord: 0.3,
  phrase: 0.4,
};

/** Lengths of the fields of each passage, in words: passages × fields. */
export interface FieldLengths {
  readonly lengths: Uint32Array;
  /** Mean over all passages, by field; at least 1. */
  readonly means: readonly number[];
}

/** Contribution of one word of the query to a passage's score. */
export interface WordScore {
  readonly word: string;
  readonly score: number;
  /** The term that gave most. */
  readonly term: string;
}

/** Contribution of the keywords to a passage's score. */
export interface KeywordScore {
  readonly passage: number;
  /** Share of what a passage that has every word of the query, often, would get: 0 to about 1. */
  readonly score: number;
  readonly words: readonly WordScore[];
  readonly phrase: number;
}

/** BM25F over the passages that have a word of the query, by passage. */
export function keywordScores(
  words: readonly QueryWord[],
  postingsOf: (term: string) => readonly Posting[],
  passages: number,
  { lengths, means }: FieldLengths,
  weights: KeywordWeights = KEYWORD_WEIGHTS,
  /** Passages that have one of some terms, where postings are not all there are. */
  frequencyOf?: (terms: readonly string[]) => number,
): KeywordScore[] {
  const idf = (df: number): number => Math.log(1 + (passages - df + 0.5) / (df + 0.5));
  const found = new Map<
    number,
    { words: WordScore[]; places: (readonly (readonly number[])[] | undefined)[] }
  >();
  let ideal = 0;
  const rarities: number[] = [];
  for (const [index, { word, terms, isStopWord }] of words.entries()) {
    const importance = isStopWord ? weights.stopWord : 1;
    const lists = terms.map((term) => ({ ...term, postings: postingsOf(term.term) }));
    // A word that nothing has is as rare as one that one passage has: what is found without it is found in part.
    // Terms that a word stands for are as rare as all of them together: no rare misspelling outranks the word.
    const df =
      frequencyOf?.(lists.map(({ term }) => term)) ??
      new Set(lists.flatMap(({ postings }) => postings.map(({ passage }) => passage))).size;
    const rarity = idf(Math.max(1, df)) * importance;
    rarities.push(rarity);
    ideal += rarity;
    for (const { term, weight, postings } of lists) {
      for (const { passage, positions } of postings) {
        let frequency = 0;
        for (const [field, places] of positions.entries()) {
          if (places.length === 0) continue;
          const name = FIELDS[field]!;
          const length = lengths[passage * FIELDS.length + field]! / means[field]!;
          frequency +=
            (weights.fields[name] * places.length) / (1 - weights.b[name] + weights.b[name] * length);
        }
        const score = (rarity * weight * frequency) / (weights.k1 + frequency);
        const entry = found.get(passage) ?? { words: [], places: [] };
        found.set(passage, entry);
        const before = entry.words.findIndex((each) => each.word === word);
        if (before >= 0 && entry.words[before]!.score >= score) continue;
        if (before >= 0) entry.words.splice(before, 1);
        entry.words.push({ word, score, term });
        entry.places[index] = positions;
      }
    }
  }
  if (ideal === 0) return [];
  return [...found].map(([passage, { words: scores, places }]) => {
    let phrase = 0;
    for (let index = 1; index < words.length; index++) {
      const left = places[index - 1];
      const right = places[index];
      if (left === undefined || right === undefined) continue;
      const isSideBySide = left.some((positions, field) => {
        const next = new Set(right[field]);
        return positions.some((place) => next.has(place + 1));
      });
      if (isSideBySide) phrase += weights.phrase * Math.min(rarities[index - 1]!, rarities[index]!);
    }
    const sum = scores.reduce((total, { score }) => total + score, 0);
    return { passage, score: (sum + phrase) / ideal, words: scores, phrase: phrase / ideal };
  });
}
