/** Which documents filters let through, and how many of a query's documents have each value. */
import { invalid } from './errors.ts';
import type { KeywordScores } from './keywords/bm25f.ts';
import type { FusedScore } from './ranking/fusion.ts';

/** A value of a filter. */
export type FilterValue = string | number | boolean;

/** Values from one to another, both included. Bounds that are numbers compare as numbers, texts (ISO dates) as texts. */
export interface FilterRange {
  readonly from?: number | string;
  readonly to?: number | string;
}

/** For each name, a value, values of which a document must have one, or a range that one of its values is in. */
export type FilterChoices = Readonly<Record<string, FilterValue | readonly FilterValue[] | FilterRange>>;

/** Numbers of documents by filter name and value. */
export type FacetCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A filter value as it is kept. */
export const pairOf = (name: string, value: FilterValue): string => JSON.stringify([name, String(value)]);

/**
 * For each name that is filtered by, the pairs of which a document must have one.
 * @param known every pair of the index: ranges choose among them.
 * @throws FoundationError INPUT_VALIDATION_FAILED for a choice that is none.
 */
export function wantedPairs(
  filters: FilterChoices,
  known: Iterable<string>,
): Map<string, ReadonlySet<string>> {
  const wanted = new Map<string, ReadonlySet<string>>();
  for (const [name, choice] of Object.entries(filters)) {
    if (isRange(choice)) {
      wanted.set(name, new Set([...known].filter((pair) => isWithin(pair, name, choice))));
      continue;
    }
    const values: readonly unknown[] = Array.isArray(choice) ? choice : [choice];
    if (!values.every(isValue)) {
      throw invalid(
        `filters.${name}`,
        `The filter "${name}" is no text, number or boolean, no list of them, and no range { from, to }.`,
      );
    }
    wanted.set(name, new Set(values.map((value) => pairOf(name, value))));
  }
  return wanted;
}

const isValue = (value: unknown): value is FilterValue =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && !Number.isNaN(value));

function isRange(choice: unknown): choice is FilterRange {
  if (typeof choice !== 'object' || choice === null || Array.isArray(choice)) return false;
  const { from, to } = choice as FilterRange;
  const bounds = [from, to].filter((bound) => bound !== undefined);
  return bounds.length > 0 && bounds.every((bound) => isValue(bound) && typeof bound !== 'boolean');
}

function isWithin(pair: string, name: string, { from, to }: FilterRange): boolean {
  const [own, value] = JSON.parse(pair) as [string, string];
  if (own !== name) return false;
  const compared = (bound: number | string): number => {
    if (typeof bound === 'string') return value < bound ? -1 : value === bound ? 0 : 1;
    // `Number('')` is 0.
    return value.trim() === '' ? Number.NaN : Number(value) - bound;
  };
  return (from === undefined || compared(from) >= 0) && (to === undefined || compared(to) <= 0);
}

/** Whether a document has one of the wanted pairs of each name, but for one that is left out. */
export const hasWanted = (
  own: ReadonlySet<string>,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
  without?: string,
): boolean => {
  for (const [name, pairs] of wanted) {
    if (name !== without && ![...pairs].some((pair) => own.has(pair))) return false;
  }
  return true;
};

/** Share of the best document's words that another needs to count among a query's documents. */
export const LEAST_SHARE = 0.5;

/**
 * Documents that a query is about: those with at least half as much of its words as the best one, and the first of its
 * results.
 */
export function matchingDocuments(
  { passages, scores }: KeywordScores,
  fused: Iterable<FusedScore>,
  documentOf: (passage: number) => number,
  most: number,
): ReadonlySet<number> {
  const found = firstDocuments(fused, documentOf, most);
  let best = 0;
  for (const score of scores) best = Math.max(best, score);
  for (const [at, passage] of passages.entries()) {
    if (scores[at]! >= LEAST_SHARE * best) found.add(documentOf(passage));
  }
  return found;
}

/** Documents of the first passages, so many at most. */
export function firstDocuments(
  fused: Iterable<FusedScore>,
  documentOf: (passage: number) => number,
  most: number,
): Set<number> {
  const found = new Set<number>();
  for (const { passage } of fused) {
    if (found.size === most) break;
    found.add(documentOf(passage));
  }
  return found;
}

/** Counts values of documents. The choice of a name does not narrow its own values: others of it can be added. */
export function countFacets(
  documents: Iterable<number>,
  pairsOf: (document: number) => ReadonlySet<string> | undefined,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): FacetCounts {
  const counts: Record<string, Record<string, number>> = Object.create(null) as typeof counts;
  for (const document of documents) {
    const own = pairsOf(document);
    if (own === undefined) continue;
    for (const pair of own) {
      const [name, value] = JSON.parse(pair) as [string, string];
      if (!hasWanted(own, wanted, name)) continue;
      counts[name] ??= Object.create(null) as Record<string, number>;
      counts[name][value] = (counts[name][value] ?? 0) + 1;
    }
  }
  return counts;
}
