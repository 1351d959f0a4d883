/** Opens a static index and searches it: the same in a page and in Node. */
import { dot, FoundationError, normalise } from '@nearfield/spec';
import { type Language, languageOf } from './analysis/analyser.ts';
import { damaged, invalid } from './errors.ts';
import { ByteReader, readSorted } from './format/bytes.ts';
import type { Manifest } from './format/manifest.ts';
import { IndexFiles, loadManifest } from './index-files.ts';
import {
  type FieldLengths,
  KEYWORD_WEIGHTS,
  type KeywordScore,
  type KeywordWeights,
  keywordScores,
} from './keywords/bm25f.ts';
import { Dictionary } from './keywords/dictionary.ts';
import { FIELDS, type Posting, readPostings } from './keywords/postings.ts';
import { queryWords } from './keywords/query.ts';
import type { Loader } from './loader.ts';
import { QueryVectors } from './meaning/query-vectors.ts';
import { readVectorRow, SIGN_SCALE, signBytes, signScores, vectorRowBytes } from './meaning/vectors.ts';
import { FUSION_WEIGHTS, type FusedScore, type FusionWeights, fuse } from './ranking/fusion.ts';

export interface SearchOptions {
  /** Documents at most. Default 10. */
  readonly limit?: number;
  /** For each name, values of which a document must have one. */
  readonly filters?: Readonly<Record<string, string | readonly string[]>>;
  /** Whether results say what each part gave. Default: no. */
  readonly explain?: boolean;
  /** Whether words are looked for. Default: yes. */
  readonly keywords?: boolean;
  /**
   * What the query means: `true` by the index's query table, if it has one; the vector that the index's model made of
   * the query; or `false`. Default: `true`.
   */
  readonly meaning?: boolean | Float32Array;
  readonly weights?: {
    readonly fusion?: Partial<FusionWeights>;
    readonly keywords?: Partial<KeywordWeights>;
  };
  readonly signal?: AbortSignal;
}

/** What each part gave a passage. */
export interface Explanation {
  readonly keywords: number;
  readonly meaning: number;
  /** What each word of the query gave, before weights. */
  readonly words: KeywordScore['words'];
  /** What words side by side gave, before weights. */
  readonly phrase: number;
}

/** A passage of a document that was found. */
export interface FoundPassage {
  readonly headings: readonly string[];
  /** Fragment of the address, without `#`. */
  readonly anchor: string;
  readonly text: string;
  readonly score: number;
  readonly explanation?: Explanation;
}

/** A document that was found, with its best passages, at most three. */
export interface FoundDocument {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly breadcrumbs: readonly string[];
  readonly score: number;
  readonly passages: readonly FoundPassage[];
}

export interface SearchAnswer {
  readonly results: readonly FoundDocument[];
  /** `partial`: some words of the query had no row yet; ask again for all. */
  readonly meaning: 'full' | 'partial' | 'none';
  /** Files that could not be used, and why. Nothing of them was ranked with. */
  readonly problems: readonly FoundationError[];
}

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

interface Resident {
  readonly dictionary: Dictionary;
  readonly lengths: FieldLengths;
  readonly documentOf: Uint32Array;
  /** Filter values of each document, as JSON of name and value. */
  readonly filters: readonly ReadonlySet<string>[];
  readonly facets: ReadonlyMap<string, number>;
}

