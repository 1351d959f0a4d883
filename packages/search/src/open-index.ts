/** Opens a static index and searches it: the same in a page and in Node. */
import { FoundationError } from '@nearfield/spec';
import type { Language } from './analysis/analyser.ts';
import { languagesOf } from './analysis/languages.ts';
import type { FoundDocument, FoundPassage, SearchAnswer, SearchOptions } from './answers.ts';
import { invalid } from './errors.ts';
import { BlockReader } from './format/block-file.ts';
import { ByteReader } from './format/bytes.ts';
import type { Manifest } from './format/manifest.ts';
import { IndexFiles, loadManifest } from './index-files.ts';
import { KEYWORD_WEIGHTS, type KeywordScore, type KeywordWeights, keywordScores } from './keywords/bm25f.ts';
import { type Posting, readPostings } from './keywords/postings.ts';
import { type QueryWord, queryWords } from './keywords/query.ts';
import type { Loader } from './loader.ts';
import { FUSION_WEIGHTS, type FusedScore, fuse } from './ranking/fusion.ts';
import { excerptOf, highlightsOf, markedTerms } from './ranking/highlights.ts';
import { type RankedDocument, RERANKED, rerank } from './ranking/rerank.ts';
import { filterOf, type Resident, readResident } from './resident.ts';
import { MeaningReader } from './similarities.ts';
import { readShown, type ShownPassage } from './text-blocks.ts';

export type { Explanation, FoundDocument, FoundPassage, SearchAnswer, SearchOptions } from './answers.ts';

export interface OpenOptions extends Loader {
  /** Languages besides those of `loadLanguage()`. */
  readonly languages?: readonly Language[];
  readonly signal?: AbortSignal;
}

/** Passages of a document that are shown, and the share of the best one's score that the others need. */
const PASSAGES = 3;
const LEAST_SHARE = 0.6;

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

/** What is read once and serves every query. */
interface Opened extends Resident {
  readonly meaning: MeaningReader;
  readonly termBlocks: BlockReader;
  readonly textBlocks: BlockReader;
}

export class SearchIndex {
  readonly manifest: Manifest;
  readonly #loader: Loader;
  readonly #files: IndexFiles;
  readonly #languages: readonly Language[];
  #opened: Promise<Opened> | undefined;
  /** Postings of blocks of terms that were read. */
  readonly #postingsOfBlocks = new Map<number, ReadonlyMap<string, readonly Posting[]>>();

  constructor(loader: Loader, manifest: Manifest, languages: readonly Language[]) {
    this.#loader = loader;
    this.manifest = manifest;
    this.#languages = languages;
    this.#files = new IndexFiles(loader, manifest.id);
  }

