/** Several indexes searched as one: versions, languages, or sites beside each other. */
import type { FoundDocument, SearchAnswer, SearchOptions } from './answers.ts';
import { invalid } from './errors.ts';
import type { FacetCounts } from './filters.ts';
import { type OpenOptions, openIndex, type SearchIndex } from './open-index.ts';

/** One of several indexes. */
export interface NamedIndex {
  /** Results name it in `index`. */
  readonly name: string;
  readonly index: Pick<SearchIndex, 'search' | 'facets' | 'isOutdated'>;
  /** Factor of its scores. @default 1 */
  readonly weight?: number;
}

/**
 * Searches several indexes as one. Scores of all indexes are shares of what a full match would get, so they can be
 * compared as they are.
 *
 * An index that cannot be searched is left out and named in `problems`; the search rejects only if none can.
 */
export class MergedIndex {
  readonly #indexes: readonly NamedIndex[];

  /** @throws FoundationError INPUT_VALIDATION_FAILED for two indexes of one name, or none. */
  constructor(indexes: readonly NamedIndex[]) {
    if (indexes.length === 0) throw invalid('indexes', 'Name one index at least.');
    const names = new Set(indexes.map(({ name }) => name));
    if (names.size < indexes.length) throw invalid('indexes', 'Each index needs a name of its own.');
    this.#indexes = indexes;
  }

  /** Asks all indexes and merges their answers; results name their index. */
  async search(query: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const settled = await Promise.allSettled(this.#indexes.map(({ index }) => index.search(query, options)));
    const answers = settled.flatMap((each, at) =>
      each.status === 'fulfilled' ? [{ answer: each.value, from: this.#indexes[at]! }] : [],
    );
    const failures = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    options.signal?.throwIfAborted();
    const wrongCall = failures.find((error) => codeOf(error) === 'INPUT_VALIDATION_FAILED');
    if (wrongCall !== undefined) throw wrongCall;
    if (answers.length === 0) throw failures[0];
    const results = answers
      .flatMap(({ answer, from: { name, weight = 1 } }) =>
        answer.results.map(
          (result): FoundDocument => ({ ...result, index: name, score: result.score * weight }),
        ),
      )
      .sort((left, right) => right.score - left.score);
    const states = answers.map(({ answer }) => answer.meaning);
    const facets = answers.flatMap(({ answer }) => (answer.facets === undefined ? [] : [answer.facets]));
    const corrected = answers.find(({ answer }) => answer.corrected !== undefined)?.answer.corrected;
    return {
      results: results.slice(0, options.limit ?? 10),
      meaning: states.every((state) => state === states[0]) ? states[0]! : 'partial',
      problems: [
        ...answers.flatMap(({ answer }) => answer.problems),
        ...(failures as SearchAnswer['problems']),
      ],
      ...(corrected === undefined ? {} : { corrected }),
      ...(options.facets && { facets: added(facets) }),
    };
  }

  /** Values that results can be filtered by, with the number of documents of all indexes that have them. */
  async facets(): Promise<Record<string, Record<string, number>>> {
    return added(await Promise.all(this.#indexes.map(({ index }) => index.facets())));
  }

  /** Whether one of the indexes was replaced since it was opened. */
  async isOutdated(signal?: AbortSignal): Promise<boolean> {
    const all = await Promise.all(this.#indexes.map(({ index }) => index.isOutdated(signal)));
    return all.some((isOutdated) => isOutdated);
  }
}

function added(all: readonly FacetCounts[]): Record<string, Record<string, number>> {
  const sums: Record<string, Record<string, number>> = Object.create(null) as typeof sums;
  for (const facets of all) {
    for (const [name, values] of Object.entries(facets)) {
      sums[name] ??= Object.create(null) as Record<string, number>;
      for (const [value, count] of Object.entries(values)) {
        sums[name][value] = (sums[name][value] ?? 0) + count;
      }
    }
  }
  return sums;
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/**
 * Opens several indexes to search them as one.
 *
 * @throws FoundationError of `openIndex()`, and INPUT_VALIDATION_FAILED for two indexes of one name.
 * @example
 * const docs = await openIndexes({
 *   v1: fetchLoader('/v1/search/'),
 *   v2: fetchLoader('/v2/search/'),
 * });
 * const { results } = await docs.search('keep bread fresh');
 */
export async function openIndexes(indexes: Readonly<Record<string, OpenOptions>>): Promise<MergedIndex> {
  const opened = Object.entries(indexes).map(async ([name, options]) => ({
    name,
    index: await openIndex(options),
  }));
  return new MergedIndex(await Promise.all(opened));
}
