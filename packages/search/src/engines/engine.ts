/** Interface of an engine that holds an index too large for one machine's memory. */
import type { Section, SourceDocument } from '../documents/types.ts';

/** A passage as an engine keeps it, with what an answer shows of it. */
export interface EngineRow extends Section {
  /** Its place among all passages. */
  readonly passage: number;
  /** Number of its document. */
  readonly document: number;
  readonly about: Pick<SourceDocument, 'id' | 'title' | 'url' | 'breadcrumbs'>;
}

/** A passage to be written. */
export interface WrittenRow extends EngineRow {
  /** Filter values, as JSON of name and value. */
  readonly pairs: readonly string[];
  /** For each term the positions in title, headings and text. */
  readonly places: ReadonlyMap<string, readonly (readonly number[])[]>;
  /** Of length 1; absent in an index of keywords alone. */
  readonly vector?: Float32Array | undefined;
}

/** A passage that was found. */
export interface EngineHit extends EngineRow {
  /** Its cosine with the query's vector, if there is one. */
  readonly similarity?: number | undefined;
}

/** For each name of a filter, pairs of which a passage must have one. */
export type WantedPairs = readonly (readonly string[])[];

export interface EngineQuery {
  /** Passages at most. */
  readonly limit: number;
  readonly wanted: WantedPairs;
  /** Number of a document that is not to be found. */
  readonly without?: number | undefined;
}

/** A word of a query, for counting: terms that it stands for, with the worth of a passage that has one of them. */
export type WorthOfWord = readonly { readonly terms: readonly string[]; readonly worth: number }[];

/** Documents that are counted: some by number, and all with a passage whose words are worth enough. */
export interface CountedDocuments {
  readonly numbers: readonly number[];
  /** A passage has the greatest worth of each word, and the sum over all words. */
  readonly words: readonly WorthOfWord[];
  readonly leastWorth: number;
  readonly wanted: WantedPairs;
}

/**
 * Passages of one index in an engine. Everything is written beside what is there and takes its place in one step at the
 * end: whoever searches meanwhile finds all of the old or all of the new.
 */
export interface Engine {
  /**
   * @param parts texts by name that an index needs when it is opened
   * @param dimensions of the rows' vectors; 0: they have none
   */
  write(
    parts: ReadonlyMap<string, string>,
    rows: AsyncIterable<readonly WrittenRow[]>,
    dimensions: number,
  ): Promise<void>;
  /** The parts that were written, or undefined where nothing was. */
  parts(): Promise<ReadonlyMap<string, string> | undefined>;
  /** Name of what was written last, another after each write; undefined where nothing was. */
  version(): Promise<string | undefined>;
  /** The passages nearest to a vector, with their similarity. */
  nearest(vector: Float32Array, query: EngineQuery): Promise<EngineHit[]>;
  /**
   * Passages that have terms, the likeliest first.
   * @param vector what their similarity is to be told to
   */
  matching(
    terms: readonly { readonly term: string; readonly weight: number }[],
    vector: Float32Array | undefined,
    query: EngineQuery,
  ): Promise<EngineHit[]>;
  /**
   * Documents by each filter pair that they have. Absent from engines whose interface counts passages alone.
   */
  count?(documents: CountedDocuments): Promise<ReadonlyMap<string, number>>;
  /** Vectors of a document's passages, and its number; undefined where there is no such document. */
  vectorsOf(id: string): Promise<{ document: number; vectors: Float32Array[] } | undefined>;
  /** Ends connections that the engine has opened itself. */
  close(): Promise<void>;
}
