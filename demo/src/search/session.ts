import type { Explanation } from '@nearfield/search';
import { type LiveIndex, openLiveIndex } from '@nearfield/search/live';
import { dot, type ProgressListener, type SearchFoundation } from '@nearfield/spec';
import { type Span, sentenceSpans } from '../text/sentences.ts';
import { EmbeddingGate, GateClosed } from './embedding-gate.ts';
import { keptDocuments, liveDocuments } from './kept-passages.ts';
import type { Passage, TextDocument } from './passage.ts';
import { retrievalTasks } from './retrieval-tasks.ts';

/** How far indexing has come. */
export interface IndexingProgress {
  /** Passages with a vector, and all passages. */
  done: number;
  total: number;
  /** Passages and tokens embedded by this run, and its milliseconds without the loading of the model. */
  passages: number;
  tokens: number;
  elapsed: number;
}

export interface IndexingOptions {
  signal?: AbortSignal | undefined;
  onProgress?: (progress: IndexingProgress) => void;
  /** What the foundation reports, the loading of the model among it. */
  onEvent?: ProgressListener;
}

export interface FoundPassage {
  passage: Passage;
  score: number;
  /** What words and meaning gave to the score. */
  explanation?: Explanation | undefined;
}

export interface SessionOptions {
  /** Name under which the browser keeps the passages and their vectors. @default none: they go with the page */
  readonly name?: string | undefined;
  /** Called after each change, also by another tab. */
  readonly onChange?: (() => void) | undefined;
}

/** A question's vector. */
interface AskedVector {
  /** Shape: [dimensions]. */
  vector: Float32Array;
  tokens: number;
  answer: object;
}

/** Characters that no passage of ours exceeds: the index cuts none anew. */
const MOST_LETTERS = 4000;

/**
 * Search over passages with one model of one foundation, in a live index. It knows the contract only, so that the same
 * lines run on an engine in the page and on a server.
 */
export class SearchSession {
  readonly model: string;
  readonly #gate: EmbeddingGate;
  readonly #options: SessionOptions;
  #opening: Promise<LiveIndex> | undefined;
  #live: LiveIndex | undefined;
  /** Passages that are searched, by id. */
  #passages: ReadonlyMap<string, Passage> = new Map();
  /** What is being written. */
  #writing: Promise<void> = Promise.resolve();
  /** Sentences of passages that were among the answers once. Passages of a single sentence have no vectors. */
  readonly #sentences = new Map<string, { spans: Span[]; vectors: Float32Array[] }>();

  constructor(foundation: SearchFoundation, model: string, options: SessionOptions = {}) {
    this.model = model;
    this.#gate = new EmbeddingGate(foundation, model);
    this.#options = options;
  }

  /** May be replaced by another one for the same models, say with another key. */
  set foundation(foundation: SearchFoundation) {
    this.#gate.foundation = foundation;
  }

  /** Passages that have a vector, as far as is known. */
  get indexed(): number {
    if (this.#live === undefined) return 0;
    const { documents, pending } = this.#live.counts;
    return documents - pending;
  }

  get total(): number {
    return this.#passages.size;
  }

  /** The index, opened when it is first needed. */
  index(): Promise<LiveIndex> {
    this.#opening ??= this.#open();
    this.#opening.catch(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<LiveIndex> {
    const { name, onChange } = this.#options;
    const live = await openLiveIndex({
      name: name ?? 'page',
      persist: name !== undefined,
      foundation: this.#gate.passages,
      model: this.model,
      mostLetters: MOST_LETTERS,
      onOtherModel: 'embed-again',
    });
    this.#live = live;
    live.onChange(() => onChange?.());
    return live;
  }

  /** The documents that were kept, by an earlier visit or another tab. */
  async kept(): Promise<TextDocument[]> {
    await this.#writing.catch(() => undefined);
    return keptDocuments(await this.index());
  }

  /** Whether another tab has added or removed passages. */
  async isChanged(): Promise<boolean> {
    await this.#writing.catch(() => undefined);
    const ids = await (await this.index()).ids();
    return ids.length !== this.#passages.size || ids.some((id) => !this.#passages.has(id));
  }

  /**
   * Makes these the documents that are searched. Passages that stay keep their vectors.
   * @param removed ids of passages that the visitor took away: of what is kept nothing else goes, as another tab may
   *   have just added it
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED
   */
  setDocuments(documents: readonly TextDocument[], removed: readonly string[] = []): Promise<void> {
    this.#passages = new Map(
      documents.flatMap(({ passages }) => passages).map((passage) => [passage.id, passage]),
    );
    const before = this.#writing;
    const writing = (async () => {
      await before.catch(() => undefined);
      const live = await this.index();
      const there = new Set(await live.ids());
      const gone =
        this.#options.name === undefined ? [...there].filter((id) => !this.#passages.has(id)) : removed;
      await live.remove(gone);
      const missing = documents.flatMap(liveDocuments).filter(({ id }) => !there.has(id));
      if (missing.length > 0) await live.update(missing, { until: 'stored' });
    })();
    this.#writing = writing;
    writing.catch(() => undefined);
    return writing;
  }

