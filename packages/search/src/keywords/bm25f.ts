import { FIELDS, type Field, type PostingList } from './postings.ts';
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
  /**
   * Added where the title has every word of the query, times the share of the title that they are: the page that the
   * query names comes first. @default 0.3
   */
  readonly named: number;
}

export const KEYWORD_WEIGHTS: KeywordWeights = {
  fields: { title: 2.5, headings: 1.8, text: 1 },
  k1: 1.2,
  b: { title: 0.4, headings: 0.4, text: 0.7 },
  stopWord: 0.3,
  phrase: 0.4,
  named: 0.3,
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
  /** What a title gave that the query names. */
  readonly named: number;
}

/** Passages that have a word of a query, with their scores. */
export interface KeywordScores {
  readonly passages: Uint32Array;
  /** See {@link KeywordScore}, one for each of the passages. */
  readonly scores: Float32Array;
  /** What made a passage's score; undefined for one that has no word. */
  explain(passage: number): KeywordScore | undefined;
}

export const NO_KEYWORDS: KeywordScores = {
  passages: new Uint32Array(0),
  scores: new Float32Array(0),
  explain: () => undefined,
};

/** What keywords are scored with. */
export interface KeywordContext {
  /** Number of passages of the index. */
  readonly passages: number;
  readonly lengths: FieldLengths;
  readonly weights: KeywordWeights;
  /** Passages that have one of some terms, where postings are not all there are. */
  readonly frequencyOf?: (terms: readonly string[]) => number;
}

/** One word of a query among the passages: the best of the terms that it stands for, and where that stands. */
interface WordMatch {
  readonly word: string;
  readonly rarity: number;
  readonly terms: readonly { readonly term: string; readonly weight: number; readonly list: PostingList }[];
  /** By the passages' slots. */
  readonly best: Float32Array;
  /** Which term gave the best score, counted from 1, and which of its postings. */
  readonly term: Uint16Array;
  readonly posting: Uint32Array;
}

/** BM25F over the passages that have a word of the query. */
export function keywordScores(
  words: readonly QueryWord[],
  postingsOf: (term: string) => PostingList | undefined,
  context: KeywordContext,
): KeywordScores {
  const lists = words.map(({ terms }) =>
    terms.flatMap(({ term, weight }) => {
      const list = postingsOf(term);
      return list === undefined || list.passages.length + list.leftOut === 0 ? [] : [{ term, weight, list }];
    }),
  );
  const { slotOf, passages } = slots(lists.flatMap((terms) => terms.map(({ list }) => list)));
  let ideal = 0;
  const matches = words.map(({ word, isStopWord }, index): WordMatch => {
    const terms = lists[index]!;
    const rarity =
      rarityOf(terms, words[index]!, context, slotOf) * (isStopWord ? context.weights.stopWord : 1);
    // No passage can be held to have a word that texts leave out.
    if (!terms.some(({ list }) => list.leftOut > 0)) ideal += rarity;
    const match: WordMatch = {
      word,
      rarity,
      terms,
      best: new Float32Array(passages.length),
      term: new Uint16Array(passages.length),
      posting: new Uint32Array(passages.length),
    };
    for (const order of terms.keys()) scoreTerm(match, order, slotOf, context);
    return match;
  });
  // Common words alone are as good as a full match of each other.
  if (ideal === 0) ideal = matches.reduce((sum, { rarity }) => sum + rarity, 0);
  if (ideal === 0) return NO_KEYWORDS;
  const phrases = new Float32Array(passages.length);
  for (let index = 1; index < matches.length; index++) {
    addPhrases(phrases, matches[index - 1]!, matches[index]!, context.weights.phrase);
  }
  const names = namedBy(matches, passages, context);
  const scores = new Float32Array(passages.length);
  for (let slot = 0; slot < scores.length; slot++) {
    let sum = phrases[slot]!;
    for (const { best } of matches) sum += best[slot]!;
    scores[slot] = sum / ideal + names[slot]!;
  }
  return {
    passages,
    scores,
    explain: (passage) => {
      const slot = (slotOf[passage] ?? 0) - 1;
      if (slot < 0) return undefined;
      return {
        passage,
        score: scores[slot]!,
        words: matches.flatMap(({ word, best, term, terms }) =>
          term[slot] === 0 ? [] : [{ word, score: best[slot]!, term: terms[term[slot]! - 1]!.term }],
        ),
        phrase: phrases[slot]! / ideal,
        named: names[slot]!,
      };
    },
  };
}

/** Passages of some lists, and the place of each among them, counted from 1. */
function slots(lists: readonly PostingList[]): { slotOf: Uint32Array; passages: Uint32Array } {
  let last = -1;
  let all = 0;
  for (const { passages } of lists) {
    last = Math.max(last, passages.at(-1) ?? -1);
    all += passages.length;
  }
  const slotOf = new Uint32Array(last + 1);
  const found = new Uint32Array(Math.min(all, last + 1));
  let count = 0;
  for (const { passages } of lists) {
    for (const passage of passages) {
      if (slotOf[passage] !== 0) continue;
      found[count] = passage;
      slotOf[passage] = ++count;
    }
  }
  return { slotOf, passages: found.subarray(0, count) };
}