  /** Whether the site has another index now. This one keeps working as long as its files are there. */
  async isOutdated(signal?: AbortSignal): Promise<boolean> {
    return (await loadManifest(this.#loader, signal)).id !== this.manifest.id;
  }

  /** Values that results can be filtered by, with the number of documents that have them. */
  async facets(): Promise<Record<string, Record<string, number>>> {
    const { facets } = await this.#open();
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
    const resident = await this.#open();
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
    const words = queryWords(query, this.#languages[0]!, resident.dictionary, this.#languages.slice(1));
    const postings = (options.keywords ?? true) ? attempt(() => this.#postings(words, resident)) : undefined;
    const [found, similar] = await Promise.all([
      postings,
      meaning === false
        ? undefined
        : resident.meaning.of({ query, words, by: meaning, postings: async () => postings, attempt, signal }),
    ]);
    signal?.throwIfAborted();
    if (found === undefined && similar?.values === undefined && problems.length > 0) throw problems[0]!;
    const keywords = found === undefined ? [] : this.#keywords(words, found, resident, weights?.keywords);
    const fusionWeights = { ...FUSION_WEIGHTS, ...weights?.fusion };
    const fused = weighed(fuse(keywords, similar?.values, fusionWeights, similar?.spread), resident);
    const isAllowed = filterOf(filters, resident);
    const most = Math.max(limit, options.rerank === undefined ? 0 : (options.rerank.top ?? RERANKED));
    const byDocument = new Map<number, RankedDocument & { passages: (typeof fused)[number][] }>();
    for (const each of fused) {
      const document = resident.documentOf[each.passage]!;
      if (!isAllowed(document)) continue;
      const before = byDocument.get(document);
      if (before !== undefined) {
        if (before.passages.length < PASSAGES && each.score >= LEAST_SHARE * before.score) {
          before.passages.push(each);
        }
      } else if (byDocument.size < most) {
        byDocument.set(document, { document, score: each.score, passages: [each] });
      }
    }
    let ranked: readonly RankedDocument[] = [...byDocument.values()];
    let reranked: ReadonlyMap<number, number> = new Map();
    const { rerank: reranker } = options;
    if (reranker !== undefined && ranked.length > 1) {
      const again = await attempt(async () => {
        const texts = await this.#textsToRank(ranked.slice(0, reranker.top ?? RERANKED), resident);
        return rerank(query, ranked, texts, reranker, signal);
      });
      if (again !== undefined) [ranked, reranked] = [again.documents, again.scores];
    }
    const scores = new Map(keywords.map((score) => [score.passage, score]));
    const terms = markedTerms(words);
    const shownDocuments = ranked.slice(0, limit);
    const shown = await this.#shown(
      shownDocuments.flatMap(({ passages }) => passages),
      resident,
    );
    const results = shownDocuments.map(({ passages, score }): FoundDocument => {
      const { document } = shown.get(passages[0]!.passage)!;
      return {
        ...document,
        highlights: highlightsOf(document.title, terms, this.#languages),
        score,
        passages: passages.map((each): FoundPassage => {
          const { passage: text } = shown.get(each.passage)!;
          const highlights = highlightsOf(text.text, terms, this.#languages);
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
                ...(resident.weights[each.passage] === 1 ? {} : { weight: resident.weights[each.passage]! }),
                ...(rerankScore === undefined ? {} : { rerank: rerankScore }),
              },
            }),
          };
        }),
      };
    });
    signal?.throwIfAborted();
    return {
      results,
      meaning: similar?.state ?? 'none',
      problems,
      ...(similar?.corrected === undefined ? {} : { corrected: similar.corrected }),
    };
  }

  /** What a reranker reads of documents: the title, and headings and text of the best passage. */
  async #textsToRank(documents: readonly RankedDocument[], opened: Opened): Promise<string[]> {
    const best = documents.map(({ passages }) => passages[0]!);
    const shown = await this.#shown(best, opened);
    return best.map(({ passage }) => {
      const { document, passage: found } = shown.get(passage)!;
      const parts = [document.title, found.headings.join(' › '), found.text];
      return parts.filter((part) => part !== '').join('\n');
    });
  }

  #shown(passages: readonly FusedScore[], { textBlocks }: Opened): Promise<Map<number, ShownPassage>> {
    const numbers = passages.map(({ passage }) => passage);
    return readShown(textBlocks, numbers, this.manifest.files.texts.all.name);
  }

  /** Postings of every term that words of a query stand for. */
  async #postings(
    words: readonly QueryWord[],
    { termBlocks, terms: { first } }: Opened,
  ): Promise<ReadonlyMap<string, readonly Posting[]>> {
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
      const terms = new Map<string, readonly Posting[]>();
      while (!reader.done) terms.set(reader.text(), readPostings(reader));
      this.#postingsOfBlocks.set(block, terms);
    }
    const postings = new Map<string, readonly Posting[]>();
    for (const [term, block] of blockOf) {
      const found = this.#postingsOfBlocks.get(block)?.get(term);
      if (found !== undefined) postings.set(term, found);
    }
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
    return {
      ...resident,
      meaning: new MeaningReader(this.#files, manifest, resident.tokens),
      termBlocks: new BlockReader(this.#files, terms, resident.terms.lengths),
      textBlocks: new BlockReader(this.#files, texts, resident.texts.lengths),
    };
  }
}

/** Scores with the factors that the site gave its passages, best first. */
function weighed(scores: FusedScore[], { weights }: Resident): FusedScore[] {
  if (weights.every((weight) => weight === 1)) return scores;
  return scores
    .map((each) => ({ ...each, score: each.score * weights[each.passage]! }))
    .sort((left, right) => right.score - left.score || left.passage - right.passage);
}
