/** A query among the documents of a live index. */
import { FoundationError } from '@nearfield/spec';
import type { Language } from '../analysis/analyser.ts';
import type { FoundDocument, SearchAnswer, SearchOptions } from '../answers.ts';
import { countFacets, hasWanted, matchingDocuments, wantedPairs } from '../filters.ts';
import { KEYWORD_WEIGHTS, type KeywordScores, NO_KEYWORDS } from '../keywords/bm25f.ts';
import type { Embedder } from '../meaning/embedder.ts';
import { vectorOfQuery } from '../meaning/vector-of-query.ts';
import { attempts, documentsNeeded, limitOf, resultsOf, type Shown } from '../ranking/answer.ts';
import { bestFirst } from '../ranking/best-first.ts';
import { correctedQuery, generalVocabulary } from '../ranking/correction.ts';
import { entriesOf, FUSION_WEIGHTS, fuse, type Similarities } from '../ranking/fusion.ts';
import { rankedBySimilarity } from '../related.ts';
import { decodeDocument, documentKey, livePassages, type StoredDocument } from './documents.ts';
import { nearestOfBoth } from './kinds.ts';
import type { LiveState } from './state.ts';
import type { LiveStore } from './store.ts';

/** Passages that are compared for each document that is wanted: several of them may be of one document. */
const PASSAGES_A_DOCUMENT = 8;
/** Passages with a word of the query whose meaning is compared, the best by their words. */
const MOST_WITH_WORDS = 1000;

/** Passages that are needed for one to stand out from the others. Of fewer, all are found, in their order. */
const CROWD = 5;
/** Deviation of cosines that a few passages are taken to have at least. */
const LEAST_DEVIATION = 0.08;

export interface Searched {
  readonly state: LiveState;
  readonly store: LiveStore;
  readonly language: Language;
  readonly mostLetters: number | undefined;
}

/** Meaning of a query, as far as it is known. */
export interface Meant {
  readonly vector: Float32Array | undefined;
  /** The query as its meaning was read, where a mistyped word was replaced. */
  readonly corrected?: string;
}

/** Reads a query's meaning. The model works meanwhile: nothing here may depend on the state afterwards. */
export async function meaningOf(
  state: LiveState,
  query: string,
  { meaning = true, signal }: Pick<SearchOptions, 'meaning' | 'signal'>,
  own: () => Promise<Embedder | undefined>,
): Promise<Meant> {
  const { fingerprint } = state;
  if (fingerprint === undefined || meaning === false) return { vector: undefined };
  const corrected = meaning instanceof Float32Array ? undefined : await correctedIn(state.keywords, query);
  const vector = await vectorOfQuery(corrected ?? query, meaning, { fingerprint, own, signal });
  return { vector, ...(corrected === undefined ? {} : { corrected }) };
}

async function correctedIn(keywords: LiveState['keywords'], query: string): Promise<string | undefined> {
  const vocabulary = await generalVocabulary(keywords.wordsOf(query));
  const frequency = (term: string): number => keywords.frequency(term);
  return vocabulary && correctedQuery(query, keywords.wordsOf(query), frequency, vocabulary);
}

/** The documents that answer a query. The state may not change meanwhile. */
export async function searchLive(
  searched: Searched,
  query: string,
  options: SearchOptions,
  { vector, corrected }: Meant,
  { attempt, problems }: ReturnType<typeof attempts>,
): Promise<SearchAnswer> {
  const { state, language } = searched;
  const { weights, signal } = options;
  const { words, scores } = state.keywords.search(query, { ...KEYWORD_WEIGHTS, ...weights?.keywords });
  const keywords = (options.keywords ?? true) ? scores : NO_KEYWORDS;
  const shown = new LiveShown(searched, options.filters);
  const similar = vector && (await nearest(shown, vector, keywords, documentsNeeded(options)));
  const fused = fuse(keywords, similar, { ...FUSION_WEIGHTS, ...weights?.fusion });
  const results = await resultsOf({ query, words, language, keywords, fused }, shown, options, attempt);
  signal?.throwIfAborted();
  const partly = state.pending.size > 0 ? 'partial' : 'full';
  return {
    results,
    meaning: similar === undefined ? 'none' : partly,
    problems,
    ...(corrected === undefined ? {} : { corrected }),
    ...(options.facets && {
      facets: countFacets(
        matchingDocuments(keywords, fused, (passage) => shown.documentOf(passage), documentsNeeded(options)),
        (document) => (document < 0 ? undefined : state.documents.numbered(document).pairs),
        shown.wanted,
      ),
    }),
  };
}