/**
 * Terms that a word stands for are as rare as all of them together: no rare misspelling outranks the word. A word that
 * nothing has is as rare as one that one passage has: what is found without it is found in part.
 */
function rarityOf(
  terms: WordMatch['terms'],
  word: QueryWord,
  { passages, frequencyOf }: KeywordContext,
  slotOf: Uint32Array,
): number {
  let frequency = 0;
  if (frequencyOf !== undefined) frequency = frequencyOf(word.terms.map(({ term }) => term));
  else {
    const seen = new Uint8Array(slotOf.length);
    for (const { list } of terms) {
      frequency += list.leftOut;
      for (const passage of list.passages) {
        frequency += 1 - seen[passage]!;
        seen[passage] = 1;
      }
    }
  }
  return inverseFrequency(frequency, passages);
}

/** Rarity of what some of all passages have, as BM25 has it; what none has counts as in one. */
export function inverseFrequency(frequency: number, passages: number): number {
  const df = Math.min(passages, Math.max(1, frequency));
  return Math.log(1 + (passages - df + 0.5) / (df + 0.5));
}

/** Keeps the scores of one term where no term before gave more. */
function scoreTerm(
  { rarity, terms, best, term, posting }: WordMatch,
  order: number,
  slotOf: Uint32Array,
  { lengths: { lengths, means }, weights: { fields, b, k1 } }: KeywordContext,
): void {
  const { weight, list } = terms[order]!;
  const { passages, ends } = list;
  const factors = FIELDS.map((name) => fields[name]);
  const bare = FIELDS.map((name) => 1 - b[name]);
  const long = FIELDS.map((name, field) => b[name] / means[field]!);
  let begin = 0;
  for (let at = 0, end = 0; at < passages.length; at++) {
    const passage = passages[at]!;
    let frequency = 0;
    for (let field = 0; field < FIELDS.length; field++, end++) {
      const count = ends[end]! - begin;
      begin = ends[end]!;
      if (count === 0) continue;
      const length = lengths[passage * FIELDS.length + field]!;
      frequency += (factors[field]! * count) / (bare[field]! + long[field]! * length);
    }
    const score = (rarity * weight * frequency) / (k1 + frequency);
    const slot = slotOf[passage]! - 1;
    if (term[slot] !== 0 && best[slot]! >= score) continue;
    best[slot] = score;
    term[slot] = order + 1;
    posting[slot] = at;
  }
}

/** Adds what two neighbours of the query are worth where they stand side by side. */
function addPhrases(phrases: Float32Array, left: WordMatch, right: WordMatch, weight: number): void {
  const worth = weight * Math.min(left.rarity, right.rarity);
  for (let slot = 0; slot < phrases.length; slot++) {
    if (left.term[slot] === 0 || right.term[slot] === 0) continue;
    const first = left.terms[left.term[slot]! - 1]!.list;
    const second = right.terms[right.term[slot]! - 1]!.list;
    if (areSideBySide(first, left.posting[slot]!, second, right.posting[slot]!)) phrases[slot]! += worth;
  }
}

/** What titles add that have every word of the query. */
function namedBy(
  matches: readonly WordMatch[],
  passages: Uint32Array,
  { lengths: { lengths }, weights: { named } }: KeywordContext,
): Float32Array {
  const names = new Float32Array(passages.length);
  for (const [slot, passage] of passages.entries()) {
    let weight = named;
    for (const { term, terms, posting } of matches) {
      const found = terms[term[slot]! - 1];
      const isInTitle = found !== undefined && hasTitle(found.list, posting[slot]!);
      weight = isInTitle ? Math.min(weight, named * found.weight) : 0;
      if (!isInTitle) break;
    }
    if (weight > 0) {
      names[slot] = weight * Math.min(1, matches.length / lengths[passage * FIELDS.length]!);
    }
  }
  return names;
}

/** Whether a posting has a position in the title, which is the first of the fields. */
function hasTitle({ ends }: PostingList, posting: number): boolean {
  const at = posting * FIELDS.length;
  return ends[at]! > (at === 0 ? 0 : ends[at - 1]!);
}

/** Whether, in one of the fields, a position of one posting is right before one of the other. Both are in order. */
function areSideBySide(first: PostingList, left: number, second: PostingList, right: number): boolean {
  for (let field = 0; field < FIELDS.length; field++) {
    const [leftEnd, rightEnd] = [left * FIELDS.length + field, right * FIELDS.length + field];
    let at = leftEnd === 0 ? 0 : first.ends[leftEnd - 1]!;
    let next = rightEnd === 0 ? 0 : second.ends[rightEnd - 1]!;
    while (at < first.ends[leftEnd]! && next < second.ends[rightEnd]!) {
      const distance = second.positions[next]! - first.positions[at]!;
      if (distance === 1) return true;
      if (distance < 1) next++;
      else at++;
    }
  }
  return false;
}
