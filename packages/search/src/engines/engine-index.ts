/** An index in an engine, searched with the options and the answer of a static one. */
import { dot, FoundationError, normalise } from '@nearfield/spec';
import { type Language, languageOf } from '../analysis/analyser.ts';
import type { FoundDocument, QueryModel, SearchAnswer, SearchOptions } from '../answers.ts';
import { termsOf } from '../documents/fields.ts';
import { wantedPairs } from '../filters.ts';
import { KEYWORD_WEIGHTS, type KeywordScores, keywordScores, NO_KEYWORDS } from '../keywords/bm25f.ts';
import { Dictionary } from '../keywords/dictionary.ts';
import { FIELDS, PostingCollector } from '../keywords/postings.ts';
import { type QueryWord, queryWords } from '../keywords/query.ts';
import { Embedder } from '../meaning/embedder.ts';
import { vectorOfQuery } from '../meaning/vector-of-query.ts';
import { attempts, documentsNeeded, facetsOf, limitOf, resultsOf, type Shown } from '../ranking/answer.ts';
import { correctedQuery } from '../ranking/correction.ts';
import { FUSION_WEIGHTS, fuse, type Similarities } from '../ranking/fusion.ts';
import { rankedBySimilarity } from '../related.ts';
import type { Engine, EngineHit, EngineQuery, WantedPairs } from './engine.ts';
import { type Parts, readParts } from './parts.ts';

/** Passages that an engine is asked for, for each document that is wanted. */
const PASSAGES_A_DOCUMENT = 8;
/** Passages that are ranked by their words at least: engines order them otherwise. */
const LEAST_MATCHING = 200;

/** Options that all engines have. */
export interface EngineOptions extends Partial<QueryModel> {
  /** Languages besides English and `und`. */
  readonly languages?: readonly Language[];
}

/** Passages in a search engine or a database, searched as an index of files is. */
export class EngineIndex {
  /** Counts, language and model. */
  readonly head: Parts['head'];
  readonly #engine: Engine;
  readonly #parts: Parts;
  readonly #dictionary: Dictionary;
  readonly #language: Language;
  readonly #embedder: Embedder | undefined;
  readonly #version: string | undefined;

  private constructor(
    engine: Engine,
    version: string | undefined,
    parts: Parts,
    { foundation, model, languages }: EngineOptions,
  ) {
    this.#engine = engine;
    this.#version = version;
    this.#parts = parts;
    this.head = parts.head;
    this.#dictionary = new Dictionary(parts.words);
    this.#language = languageOf(parts.head.language, languages);
    this.#embedder = foundation && model !== undefined ? new Embedder({ foundation, model }) : undefined;
  }

  /** Model that embedded the passages. */
  get model(): string | undefined {
    return this.head.fingerprint?.model;
  }

  /** Whether `facets` of a search is answered. */
  readonly countsFacets = false;

  /** Ids of the languages of its pages. */
  get languages(): readonly string[] {
    return [this.head.language];
  }

