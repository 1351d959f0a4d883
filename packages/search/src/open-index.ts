/** Opens a static index and searches it: the same in a page and in Node. */
import { dot, embed, FoundationError, normalise } from '@nearfield/spec';
import { type Language, languageOf } from './analysis/analyser.ts';
import type { FoundDocument, FoundPassage, QueryModel, SearchAnswer, SearchOptions } from './answers.ts';
import { damaged, invalid } from './errors.ts';
import { ByteReader } from './format/bytes.ts';
import type { Manifest } from './format/manifest.ts';
import { IndexFiles, loadManifest } from './index-files.ts';
import { KEYWORD_WEIGHTS, type KeywordScore, type KeywordWeights, keywordScores } from './keywords/bm25f.ts';
import { type Posting, readPostings } from './keywords/postings.ts';
import { type QueryWord, queryWords } from './keywords/query.ts';
import type { Loader } from './loader.ts';
import { checkModel, taskOf } from './meaning/query-model.ts';
import { QueryVectors } from './meaning/query-vectors.ts';
import { readVectorRow, SIGN_SCALE, signBytes, signScores, vectorRowBytes } from './meaning/vectors.ts';
import { resultsOf } from './ranking/answer.ts';
import { correctedQuery } from './ranking/correction.ts';
import { FUSION_WEIGHTS, fuse } from './ranking/fusion.ts';
import { excerptOf, highlightsOf, markedTerms } from './ranking/highlights.ts';
import { type RankedDocument, rerank } from './ranking/rerank.ts';
import { rankedBySimilarity, similaritiesTo } from './related.ts';
import { filterOf, kept, type Resident, readResident } from './resident.ts';

export type { Explanation, FoundDocument, FoundPassage, SearchAnswer, SearchOptions } from './answers.ts';

export interface OpenOptions extends Loader {
  /** Languages besides English and `und`. */
  readonly languages?: readonly Language[];
  readonly signal?: AbortSignal;
}

/** Passages that are compared in eight bits a number, after all were compared by their signs. */
const RESCORED = 50;
const PASSAGES = 3;

/**
 * Opens an index: reads its manifest, no more.
 *
 * @throws FoundationError INTEGRITY_MISMATCH for a manifest that was changed, NOT_SUPPORTED for one of another version or
 *   language; what the loader throws.
 * @example
 * const index = await openIndex(fetchLoader('/search/'));
 * const { results } = await index.search('keep bread fresh');
 */
export async function openIndex({ languages, signal, ...loader }: OpenOptions): Promise<SearchIndex> {
  const manifest = await loadManifest(loader, signal);
  return new SearchIndex(loader, manifest, languageOf(manifest.language, languages));
}

interface Similarities {
  /** One for each passage; undefined where there is nothing to go by. */
  readonly values: Float32Array | undefined;
  readonly state: SearchAnswer['meaning'];
  readonly corrected?: string;
}

export class SearchIndex {
  readonly manifest: Manifest;
  readonly #loader: Loader;
  readonly #files: IndexFiles;
  readonly #language: Language;
  readonly #queryVectors: QueryVectors | undefined;
  #resident: Promise<Resident> | undefined;
  /** Checks of models that were passed, by foundation. */
  readonly #checks = new WeakMap<object, Promise<void>>();
  readonly #terms = new Map<string, Promise<ReadonlyMap<string, readonly Posting[]>>>();

  constructor(loader: Loader, manifest: Manifest, language: Language) {
    this.#loader = loader;
    this.manifest = manifest;
    this.#language = language;
    this.#files = new IndexFiles(loader, manifest.id);
    const { meaning } = manifest;
    if (meaning?.table !== undefined) {
      this.#queryVectors = new QueryVectors(this.#files, meaning.table, meaning.dimensions);
    }
  }