/** Documents whose vectors are near those of a document. Without a model. */
export async function relatedLive(
  searched: Searched,
  id: string,
  options: Pick<SearchOptions, 'limit' | 'filters'>,
): Promise<FoundDocument[]> {
  const { state, language } = searched;
  const entry = state.documents.get(id);
  if (entry === undefined) {
    throw new FoundationError({
      code: 'RESOURCE_NOT_FOUND',
      message: `The index has no document "${id}".`,
      param: 'id',
    });
  }
  const passages = Array.from({ length: entry.count }, (_, at) => entry.first + at);
  const vector = await state.vectors?.mean(passages);
  if (vector === undefined) return [];
  const shown = new LiveShown(searched, options.filters, entry.number);
  const similar = await nearest(shown, vector, NO_KEYWORDS, limitOf(options));
  const fused = rankedBySimilarity(similar === undefined ? [] : entriesOf(similar));
  const { attempt } = attempts(undefined);
  return resultsOf({ query: '', words: [], language, keywords: NO_KEYWORDS, fused }, shown, options, attempt);
}

async function nearest(
  shown: LiveShown,
  vector: Float32Array,
  { passages, scores }: KeywordScores,
  documents: number,
): Promise<Similarities | undefined> {
  const { vectors, documents: all } = shown.state;
  if (vectors === undefined) return undefined;
  const withWords =
    passages.length <= MOST_WITH_WORDS
      ? passages
      : Uint32Array.from(take(bestFirst(scores, passages), MOST_WITH_WORDS), (at) => passages[at]!);
  const wanted = {
    limit: documents * PASSAGES_A_DOCUMENT,
    allowed: shown.allowedPassages(),
    also: withWords,
  };
  const found = all.hasBothKinds
    ? await nearestOfBoth(vectors, vector, wanted, all.arePictures())
    : await vectors.nearest(vector, wanted);
  const values = new Map<number, number>();
  for (const [index, row] of found.rows.entries()) values.set(row, found.similarities[index]!);
  if (all.passages < CROWD) {
    const deviation = Math.max(found.deviation, LEAST_DEVIATION);
    return { mean: Math.min(...values.values()) - deviation, deviation, values };
  }
  return { mean: found.mean, deviation: found.deviation, values };
}

function* take(places: Iterable<number>, most: number): Generator<number> {
  let count = 0;
  for (const place of places) {
    if (count++ === most) return;
    yield place;
  }
}

/** A document that another tab removed between the ranking and the reading of its text. */
export class Gone extends Error {}

class LiveShown implements Shown {
  readonly state: LiveState;
  readonly #searched: Searched;
  /** For each name that is filtered by, pairs of which a document must have one. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  readonly #without: number | undefined;
  readonly #documents = new Map<number, Promise<StoredDocument>>();

  /** @param without the number of a document that is not to be found */
  constructor(searched: Searched, filters: SearchOptions['filters'], without?: number) {
    this.state = searched.state;
    this.#searched = searched;
    this.#without = without;
    if (filters === undefined || Object.keys(filters).length === 0) return;
    const known = new Set<string>();
    for (const { pairs } of searched.state.documents.entries()) for (const pair of pairs) known.add(pair);
    this.wanted = wantedPairs(filters, known);
  }

  documentOf(passage: number): number {
    return this.state.documents.documentOf(passage);
  }

  isAllowed(document: number): boolean {
    if (document < 0 || document === this.#without) return false;
    return this.wanted.size === 0 || hasWanted(this.state.documents.numbered(document).pairs, this.wanted);
  }

  /** 1 for each passage of a document that may be found; undefined: all. */
  allowedPassages(): Uint8Array | undefined {
    if (this.wanted.size === 0 && this.#without === undefined) return undefined;
    const allowed = new Uint8Array(this.state.documents.length);
    for (const { number, first, count } of this.state.documents.entries()) {
      if (this.isAllowed(number)) allowed.fill(1, first, first + count);
    }
    return allowed;
  }

  async title(document: number): Promise<Pick<FoundDocument, 'id' | 'title' | 'url' | 'breadcrumbs'>> {
    const { id, title, url, breadcrumbs } = await this.#document(document);
    return { id, title, url, breadcrumbs };
  }

  async text(passage: number) {
    const number = this.documentOf(passage);
    const all = livePassages(await this.#document(number), this.#searched.mostLetters);
    const { headings, anchor, text } = all[passage - this.state.documents.numbered(number).first]!;
    return { headings, anchor, text };
  }

  #document(number: number): Promise<StoredDocument> {
    const before = this.#documents.get(number);
    if (before !== undefined) return before;
    const { id } = this.state.documents.numbered(number);
    const reading = this.#searched.store.get(documentKey(id)).then((bytes) => {
      if (bytes === undefined) throw new Gone();
      return decodeDocument(bytes);
    });
    this.#documents.set(number, reading);
    return reading;
  }
}
