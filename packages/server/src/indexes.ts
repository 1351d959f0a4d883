/** Search indexes that a server answers from. */
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { IndexFilters, IndexWeights } from '@nearfield/spec/implement';

/** A foundation's model. */
interface NamedModel {
  readonly foundation: SearchFoundation;
  readonly model: string;
}

/** Options of a search, as indexes of `@nearfield/search` take them. */
export interface ServedSearchOptions {
  readonly limit: number;
  readonly filters: IndexFilters;
  /** Whether the values of the query are counted. */
  readonly facets?: boolean;
  readonly explain: boolean;
  readonly keywords: boolean;
  readonly meaning: boolean | Float32Array | NamedModel;
  readonly rerank?: NamedModel;
  readonly weights?: IndexWeights;
  readonly signal: AbortSignal;
}

/** Answer of a search. Results are passed on as they are. */
export interface ServedAnswer {
  readonly results: readonly object[];
  readonly meaning: 'full' | 'partial' | 'none';
  readonly problems: readonly FoundationError[];
  readonly corrected?: string;
  readonly facets?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** An index of `@nearfield/search`, of any kind: of static files, live, or in an engine. */
export interface ServedIndex {
  /** Model that embedded the passages: the server's foundation reads queries with it. */
  readonly model?: string | undefined;
  /** Whether queries have a meaning without a model. */
  readonly hasTable?: boolean | undefined;
  /** Ids of the languages of its pages. */
  readonly languages?: readonly string[] | undefined;
  /** Whether it counts the values of a query. @default true */
  readonly countsFacets?: boolean | undefined;
  // Methods, so that the options of every kind of index fit.
  /** Documents for a query, the best first. */
  search(query: string, options: ServedSearchOptions): Promise<ServedAnswer>;
  /** Documents that are like one of them, the best first. Absent where the index cannot say. */
  related?(id: string, options: Pick<ServedSearchOptions, 'limit' | 'filters'>): Promise<readonly object[]>;
  /** How many documents have each value of each facet. Absent where the index cannot say. */
  facets?(): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>>;
}

/** Indexes by id, or how one is had: called for each request, so that it may be another one after it was replaced. */
export type ServedIndexes = Readonly<
  Record<string, ServedIndex | (() => ServedIndex | Promise<ServedIndex>)>
>;

const ID = /^[\w.-]{1,64}$/;

/** @throws FoundationError INPUT_VALIDATION_FAILED for an id that no address has. */
export function requireIndexIds(indexes: ServedIndexes): void {
  const wrong = Object.keys(indexes).find((id) => !ID.test(id));
  if (wrong === undefined) return;
  throw new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `"${wrong}" cannot be the id of an index: letters, digits, dots, dashes and underscores, at most 64.`,
    param: 'indexes',
  });
}

/** @throws FoundationError RESOURCE_NOT_FOUND; what opening it throws. */
export async function indexOf(indexes: ServedIndexes, id: string): Promise<ServedIndex> {
  const found = Object.hasOwn(indexes, id) ? indexes[id]! : undefined;
  if (found !== undefined) return typeof found === 'function' ? await found() : found;
  throw new FoundationError({
    code: 'RESOURCE_NOT_FOUND',
    message: `There is no index with this id. There are: ${Object.keys(indexes).join(', ')}.`,
    param: 'id',
  });
}
