/** Filter values of a query's documents, counted where all of them are: in the engine. */
import { type FacetCounts, LEAST_SHARE } from '../filters.ts';
import { inverseFrequency, KEYWORD_WEIGHTS } from '../keywords/bm25f.ts';
import type { PostingCollector } from '../keywords/postings.ts';
import type { QueryWord } from '../keywords/query.ts';
import { facetsOf } from '../ranking/answer.ts';
import type { CountedDocuments, Engine, WorthOfWord } from './engine.ts';

/** Room for sums that an engine rounds to single precision. */
const ROUNDING = 1 - 1e-5;

/** Worth of a query's words: their rarity, less for words without a subject, and for what a word only may stand for. */
export function worthOf(
  words: readonly QueryWord[],
  { passages, frequencyOf }: { passages: number; frequencyOf: (terms: readonly string[]) => number },
): WorthOfWord[] {
  return words.map(({ terms, isStopWord }) => {
    const rarity = inverseFrequency(frequencyOf(terms.map(({ term }) => term)), passages);
    const worth = rarity * (isStopWord ? KEYWORD_WEIGHTS.stopWord : 1);
    const byWeight = new Map<number, string[]>();
    for (const { term, weight } of terms) byWeight.set(weight, [...(byWeight.get(weight) ?? []), term]);
    return [...byWeight]
      .sort(([left], [right]) => right - left)
      .map(([weight, some]) => ({ terms: some, worth: worth * weight }));
  });
}

/**
 * The worth that a passage needs to count: half of what the best candidate's words are worth.
 * @param postings of the candidates
 */
export function leastWorth(
  words: readonly WorthOfWord[],
  postings: ReadonlyMap<string, PostingCollector>,
): number {
  const sums = new Map<number, number>();
  for (const word of words) {
    const best = new Map<number, number>();
    for (const { terms, worth } of word) {
      for (const passage of terms.flatMap((term) => [...(postings.get(term)?.finish().passages ?? [])])) {
        best.set(passage, Math.max(worth, best.get(passage) ?? 0));
      }
    }
    for (const [passage, worth] of best) sums.set(passage, worth + (sums.get(passage) ?? 0));
  }
  return LEAST_SHARE * Math.max(0, ...sums.values()) * ROUNDING;
}

/** Counts by name and value. The choice of a name does not narrow its own values: others of it can be added. */
export async function countsOf(
  count: NonNullable<Engine['count']>,
  about: Omit<CountedDocuments, 'wanted'>,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<FacetCounts> {
  const pairsWithout = (name?: string): string[][] =>
    [...wanted].flatMap(([other, pairs]) => (other === name ? [] : [[...pairs]]));
  const nameOf = (pair: string): string => (JSON.parse(pair) as [string, string])[0];
  const [all, ...own] = await Promise.all([
    count({ ...about, wanted: pairsWithout() }),
    ...[...wanted.keys()].map(async (name) => {
      const counts = await count({ ...about, wanted: pairsWithout(name) });
      return [...counts].filter(([pair]) => nameOf(pair) === name);
    }),
  ]);
  return facetsOf([...[...all].filter(([pair]) => !wanted.has(nameOf(pair))), ...own.flat()]);
}