  /**
   * Opens an index that was written before. It shows what was there then: open it again after it was written anew.
   *
   * @throws FoundationError RESOURCE_NOT_FOUND where there is none; INTEGRITY_MISMATCH for one of another version.
   */
  static async open(engine: Engine, place: string, options: EngineOptions): Promise<EngineIndex> {
    // Before the parts: an index that is replaced between the two is outdated, not taken for the new one.
    const version = await engine.version();
    const parts = await engine.parts();
    if (parts === undefined) {
      const message = `${place} has no index. Write one first: writeTo(), or \`nearfield index SOURCE --to ${place}\`.`;
      throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message });
    }
    return new EngineIndex(engine, version, readParts(parts, place), options);
  }

  /** Whether the index was written anew since it was opened. Nothing is found in this one then: open it again. */
  async isOutdated(): Promise<boolean> {
    return (await this.#engine.version()) !== this.#version;
  }

  /**
   * The documents that answer a query, best first, ranked as a static index ranks them. Candidates come from the
   * engine, by words and by vectors; they are scored and put together here.
   *
   * @throws FoundationError INPUT_VALIDATION_FAILED for a bad option or a vector of another model; what the engine throws.
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { meaning = true, filters = {}, weights, signal } = options;
    limitOf(options);
    signal?.throwIfAborted();
    if (query.trim() === '') return { results: [], meaning: 'none', problems: [] };
    if (options.facets) {
      throw new FoundationError({
        code: 'NOT_SUPPORTED',
        message:
          'An index in an engine does not count the values of a query: leave `facets` out, and call facets().',
        param: 'facets',
      });
    }
    const { attempt, problems } = attempts(signal);
    const words = queryWords(query, this.#language, this.#dictionary);
    const frequency = (term: string): number => this.#parts.frequencies.get(term) ?? 0;
    const isRead = meaning !== false && !(meaning instanceof Float32Array);
    const corrected = isRead ? correctedQuery(query, words, frequency, () => false) : undefined;
    const vector =
      meaning === false
        ? undefined
        : await attempt(() => this.#vectorOf(corrected ?? query, meaning, signal));
    const asked: EngineQuery = {
      limit: Math.max(LEAST_MATCHING, documentsNeeded(options) * PASSAGES_A_DOCUMENT),
      wanted: this.#wanted(filters),
    };
    const terms = this.#termsToMatch(words);
    const [near, matching] = await Promise.all([
      vector === undefined ? [] : this.#engine.nearest(vector, asked),
      options.keywords === false || terms.length === 0 ? [] : this.#engine.matching(terms, vector, asked),
    ]);
    signal?.throwIfAborted();
    const hits = new Map([...near, ...matching].map((hit) => [hit.passage, hit]));
    // Those that came for their vectors have words too.
    const keywords =
      options.keywords === false
        ? NO_KEYWORDS
        : this.#keywords(words, [...hits.values()], { ...KEYWORD_WEIGHTS, ...weights?.keywords });
    const similar = vector && this.#similarities(vector, [...hits.values()]);
    const fused = fuse(keywords, similar, { ...FUSION_WEIGHTS, ...weights?.fusion });
    const results = await resultsOf(
      { query, words, language: this.#language, keywords, fused },
      shownHits(hits),
      options,
      attempt,
    );
    return {
      results,
      meaning: similar === undefined ? 'none' : 'full',
      problems,
      ...(corrected === undefined ? {} : { corrected }),
    };
  }

  /**
   * Documents that are like one of the index, by their stored vectors: no model is needed.
   * @throws FoundationError RESOURCE_NOT_FOUND for an id that is not there.
   */
  async related(
    id: string,
    options: Pick<SearchOptions, 'limit' | 'filters'> = {},
  ): Promise<FoundDocument[]> {
    const found = await this.#engine.vectorsOf(id);
    if (found === undefined) {
      const message = `The index has no document "${id}".`;
      throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message, param: 'id' });
    }
    const { document, vectors } = found;
    if (vectors.length === 0) return [];
    const sum = new Float64Array(vectors[0]!.length);
    for (const vector of vectors) for (const [at, value] of vector.entries()) sum[at]! += value;
    const hits = await this.#engine.nearest(normalise(sum), {
      limit: limitOf(options) * PASSAGES_A_DOCUMENT,
      wanted: this.#wanted(options.filters ?? {}),
      without: document,
    });
    const similarities = hits.map(({ passage, similarity = 0 }) => [passage, similarity] as const);
    return resultsOf(
      {
        query: '',
        words: [],
        language: this.#language,
        keywords: NO_KEYWORDS,
        fused: rankedBySimilarity(similarities),
      },
      shownHits(new Map(hits.map((hit) => [hit.passage, hit]))),
      options,
      (work) => work(),
    );
  }

  /** Values that results can be filtered by, with the number of documents that have them. */
  async facets(): Promise<Record<string, Record<string, number>>> {
    return facetsOf(this.head.facets);
  }

  /** Ends connections that were opened for this index. */
  close(): Promise<void> {
    return this.#engine.close();
  }

  async #vectorOf(
    query: string,
    meaning: Exclude<SearchOptions['meaning'], false | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array | undefined> {
    const { fingerprint } = this.head;
    if (fingerprint === undefined) return undefined;
    const own = async (): Promise<Embedder | undefined> => {
      await this.#embedder?.check(fingerprint);
      return this.#embedder;
    };
    return vectorOfQuery(query, meaning, { fingerprint, own, signal });
  }

  #wanted(filters: NonNullable<SearchOptions['filters']>): WantedPairs {
    const known = this.head.facets.map(([pair]) => pair);
    return [...wantedPairs(filters, known).values()].map((pairs) => [...pairs]);
  }

  /** Terms that find candidates. Words without a subject find too much: they only do where there is nothing else. */
  #termsToMatch(words: readonly QueryWord[]) {
    const known = (some: readonly QueryWord[]) =>
      some.flatMap(({ terms }) => terms).filter(({ term }) => this.#parts.frequencies.has(term));
    const carrying = known(words.filter(({ isStopWord }) => !isStopWord));
    return carrying.length > 0 ? carrying : known(words);
  }

  #keywords(
    words: readonly QueryWord[],
    hits: readonly EngineHit[],
    weights: typeof KEYWORD_WEIGHTS,
  ): KeywordScores {
    const postings = new Map<string, PostingCollector>();
    const lengths = new Uint32Array(hits.length * FIELDS.length);
    for (const [at, hit] of hits.entries()) {
      const found = termsOf(hit.about, hit, this.#language);
      lengths.set(found.lengths, at * FIELDS.length);
      for (const [term, positions] of found.places) {
        const list = postings.get(term) ?? new PostingCollector();
        postings.set(term, list);
        list.add({ passage: at, positions });
      }
    }
    const { passages, means } = this.head;
    const frequencyOf = (terms: readonly string[]): number =>
      Math.min(
        passages,
        terms.reduce((sum, term) => sum + (this.#parts.frequencies.get(term) ?? 0), 0),
      );
    const found = keywordScores(words, (term) => postings.get(term)?.finish(), {
      passages,
      lengths: { lengths, means },
      weights,
      frequencyOf,
    });
    const placeOf = new Map(hits.map(({ passage }, at) => [passage, at]));
    return {
      passages: found.passages.map((at) => hits[at]!.passage),
      scores: found.scores,
      explain: (passage) => found.explain(placeOf.get(passage) ?? -1),
    };
  }

  /** How similar passages are in general is told by the sample. */
  #similarities(vector: Float32Array, hits: readonly EngineHit[]): Similarities {
    const cosines = this.#parts.sample.map((each) => dot(each, vector));
    const mean = cosines.reduce((sum, value) => sum + value, 0) / Math.max(1, cosines.length);
    const variance =
      cosines.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, cosines.length);
    const values = hits.flatMap(({ passage, similarity }) =>
      similarity === undefined ? [] : [[passage, similarity] as const],
    );
    return { mean, deviation: Math.sqrt(variance), values };
  }
}

/** Display data that engines sent along with the passages. The engines applied the filters. */
function shownHits(hits: ReadonlyMap<number, EngineHit>): Shown {
  const first = new Map<number, EngineHit>();
  for (const hit of hits.values()) if (!first.has(hit.document)) first.set(hit.document, hit);
  return {
    documentOf: (passage) => hits.get(passage)!.document,
    isAllowed: () => true,
    title: async (document) => first.get(document)!.about,
    text: async (passage) => {
      const { headings, anchor, text } = hits.get(passage)!;
      return { headings, anchor, text };
    },
  };
}
