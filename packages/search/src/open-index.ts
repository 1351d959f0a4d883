/** Opens a static index and searches it: the same in a page and in Node. */
import { FoundationError } from '@nearfield/spec';
import type { Language } from './analysis/analyser.ts';
import { languagesOf } from './analysis/languages.ts';
import type { FoundDocument, SearchAnswer, SearchOptions } from './answers.ts';
import { countFacets, hasWanted, matchingDocuments, wantedPairs } from './filters.ts';
import { BlockReader } from './format/block-file.ts';
import { ByteReader } from './format/bytes.ts';
import type { Manifest } from './format/manifest.ts';
import { IndexFiles, loadManifest } from './index-files.ts';
import {
  KEYWORD_WEIGHTS,
  type KeywordScores,
  type KeywordWeights,
  keywordScores,
  NO_KEYWORDS,
} from './keywords/bm25f.ts';
import { type PostingList, readPostings } from './keywords/postings.ts';
import { type QueryWord, queryWords } from './keywords/query.ts';
import type { Loader } from './loader.ts';
import { RareTokens } from './meaning/rare-tokens.ts';
import { attempts, documentsNeeded, facetsOf, limitOf, resultsOf, type Shown } from './ranking/answer.ts';
import { FUSION_WEIGHTS, fuse } from './ranking/fusion.ts';
import { rankedBySimilarity, similaritiesTo } from './related.ts';
import { type Resident, readResident } from './resident.ts';
import { MeaningReader } from './similarities.ts';
import { TextReader } from './text-blocks.ts';

export type { Explanation, FoundDocument, FoundPassage, SearchAnswer, SearchOptions } from './answers.ts';

export interface OpenOptions extends Loader {
  /** Languages besides those of `loadLanguage()`. */
  readonly languages?: readonly Language[];
  readonly signal?: AbortSignal;
}

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
  return new SearchIndex(loader, manifest, await languagesOf(manifest.languages, languages));
}

/** Data that is read once and serves every query. */
interface Opened extends Resident {
  readonly meaning: MeaningReader;
  readonly termBlocks: BlockReader;
  readonly shown: TextReader;
}

/** An open index of static files. */
export class SearchIndex {
  readonly manifest: Manifest;
  readonly #loader: Loader;
  readonly #files: IndexFiles;
  readonly #languages: readonly Language[];
  #opened: Promise<Opened> | undefined;
  /** Postings of blocks of terms that were read. */
  readonly #postingsOfBlocks = new Map<number, ReadonlyMap<string, PostingList>>();

  constructor(loader: Loader, manifest: Manifest, languages: readonly Language[]) {
    this.#loader = loader;
    this.manifest = manifest;
    this.#languages = languages;
    this.#files = new IndexFiles(loader, manifest.id);
  }

  /** Model that embedded the passages. */
  get model(): string | undefined {
    return this.manifest.meaning?.model;
  }

  /** Whether queries have a meaning without a model. */
  get hasTable(): boolean {
    return this.manifest.meaning?.table !== undefined;
  }

  /** Ids of the languages of its pages, the most frequent first. */
  get languages(): readonly string[] {
    return this.manifest.languages;
  }