  /**
   * Embeds the passages that have no vector yet. What was embedded before a cancellation or an error stays.
   * @throws FoundationError of the foundation and of the index
   */
  async embed({ signal, onProgress, onEvent }: IndexingOptions = {}): Promise<void> {
    const live = await this.index();
    await this.#writing;
    signal?.throwIfAborted();
    if (live.counts.pending === 0) return;
    const before = this.indexed;
    let started = performance.now();
    let tokens = 0;
    const report = (done = 0, doneTokens = 0): void =>
      onProgress?.({
        done: Math.min(this.total, this.indexed + done),
        total: this.total,
        passages: Math.min(this.total, this.indexed + done) - before,
        tokens: tokens + doneTokens,
        elapsed: performance.now() - started,
      });
    // The first texts of an index are known ones, by which another model is noticed.
    const isOwn = (): boolean => live.model !== undefined;
    const close = this.#gate.open({
      signal,
      onEvent: (event) => {
        onEvent?.(event);
        if (event.type !== 'work-progress') started = performance.now();
        else if (isOwn()) report(event.inputs.done, event.tokens.done);
      },
      onTokens: (count) => {
        if (isOwn()) tokens += count;
      },
    });
    const stop = live.onChange(() => report());
    report();
    try {
      await embedded(live, signal);
    } finally {
      close();
      stop();
    }
    const [refused] = live.problems.filter(({ code }) => code !== 'RECORD_DAMAGED');
    if (refused !== undefined) throw refused;
  }

  /** The vector of a question, with the tokens it took and the answer, which may say who gave it. */
  async embedQuestion(question: string, signal?: AbortSignal): Promise<AskedVector> {
    const task = retrievalTasks(this.model)?.query;
    const response = await this.#gate.foundation.embeddings(
      { model: this.model, input: question, embedding_type: 'float', ...(task && { task }) },
      { signal, priority: 'interactive' },
    );
    return { vector: response.data[0]!.embedding, tokens: response.usage.total_tokens, answer: response };
  }

  /** The passages that answer a question, by its words and by its vector, best first, among those that are indexed. */
  async search(question: string, vector: Float32Array, limit: number): Promise<FoundPassage[]> {
    const live = await this.index();
    await this.#writing.catch(() => undefined);
    const { results } = await live.search(question, { meaning: vector, limit, explain: true });
    return results.flatMap(({ id, score, passages: [best] }) => {
      const passage = this.#passages.get(id);
      return passage === undefined ? [] : [{ passage, score, explanation: best?.explanation }];
    });
  }

  /** All passages and vectors as one file. */
  async export(): Promise<Blob> {
    return (await this.index()).export();
  }

  /**
   * Takes the passages of an exported file, with their vectors where they are of the same model.
   * @throws FoundationError INTEGRITY_MISMATCH for a file that is none
   */
  async import(file: Blob): Promise<void> {
    await (await this.index()).import(file, { until: 'stored' });
  }

  /** Embeds the sentences of passages whose sentences are not known yet. */
  async embedSentences(passages: readonly Passage[], signal?: AbortSignal): Promise<void> {
    const missing = passages
      .filter(({ id }) => !this.#sentences.has(id))
      .map((passage) => {
        const spans = sentenceSpans(passage.text);
        return { passage, spans, texts: spans.length > 1 ? textsOf(passage, spans) : [] };
      });
    const input = missing.flatMap(({ texts }) => texts);
    const vectors: Float32Array[] = [];
    if (input.length > 0) {
      const task = retrievalTasks(this.model)?.passage;
      const response = await this.#gate.foundation.embeddings(
        { model: this.model, input, embedding_type: 'float', ...(task && { task }) },
        { signal, priority: 'interactive' },
      );
      signal?.throwIfAborted();
      for (const { index, embedding } of response.data) vectors[index] = embedding;
    }
    let next = 0;
    for (const { passage, spans, texts } of missing) {
      this.#sentences.set(passage.id, { spans, vectors: vectors.slice(next, next + texts.length) });
      next += texts.length;
    }
  }

  /**
   * The sentence of a passage that is nearest to a question's vector. Undefined while its sentences are not
   * embedded, and where there is only one.
   */
  bestSentence(question: Float32Array, { id }: Passage): Span | undefined {
    const { spans, vectors } = this.#sentences.get(id) ?? { spans: [], vectors: [] };
    let best: Span | undefined;
    let top = Number.NEGATIVE_INFINITY;
    for (const [index, vector] of vectors.entries()) {
      const score = dot(vector, question);
      if (score > top) {
        top = score;
        best = spans[index];
      }
    }
    return best;
  }
}

/** Waits until all is embedded. The index may have tried to before the gate was open. */
async function embedded(live: LiveIndex, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    try {
      return await live.embedded(signal ? { signal } : {});
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof GateClosed)) throw error;
    }
  }
}

const textsOf = (passage: Passage, spans: readonly Span[]): string[] =>
  spans.map(({ start, end }) => passage.text.slice(start, end));