export class SearchIndex {
  readonly manifest: Manifest;
  readonly #loader: Loader;
  readonly #files: IndexFiles;
  readonly #language: Language;
  readonly #queryVectors: QueryVectors | undefined;
  #resident: Promise<Resident> | undefined;
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
        if (!FoundationError.isInstance(error) || error.code === 'INPUT_VALIDATION_FAILED') throw error;
        problems.push(error);
        return undefined;
      }
    };
    const keywordWeights = { ...KEYWORD_WEIGHTS, ...weights?.keywords };
    const [keywords, similar] = await Promise.all([
      (options.keywords ?? true) ? attempt(() => this.#keywords(query, resident, keywordWeights)) : undefined,
      meaning === false ? undefined : attempt(() => this.#similarities(query, meaning)),
    ]);
    signal?.throwIfAborted();
    if (keywords === undefined && similar?.values === undefined && problems.length > 0) throw problems[0]!;
    const fused = fuse(keywords ?? [], similar?.values, { ...FUSION_WEIGHTS, ...weights?.fusion });
    const isAllowed = filterOf(filters, resident);
    const byDocument = new Map<number, FusedScore[]>();
    for (const each of fused) {
      const document = resident.documentOf[each.passage]!;
      if (!isAllowed(document)) continue;
      const passages = byDocument.get(document);
      if (passages === undefined) {
        if (byDocument.size < limit) byDocument.set(document, [each]);
      } else if (passages.length < PASSAGES) passages.push(each);
    }
    const scores = new Map((keywords ?? []).map((score) => [score.passage, score]));
    const results = await Promise.all(
      [...byDocument].map(async ([document, passages]): Promise<FoundDocument> => {
        const [title, ...texts] = await Promise.all([
          this.#title(document),
          ...passages.map(({ passage }) => this.#text(passage)),
        ]);
        return {
          ...title,
          score: passages[0]!.score,
          passages: passages.map(({ passage, score, keywords: words, meaning: similarity }, index) => ({
            ...texts[index]!,
            score,
            ...(explain && {
              explanation: {
                keywords: words,
                meaning: similarity,
                words: scores.get(passage)?.words ?? [],
                phrase: scores.get(passage)?.phrase ?? 0,
              },
            }),
          })),
        };
      }),
    );
    signal?.throwIfAborted();
    return { results, meaning: similar?.state ?? 'none', problems };
  }

  async #keywords(
    query: string,
    { dictionary, lengths }: Resident,
    weights: KeywordWeights,
  ): Promise<KeywordScore[]> {
    const words = queryWords(query, this.#language, dictionary);
    const terms = new Set(words.flatMap(({ terms: each }) => each.map(({ term }) => term)));
    const postings = new Map<string, readonly Posting[]>();
    await Promise.all(
      [...terms].map(async (term) => {
        const shard = this.manifest.files.terms.findLast(({ first }) => first <= term);
        const found = shard === undefined ? undefined : (await this.#termShard(shard)).get(term);
        if (found !== undefined) postings.set(term, found);
      }),
    );
    return keywordScores(words, (term) => postings.get(term) ?? [], this.manifest.passages, lengths, weights);
  }

  #termShard(file: Manifest['files']['terms'][number]): Promise<ReadonlyMap<string, readonly Posting[]>> {
    return kept(this.#terms, file.name, async () => {
      const reader = new ByteReader(await this.#files.unpacked(file), file.name);
      const terms = new Map<string, readonly Posting[]>();
      while (!reader.done) terms.set(reader.text(), readPostings(reader));
      return terms;
    });
  }

  async #similarities(
    query: string,
    by: true | Float32Array,
  ): Promise<{ values: Float32Array | undefined; state: SearchAnswer['meaning'] }> {
    const { meaning } = this.manifest;
    if (meaning === undefined || (by === true && this.#queryVectors === undefined)) {
      if (by === true) return { values: undefined, state: 'none' };
      throw invalid(
        'meaning',
        'The index holds keywords alone: build it with a model to search it by vectors.',
      );
    }
    if (by !== true && by.length !== meaning.dimensions) {
      throw invalid(
        'meaning',
        `The vector has ${by.length} dimensions, the index was built by ${meaning.model} with ${meaning.dimensions}. Embed queries with that model.`,
      );
    }
    if (by !== true && !by.every(Number.isFinite)) {
      throw invalid('meaning', 'The vector has numbers that are not finite. Embed the query again.');
    }
    const [made, bits] = await Promise.all([
      by === true ? this.#queryVectors!.of(query) : { vector: normalise(by), missing: [] },
      this.#files.whole(meaning.bits),
    ]);
    if (bits.length !== this.manifest.passages * signBytes(meaning.dimensions)) {
      throw damaged(meaning.bits.name, 'it has signs for another number of passages');
    }
    if (made.vector === undefined) return { values: undefined, state: 'none' };
    const values = signScores(made.vector, bits);
    await this.#rescore(made.vector, values);
    return { values, state: made.missing.length > 0 ? 'partial' : 'full' };
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
    this.#resident ??= this.#readResident();
    this.#resident.catch(() => {
      this.#resident = undefined;
    });
    return this.#resident;
  }

  async #readResident(): Promise<Resident> {
    const { files, passages, documents } = this.manifest;
    const [words, table] = await Promise.all([
      this.#files.unpacked(files.words),
      this.#files.unpacked(files.passages),
    ]);
    const reader = new ByteReader(table, files.passages.name);
    const documentOf = new Uint32Array(passages);
    const lengths = new Uint32Array(passages * FIELDS.length);
    const sums = FIELDS.map(() => 0);
    for (let passage = 0, document = 0; passage < passages; passage++) {
      document += reader.varint();
      documentOf[passage] = document;
      for (let field = 0; field < FIELDS.length; field++) {
        const length = reader.varint();
        lengths[passage * FIELDS.length + field] = length;
        sums[field]! += length;
      }
    }
    const pairs = Array.from({ length: reader.varint() }, () => reader.text());
    const facets = new Map<string, number>();
    const filters = Array.from({ length: documents }, () => {
      const own = Array.from({ length: reader.varint() }, () => pairs[reader.varint()]!);
      for (const pair of own) facets.set(pair, (facets.get(pair) ?? 0) + 1);
      return new Set(own);
    });
    return {
      dictionary: new Dictionary(readSorted(new ByteReader(words, files.words.name))),
      lengths: { lengths, means: sums.map((sum) => Math.max(1, sum / passages)) },
      documentOf,
      filters,
      facets,
    };
  }
}

function filterOf(filters: NonNullable<SearchOptions['filters']>, { filters: own }: Resident) {
  const wanted = Object.entries(filters).map(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => JSON.stringify([name, value])),
  );
  return (document: number): boolean =>
    wanted.every((pairs) => pairs.some((pair) => own[document]!.has(pair)));
}

/** What was made once for a key; made again if that failed. */
function kept<Value>(
  made: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const before = made.get(key);
  if (before !== undefined) return before;
  const making = make();
  made.set(key, making);
  making.catch(() => made.delete(key));
  return making;
}