  /** Whether the site has another index now. This one keeps working as long as its files are there. */
  async isOutdated(signal?: AbortSignal): Promise<boolean> {
    return (await loadManifest(this.#loader, signal)).id !== this.manifest.id;
  }

  /** Values that results can be filtered by, with the number of documents that have them. */
  async facets(): Promise<Record<string, Record<string, number>>> {
    return facetsOf((await this.#open()).facets);
  }

  /** Every document of the index, in the order in which it was built. */
  async documents(): Promise<Pick<FoundDocument, 'id' | 'title' | 'url' | 'breadcrumbs'>[]> {
    const rows = await Promise.all(this.manifest.files.titles.map((file) => this.#files.json(file)));
    return (rows as [string, string, string, string[]][][])
      .flat()
      .map(([id, title, url, breadcrumbs]) => ({ id, title, url, breadcrumbs }));
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
    const { meaning = true, weights, signal } = options;
    limitOf(options);
    signal?.throwIfAborted();
    if (query.trim() === '' || this.manifest.passages === 0)
      return { results: [], meaning: 'none', problems: [] };
    const opened = await this.#open();
    const wanted = wantedPairs(options.filters ?? {}, opened.facets.keys());
    const { attempt, problems } = attempts(signal);
    const [language, ...others] = this.#languages;
    const words = queryWords(query, language!, opened.dictionary, others);
    const postings = (options.keywords ?? true) ? attempt(() => this.#postings(words, opened)) : undefined;
    const [found, similar] = await Promise.all([
      postings,
      meaning === false
        ? undefined
        : opened.meaning.of({ query, words, by: meaning, postings: async () => postings, attempt, signal }),
    ]);
    signal?.throwIfAborted();
    if (found === undefined && similar?.values === undefined && problems.length > 0) throw problems[0]!;
    const keywords =
      found === undefined ? NO_KEYWORDS : this.#keywords(words, found, opened, weights?.keywords);
    const fusionWeights = { ...FUSION_WEIGHTS, ...weights?.fusion };
    const fused = fuse(keywords, similar?.values, fusionWeights, (passage) => opened.weights[passage]!);
    const results = await resultsOf(
      { query, words, language: this.#languages, keywords, fused },
      this.#shown(opened, (document) => hasWanted(opened.filters[document]!, wanted)),
      options,
      attempt,
    );
    signal?.throwIfAborted();
    return {
      results,
      meaning: similar?.state ?? 'none',
      problems,
      ...(similar?.corrected === undefined ? {} : { corrected: similar.corrected }),
      ...(options.facets && {
        facets: countFacets(
          matchingDocuments(
            keywords,
            fused,
            (passage) => opened.documentOf[passage]!,
            documentsNeeded(options),
          ),
          (document) => opened.filters[document],
          wanted,
        ),
      }),
    };
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
    const opened = await this.#open();
    const bits = await this.#files.whole(meaning.bits);
    const { documentOf } = opened;
    const similar = similaritiesTo(number, { bits, dimensions: meaning.dimensions, documentOf });
    const wanted = wantedPairs(options.filters ?? {}, opened.facets.keys());
    return resultsOf(
      {
        query: '',
        words: [],
        language: this.#languages,
        keywords: NO_KEYWORDS,
        fused: rankedBySimilarity(similar?.entries() ?? []),
      },
      this.#shown(opened, (document) => document !== number && hasWanted(opened.filters[document]!, wanted)),
      options,
      (work) => work(),
    );
  }

  #shown(opened: Opened, isAllowed: (document: number) => boolean): Shown {
    return {
      documentOf: (passage) => opened.documentOf[passage]!,
      isAllowed,
      title: async (_, passage) => (await opened.shown.shown(passage)).document,
      text: async (passage) => (await opened.shown.shown(passage)).passage,
      weight: (passage) => opened.weights[passage]!,
    };
  }

  /** Postings of every term that words of a query stand for. */
  async #postings(
    words: readonly QueryWord[],
    { termBlocks, terms: { first } }: Opened,
  ): Promise<ReadonlyMap<string, PostingList>> {
    const blockOf = new Map<string, number>();
    for (const { terms } of words) {
      for (const { term } of terms) {
        const block = first.findLastIndex((each) => each <= term);
        if (block >= 0) blockOf.set(term, block);
      }
    }
    const unread = [...new Set(blockOf.values())].filter((block) => !this.#postingsOfBlocks.has(block));
    for (const [block, bytes] of await termBlocks.blocks(unread)) {
      const reader = new ByteReader(bytes, this.manifest.files.terms.all.name);
      const terms = new Map<string, PostingList>();
      while (!reader.done) terms.set(reader.text(), readPostings(reader));
      this.#postingsOfBlocks.set(block, terms);
    }
    const postings = new Map<string, PostingList>();
    for (const [term, block] of blockOf) {
      const found = this.#postingsOfBlocks.get(block)?.get(term);
      if (found !== undefined) postings.set(term, found);
    }
    return postings;
  }

  #keywords(
    words: readonly QueryWord[],
    postings: ReadonlyMap<string, PostingList>,
    { lengths }: Resident,
    weights: Partial<KeywordWeights> | undefined,
  ): KeywordScores {
    const all = { ...KEYWORD_WEIGHTS, ...weights };
    return keywordScores(words, (term) => postings.get(term), {
      passages: this.manifest.passages,
      lengths,
      weights: all,
    });
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#readOpened();
    this.#opened.catch(() => {
      this.#opened = undefined;
    });
    return this.#opened;
  }

  async #readOpened(): Promise<Opened> {
    const { manifest } = this;
    const resident = await readResident(manifest, this.#files);
    const { terms, texts } = manifest.files;
    const { first, firstTokens, lengths } = resident.terms;
    const blocks = new BlockReader(this.#files, terms, lengths);
    const readTokens = async (numbers: readonly number[]) => {
      const found = await blocks.blocks(numbers.map((number) => first.length + number));
      return new Map([...found].map(([number, bytes]) => [number - first.length, bytes]));
    };
    return {
      ...resident,
      meaning: new MeaningReader(this.#files, manifest, {
        first: resident.tokens,
        rare: new RareTokens(firstTokens, readTokens, terms.all.name),
        isSiteWord: (word) => resident.dictionary.has(word),
      }),
      termBlocks: blocks,
      shown: new TextReader(new BlockReader(this.#files, texts, resident.texts.lengths), texts.all.name),
    };
  }
}
