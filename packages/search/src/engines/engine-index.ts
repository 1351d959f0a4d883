/** An index in an engine, searched with the options and the answer of a static one. */
import { FoundationError, normalise } from '@nearfield/spec';
import { type Language, languageOf } from '../analysis/analyser.ts';
import type { FoundDocument, QueryModel, SearchAnswer, SearchOptions } from '../answers.ts';
import { type FacetCounts, firstDocuments, wantedPairs } from '../filters.ts';
import { NO_KEYWORDS } from '../keywords/bm25f.ts';
import { Dictionary } from '../keywords/dictionary.ts';
import { type QueryWord, queryWords } from '../keywords/query.ts';
import { Embedder } from '../meaning/embedder.ts';
import { vectorOfQuery } from '../meaning/vector-of-query.ts';
import { attempts, documentsNeeded, facetsOf, limitOf, resultsOf } from '../ranking/answer.ts';
import { correctedQuery, generalVocabulary } from '../ranking/correction.ts';
import { rankedBySimilarity } from '../related.ts';
import { type Candidates, scored, shownHits } from './candidates.ts';
import { countsOf, leastWorth, worthOf } from './counts.ts';
import type { Engine, EngineQuery, WantedPairs } from './engine.ts';
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

const pairsOf = (wanted: ReadonlyMap<string, ReadonlySet<string>>): WantedPairs =>
  [...wanted.values()].map((pairs) => [...pairs]);

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

  /** Whether `facets` of a search is answered: an engine that counts passages cannot count documents. */
  get countsFacets(): boolean {
    return this.#engine.count !== undefined;
  }

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
    const { meaning = true, filters = {}, signal } = options;
    limitOf(options);
    signal?.throwIfAborted();
    if (query.trim() === '') return { results: [], meaning: 'none', problems: [] };
    if (options.facets && !this.countsFacets) {
      throw new FoundationError({
        code: 'NOT_SUPPORTED',
        message:
          'This engine does not count the values of a query: leave `facets` out, and call facets() for those of the whole index.',
        param: 'facets',
      });
    }
    const { attempt, problems } = attempts(signal);
    const words = queryWords(query, this.#language, this.#dictionary);
    const isRead = meaning !== false && !(meaning instanceof Float32Array);
    const corrected = isRead ? await this.#corrected(query, words) : undefined;
    const vector =
      meaning === false
        ? undefined
        : await attempt(() => this.#vectorOf(corrected ?? query, meaning, signal));
    const wanted = wantedPairs(
      filters,
      this.head.facets.map(([pair]) => pair),
    );
    const candidates = (pairs: WantedPairs): Promise<Candidates> =>
      this.#candidates(words, vector, options, {
        limit: Math.max(LEAST_MATCHING, documentsNeeded(options) * PASSAGES_A_DOCUMENT),
        wanted: pairs,
      });
    const [found, unfiltered] = await Promise.all([
      candidates(pairsOf(wanted)),
      options.facets && wanted.size > 0 ? candidates([]) : undefined,
    ]);
    signal?.throwIfAborted();
    const results = await resultsOf(
      { query, words, language: this.#language, keywords: found.keywords, fused: found.fused },
      shownHits(found.hits),
      options,
      attempt,
    );
    const facets = options.facets && (await this.#counts(words, unfiltered ?? found, options, wanted));
    signal?.throwIfAborted();
    return {
      results,
      meaning: vector === undefined ? 'none' : 'full',
      problems,
      ...(corrected === undefined ? {} : { corrected }),
      ...(facets && { facets }),
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
      wanted: pairsOf(
        wantedPairs(
          options.filters ?? {},
          this.head.facets.map(([pair]) => pair),
        ),
      ),
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

  async #corrected(query: string, words: readonly QueryWord[]): Promise<string | undefined> {
    const frequency = (term: string): number => this.#parts.frequencies.get(term) ?? 0;
    const vocabulary = await generalVocabulary(words);
    return vocabulary && correctedQuery(query, words, frequency, vocabulary);
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

  /** Passages that may answer a query, from the engine, scored here. */
  async #candidates(
    words: readonly QueryWord[],
    vector: Float32Array | undefined,
    options: SearchOptions,
    asked: EngineQuery,
  ): Promise<Candidates> {
    const terms = options.keywords === false ? [] : this.#termsToMatch(words);
    const [near, matching] = await Promise.all([
      vector === undefined ? [] : this.#engine.nearest(vector, asked),
      terms.length === 0 ? [] : this.#engine.matching(terms, vector, asked),
    ]);
    return scored(words, [...near, ...matching], vector, options, {
      ...this.#parts,
      language: this.#language,
      frequencyOf: this.#frequencyOf,
    });
  }

  /** Values of the documents that a query is about. Their words count, not how often a document has them. */
  async #counts(
    words: readonly QueryWord[],
    { hits, postings, fused }: Candidates,
    options: SearchOptions,
    wanted: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<FacetCounts> {
    const numbers = firstDocuments(fused, (passage) => hits.get(passage)!.document, documentsNeeded(options));
    const { passages } = this.head;
    const worth =
      options.keywords === false ? [] : worthOf(words, { passages, frequencyOf: this.#frequencyOf });
    const about = { numbers: [...numbers], words: worth, leastWorth: leastWorth(worth, postings) };
    return countsOf((documents) => this.#engine.count!(documents), about, wanted);
  }

  /** Passages that have one of some terms, at most. */
  readonly #frequencyOf = (terms: readonly string[]): number =>
    Math.min(
      this.head.passages,
      terms.reduce((sum, term) => sum + (this.#parts.frequencies.get(term) ?? 0), 0),
    );

  /** Terms that find candidates. Words without a subject find too much: they only do where there is nothing else. */
  #termsToMatch(words: readonly QueryWord[]) {
    const known = (some: readonly QueryWord[]) =>
      some.flatMap(({ terms }) => terms).filter(({ term }) => this.#parts.frequencies.has(term));
    const carrying = known(words.filter(({ isStopWord }) => !isStopWord));
    return carrying.length > 0 ? carrying : known(words);
  }
}