  /** Whether the site has another index now. This one keeps working as long as its files are there. */
  async isOutdated(signal?: AbortSignal): Promise<boolean> {
    return (await loadManifest(this.#loader, signal)).id !== this.manifest.id;
  }

  /** Values that results can be filtered by, with the number of documents that have them. */
  async facets(): Promise<Record<string, Record<string, number>>> {
    const { facets } = await this.#loadResident();
    const found: Record<string, Record<string, number>> = Object.create(null) as typeof found;
    for (const [pair, count] of facets) {
      const [name, value] = JSON.parse(pair) as [string, string];
      found[name] ??= Object.create(null) as Record<string, number>;
      found[name][value] = count;
    }
    return found;
  }

  /** Every document of the index, in the order in which it was built. */
  async documents(): Promise<Pick<FoundDocument, 'id' | 'title' | 'url' | 'breadcrumbs'>[]> {
    const rows = await Promise.all(this.manifest.files.titles.map((file) => this.#files.json(file)));
    return (rows as [string, string, string, string[]][][])
      .flat()
      .map(([id, title, url, breadcrumbs]) => ({ id, title, url, breadcrumbs }));
  }

  /**
   * Documents that are like one of the index, best first, by their stored vectors: no model is needed. Empty in an
   * index of keywords alone.
   *
   * @throws FoundationError RESOURCE_NOT_FOUND for an id that is not there; what the loader throws.
   */
  async related(
    id: string,
    options: Pick<SearchOptions, 'limit' | 'filters'> = {},
  ): Promise<FoundDocument[]> {
    const number = (await this.documents()).findIndex((document) => document.id === id);
    if (number < 0) {
      const message = `The index has no document "${id}".`;
      throw new FoundationError({ code: 'RESOURCE_NOT_FOUND', message, param: 'id' });
    }
    const { meaning } = this.manifest;
    if (meaning === undefined) return [];
    const resident = await this.#loadResident();
    const bits = await this.#files.whole(meaning.bits);
    const { documentOf } = resident;
    const similar = similaritiesTo(number, { bits, dimensions: meaning.dimensions, documentOf });
    const isAllowed = filterOf(options.filters ?? {}, resident);
    return resultsOf(
      {
        query: '',
        words: [],
        language: this.#language,
        keywords: [],
        fused: rankedBySimilarity(similar?.entries() ?? []),
      },
      {
        documentOf: (passage) => documentOf[passage]!,
        isAllowed: (document) => document !== number && isAllowed(document),
        title: (document) => this.#title(document),
        text: (passage) => this.#text(passage),
      },
      options,
      (work) => work(),
    );
  }

  /**
   * The documents that answer a query, best first.
   *
   * A file for keywords or meaning that is missing or damaged is left out and named in `problems`; the other part
   * ranks alone.
   * @throws FoundationError INPUT_VALIDATION_FAILED for a bad option or a vector of another model; INTEGRITY_MISMATCH or
   *   what the loader throws if results cannot be shown, or nothing is left to rank with.
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { limit = 10, filters = {}, explain = false, meaning = true, weights, signal } = options;
    if (!Number.isInteger(limit) || limit < 1)
      throw invalid('limit', '`limit` is a whole number, 1 or more.');
    signal?.throwIfAborted();
    if (query.trim() === '' || this.manifest.passages === 0)
      return { results: [], meaning: 'none', problems: [] };
    const resident = await this.#loadResident();
    const problems: FoundationError[] = [];
    const attempt = async <Value>(work: () => Promise<Value>): Promise<Value | undefined> => {
      try {
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        if (!FoundationError.isInstance(error) || error.code === 'INPUT_VALIDATION_FAILED') throw error;
        problems.push(error);
        return undefined;
      }
    };
    const words = queryWords(query, this.#language, resident.dictionary);
    const postings = (options.keywords ?? true) ? attempt(() => this.#postings(words)) : undefined;
    const [found, similar] = await Promise.all([
      postings,
      meaning === false
        ? undefined
        : this.#meaningOf(query, words, meaning, async () => postings, attempt, signal),
    ]);
    signal?.throwIfAborted();
    if (found === undefined && similar?.values === undefined && problems.length > 0) throw problems[0]!;
    const keywords = found === undefined ? [] : this.#keywords(words, found, resident, weights?.keywords);
    const fused = fuse(keywords, similar?.values, { ...FUSION_WEIGHTS, ...weights?.fusion });
    const isAllowed = filterOf(filters, resident);
    const most = Math.max(limit, options.rerank === undefined ? 0 : (options.rerank.top ?? 20));
    const byDocument = new Map<number, RankedDocument & { passages: (typeof fused)[number][] }>();
    for (const each of fused) {
      const document = resident.documentOf[each.passage]!;
      if (!isAllowed(document)) continue;
      const before = byDocument.get(document);
      if (before !== undefined) {
        if (before.passages.length < PASSAGES) before.passages.push(each);
      } else if (byDocument.size < most) {
        byDocument.set(document, { document, score: each.score, passages: [each] });
      }
    }
    let ranked: readonly RankedDocument[] = [...byDocument.values()];
    let reranked: ReadonlyMap<number, number> = new Map();
    const { rerank: reranker } = options;
    if (reranker !== undefined && ranked.length > 1) {
      const text = (each: RankedDocument) => this.#textToRank(each);
      const again = await attempt(() => rerank(query, ranked, text, reranker, signal));
      if (again !== undefined) [ranked, reranked] = [again.documents, again.scores];
    }
    const scores = new Map(keywords.map((score) => [score.passage, score]));
    const terms = markedTerms(words);
    const results = await Promise.all(
      ranked.slice(0, limit).map(async ({ document, passages, score }): Promise<FoundDocument> => {
        const [title, ...texts] = await Promise.all([
          this.#title(document),
          ...passages.map(({ passage }) => this.#text(passage)),
        ]);
        return {
          ...title,
          highlights: highlightsOf(title.title, terms, this.#language),
          score,
          passages: passages.map((each, index): FoundPassage => {
            const text = texts[index]!;
            const highlights = highlightsOf(text.text, terms, this.#language);
            const rerankScore = reranked.get(each.passage);
            return {
              ...text,
              score: each.score,
              highlights,
              excerpt: excerptOf(text.text, highlights),
              ...(explain && {
                explanation: {
                  keywords: each.keywords,
                  meaning: each.meaning,
                  words: scores.get(each.passage)?.words ?? [],
                  phrase: scores.get(each.passage)?.phrase ?? 0,
                  ...(rerankScore === undefined ? {} : { rerank: rerankScore }),
                },
              }),
            };
          }),
        };
      }),
    );
    signal?.throwIfAborted();
    return {
      results,
      meaning: similar?.state ?? 'none',
      problems,
      ...(similar?.corrected === undefined ? {} : { corrected: similar.corrected }),
    };
  }

  /** What a reranker reads of a document: its title, and headings and text of its best passage. */
  async #textToRank({ document, passages }: RankedDocument): Promise<string> {
    const [{ title }, { headings, text }] = await Promise.all([
      this.#title(document),
      this.#text(passages[0]!.passage),
    ]);
    return [title, headings.join(' › '), text].filter((part) => part !== '').join('\n');
  }

  /** Postings of every term that words of a query stand for. */
  async #postings(words: readonly QueryWord[]): Promise<ReadonlyMap<string, readonly Posting[]>> {
    const terms = new Set(words.flatMap(({ terms: each }) => each.map(({ term }) => term)));
    const postings = new Map<string, readonly Posting[]>();
    await Promise.all(
      [...terms].map(async (term) => {
        const shard = this.manifest.files.terms.findLast(({ first }) => first <= term);
        const found = shard === undefined ? undefined : (await this.#termShard(shard)).get(term);
        if (found !== undefined) postings.set(term, found);
      }),
    );
    return postings;
  }

  #keywords(
    words: readonly QueryWord[],
    postings: ReadonlyMap<string, readonly Posting[]>,
    { lengths }: Resident,
    weights: Partial<KeywordWeights> | undefined,
  ): KeywordScore[] {
    const all = { ...KEYWORD_WEIGHTS, ...weights };
    return keywordScores(words, (term) => postings.get(term) ?? [], this.manifest.passages, lengths, all);
  }

  #termShard(file: Manifest['files']['terms'][number]): Promise<ReadonlyMap<string, readonly Posting[]>> {
    return kept(this.#terms, file.name, async () => {
      const reader = new ByteReader(await this.#files.unpacked(file), file.name);
      const terms = new Map<string, readonly Posting[]>();
      while (!reader.done) terms.set(reader.text(), readPostings(reader));
      return terms;
    });
  }

  /** How near each passage is to what the query means: by the model, else by the table. */
  async #meaningOf(
    query: string,
    words: readonly QueryWord[],
    by: true | Float32Array | QueryModel,
    postings: () => Promise<ReadonlyMap<string, readonly Posting[]> | undefined>,
    attempt: <Value>(work: () => Promise<Value>) => Promise<Value | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<Similarities> {
    const { meaning } = this.manifest;
    if (meaning === undefined) {
      if (by === true) return { values: undefined, state: 'none' };
      throw invalid(
        'meaning',
        'The index holds keywords alone: build it with a model to search it by vectors.',
      );
    }
    const table = this.#queryVectors;
    const similar = async (): Promise<Similarities | undefined> => {
      if (by instanceof Float32Array) return this.#similarities(by);
      // Only a query with words that the site has not waits for the postings.
      const isOpen = words.some(({ terms }) => terms.some(({ match }) => match !== 'exact'));
      const found = isOpen ? await postings() : undefined;
      const frequency = (term: string): number => found?.get(term)?.length ?? 0;
      const isKnown = await table?.words();
      const corrected = isOpen
        ? correctedQuery(query, words, frequency, (word) => isKnown?.has(word) ?? false)
        : undefined;
      const more = corrected === undefined ? {} : { corrected };
      if (by !== true) {
        const made = await attempt(async () => {
          await this.#check(by);
          const options = { ...taskOf(by.model, 'query'), ...(signal === undefined ? {} : { signal }) };
          return embed(by.foundation, by.model, corrected ?? query, { truncate: true, ...options });
        });
        if (made !== undefined) return { ...(await this.#similarities(made)), ...more };
      }
      if (table === undefined) return undefined;
      const { vector, missing } = await table.of(corrected ?? query);
      if (vector === undefined) return { values: undefined, state: 'none' };
      return {
        ...(await this.#similarities(vector)),
        state: missing.length > 0 ? 'partial' : 'full',
        ...more,
      };
    };
    return (await attempt(similar)) ?? { values: undefined, state: 'none' };
  }

  #check(model: QueryModel): Promise<void> {
    const before = this.#checks.get(model.foundation);
    if (before !== undefined) return before;
    const checking = checkModel(model, this.manifest.meaning!);
    this.#checks.set(model.foundation, checking);
    // A model that is another stays so; one that could not be loaded is tried again.
    checking.catch((error: unknown) => {
      const isOther = FoundationError.isInstance(error) && error.code === 'SELF_CHECK_FAILED';
      if (!isOther) this.#checks.delete(model.foundation);
    });
    return checking;
  }

  async #similarities(query: Float32Array): Promise<Similarities> {
    const { dimensions, model, bits: file } = this.manifest.meaning!;
    if (query.length !== dimensions) {
      throw invalid(
        'meaning',
        `The vector has ${query.length} dimensions, the index was built by ${model} with ${dimensions}. Embed queries with that model.`,
      );
    }
    if (!query.every(Number.isFinite)) {
      throw invalid('meaning', 'The vector has numbers that are not finite. Embed the query again.');
    }
    const vector = normalise(query);
    const bits = await this.#files.whole(file);
    if (bits.length !== this.manifest.passages * signBytes(dimensions)) {
      throw damaged(file.name, 'it has signs for another number of passages');
    }
    const values = signScores(vector, bits);
    await this.#rescore(vector, values);
    return { values, state: 'full' };
  }

  /** Compares the best again, by vectors of eight bits, where the host serves parts of their file. */
  async #rescore(vector: Float32Array, values: Float32Array): Promise<void> {
    const { vectors, dimensions } = this.manifest.meaning!;
    const best = Array.from(values.keys())
      .sort((left, right) => values[right]! - values[left]!)
      .slice(0, RESCORED)
      .sort((left, right) => left - right);
    const width = vectorRowBytes(dimensions);
    const rows = await this.#files.parts(
      vectors,
      best.map((passage) => [passage * width, (passage + 1) * width] as const),
    );
    if (rows === undefined) return;
    const read = rows.map((row, index) => readVectorRow(row, best[index]!, vectors.name));
    for (const [index, row] of read.entries()) values[best[index]!] = dot(row, vector) * SIGN_SCALE;
  }

  async #title(document: number): Promise<Pick<FoundDocument, 'id' | 'title' | 'url' | 'breadcrumbs'>> {
    const file = this.manifest.files.titles.findLast(({ first }) => first <= document)!;
    const rows = (await this.#files.json(file)) as [string, string, string, string[]][];
    const [id, title, url, breadcrumbs] = rows[document - file.first]!;
    return { id, title, url, breadcrumbs };
  }

  async #text(passage: number): Promise<Pick<FoundPassage, 'headings' | 'anchor' | 'text'>> {
    const file = this.manifest.files.texts.findLast(({ first }) => first <= passage)!;
    const rows = (await this.#files.json(file)) as [string[], string, string][];
    const [headings, anchor, text] = rows[passage - file.first]!;
    return { headings, anchor, text };
  }

  #loadResident(): Promise<Resident> {
    this.#resident ??= readResident(this.manifest, this.#files);
    this.#resident.catch(() => {
      this.#resident = undefined;
    });
    return this.#resident;
  }
}
