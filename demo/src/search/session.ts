import { dot, type ProgressListener, type SearchFoundation } from '@nearfield/spec';
import { type Span, sentenceSpans } from '../text/sentences.ts';
import type { Passage } from './passage.ts';
import { retrievalTasks } from './retrieval-tasks.ts';
import { VectorIndex } from './vector-index.ts';

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
}

/**
 * Passages a call. Small enough that the first results can be searched while the rest is still on its way, large
 * enough that an engine can sort by length and a server is not asked too often.
 */
const BATCH = 64;

/**
 * Semantic search over a list of passages with one model of one foundation. It knows the contract only, so that
 * the same lines run on an engine in the page and on a server.
 */
export class SearchSession {
  readonly model: string;
  /** May be replaced by another one for the same models, say with another key. */
  foundation: SearchFoundation;
  #passages: readonly Passage[];
  #index: VectorIndex | undefined;
  /** The passage of each row of the index. */
  #rows: Passage[] = [];
  /** Sentences of passages that were among the answers once. Passages of a single sentence have no vectors. */
  readonly #sentences = new WeakMap<Passage, { spans: Span[]; vectors: Float32Array[] }>();

  constructor(foundation: SearchFoundation, model: string, passages: readonly Passage[]) {
    this.foundation = foundation;
    this.model = model;
    this.#passages = passages;
  }

  /** Passages that have a vector. */
  get indexed(): number {
    return this.#rows.length;
  }

  get total(): number {
    return this.#passages.length;
  }

  /** Bytes of the vectors. */
  get bytes(): number {
    return this.#index?.bytes ?? 0;
  }

  get dimensions(): number | undefined {
    return this.#index?.dimensions;
  }

  /** Replaces the passages. Those that stay keep their vectors. */
  setPassages(passages: readonly Passage[]): void {
    this.#passages = passages;
    const kept = new Set(passages);
    if (this.#rows.every((passage) => kept.has(passage))) return;
    const [before, rows] = [this.#index, this.#rows];
    this.#index = undefined;
    this.#rows = [];
    for (const [row, passage] of rows.entries()) {
      if (kept.has(passage)) this.#add(passage, before!.vector(row));
    }
  }

  /**
   * Embeds the passages that have no vector yet. What was embedded before a cancellation or an error stays.
   * @throws FoundationError of the foundation, also for an empty list of passages
   */
  async index({ signal, onProgress, onEvent }: IndexingOptions = {}): Promise<void> {
    const indexed = new Set(this.#rows);
    const pending = this.#passages.filter((passage) => !indexed.has(passage));
    // An empty list goes to the foundation as well: its error says what is wrong.
    if (pending.length === 0 && this.#passages.length > 0) return;
    const task = retrievalTasks(this.model)?.passage;
    let started = performance.now();
    let embedded = 0;
    let tokens = 0;
    const report = (done = 0, doneTokens = 0): void => {
      onProgress?.({
        done: this.indexed + done,
        total: this.total,
        passages: embedded + done,
        tokens: tokens + doneTokens,
        elapsed: performance.now() - started,
      });
    };
    report();
    for (let start = 0; start === 0 || start < pending.length; start += BATCH) {
      const batch = pending.slice(start, start + BATCH);
      const response = await this.foundation.embeddings(
        {
          model: this.model,
          input: batch.map((passage) => passage.text),
          embedding_type: 'float',
          ...(task && { task }),
        },
        {
          signal,
          priority: 'bulk',
          onProgress: (event) => {
            onEvent?.(event);
            if (event.type === 'work-progress') report(event.inputs.done, event.tokens.done);
            else started = performance.now();
          },
        },
      );
      signal?.throwIfAborted();
      const wanted = new Set(this.#passages);
      for (const { index, embedding } of response.data) {
        const passage = batch[index]!;
        if (wanted.has(passage)) this.#add(passage, embedding);
      }
      embedded += batch.length;
      tokens += response.usage.total_tokens;
      report();
    }
  }

  /** The vector of a question. Shape: [dimensions]. */
  async embedQuestion(question: string, signal?: AbortSignal): Promise<Float32Array> {
    const task = retrievalTasks(this.model)?.query;
    const response = await this.foundation.embeddings(
      { model: this.model, input: question, embedding_type: 'float', ...(task && { task }) },
      { signal, priority: 'interactive' },
    );
    return response.data[0]!.embedding;
  }

  /** The passages nearest to a question's vector, best first, among those that are indexed. */
  search(question: Float32Array, limit: number): FoundPassage[] {
    const hits = this.#index?.search(question, limit) ?? [];
    return hits.map(({ index, score }) => ({ passage: this.#rows[index]!, score }));
  }

  /** Embeds the sentences of passages whose sentences are not known yet. */
  async embedSentences(passages: readonly Passage[], signal?: AbortSignal): Promise<void> {
    const missing = passages
      .filter((passage) => !this.#sentences.has(passage))
      .map((passage) => {
        const spans = sentenceSpans(passage.text);
        return { passage, spans, texts: spans.length > 1 ? textsOf(passage, spans) : [] };
      });
    const input = missing.flatMap(({ texts }) => texts);
    const vectors: Float32Array[] = [];
    if (input.length > 0) {
      const task = retrievalTasks(this.model)?.passage;
      const response = await this.foundation.embeddings(
        { model: this.model, input, embedding_type: 'float', ...(task && { task }) },
        { signal, priority: 'interactive' },
      );
      signal?.throwIfAborted();
      for (const { index, embedding } of response.data) vectors[index] = embedding;
    }
    let next = 0;
    for (const { passage, spans, texts } of missing) {
      this.#sentences.set(passage, { spans, vectors: vectors.slice(next, next + texts.length) });
      next += texts.length;
    }
  }

  /**
   * The sentence of a passage that is nearest to a question's vector. Undefined while its sentences are not
   * embedded, and where there is only one.
   */
  bestSentence(question: Float32Array, passage: Passage): Span | undefined {
    const { spans, vectors } = this.#sentences.get(passage) ?? { spans: [], vectors: [] };
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

  #add(passage: Passage, vector: Float32Array): void {
    this.#index ??= new VectorIndex(vector.length, this.#passages.length);
    this.#index.add(vector);
    this.#rows.push(passage);
  }
}

const textsOf = (passage: Passage, spans: readonly Span[]): string[] =>
  spans.map(({ start, end }) => passage.text.slice(start, end));
