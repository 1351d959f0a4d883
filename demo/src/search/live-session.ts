import type { FacetCounts, SearchAnswer } from '@nearfield/search';
import { type LiveDocument, type LiveIndex, openLiveIndex } from '@nearfield/search/live';
import type { ProgressListener, SearchFoundation } from '@nearfield/spec';
import { EmbeddingGate, GateClosed } from './embedding-gate.ts';
import type { Choices } from './filters/choices.ts';
import { retrievalTasks } from './retrieval-tasks.ts';

/** How far indexing has come. */
export interface IndexingProgress {
  /** Passages, or pictures, with a vector, and all of them. */
  done: number;
  total: number;
  /** Those and the tokens embedded by this run, and its milliseconds without the loading of the model. */
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

export interface SessionOptions {
  /** Name under which the browser keeps the documents and their vectors. @default none: they go with the page */
  readonly name?: string | undefined;
  /** Called after each change, also by another tab. */
  readonly onChange?: (() => void) | undefined;
}

/** A question's vector. */
export interface AskedVector {
  /** Shape: [dimensions]. */
  vector: Float32Array;
  tokens: number;
  answer: object;
}

export interface SearchRequest {
  readonly limit: number;
  readonly filters?: Choices;
}

/** Characters that no passage of ours exceeds: the index cuts none anew. */
const MOST_LETTERS = 4000;

/**
 * A live index over one model of one foundation. It knows the contract only, so that the same lines run on an engine in
 * the page and on a server.
 */
export class LiveSession {
  readonly model: string;
  readonly #gate: EmbeddingGate;
  readonly #options: SessionOptions;
  #opening: Promise<LiveIndex> | undefined;
  #live: LiveIndex | undefined;
  /** Ids of the documents that are searched. */
  #wanted: ReadonlySet<string> = new Set();
  /** What is being written. */
  #writing: Promise<void> = Promise.resolve();

  constructor(foundation: SearchFoundation, model: string, options: SessionOptions = {}) {
    this.model = model;
    this.#gate = new EmbeddingGate(foundation, model);
    this.#options = options;
  }

  get foundation(): SearchFoundation {
    return this.#gate.foundation;
  }

  /** May be replaced by another one for the same models, say with another key. */
  set foundation(foundation: SearchFoundation) {
    this.#gate.foundation = foundation;
  }

  /** Documents of the index that have a vector, as far as is known. */
  get indexed(): number {
    if (this.#live === undefined) return 0;
    const { documents, pending } = this.#live.counts;
    return documents - pending;
  }

  get total(): number {
    return this.#wanted.size;
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

  /** The index, with all that was to be written. */
  protected async written(): Promise<LiveIndex> {
    await this.#writing.catch(() => undefined);
    return this.index();
  }

  /** Whether another tab has added or removed documents. */
  async isChanged(): Promise<boolean> {
    const ids = await (await this.written()).ids();
    return ids.length !== this.#wanted.size || ids.some((id) => !this.#wanted.has(id));
  }

  /**
   * Makes these the documents that are searched. Those that stay keep their vectors.
   * @param removed ids of documents that the visitor took away: of what is kept nothing else goes, as another tab may
   *   have just added it
   * @throws FoundationError STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED
   */
  protected write(documents: readonly LiveDocument[], removed: readonly string[]): Promise<void> {
    const wanted = new Set(documents.map(({ id }) => id));
    this.#wanted = wanted;
    const before = this.#writing;
    const writing = (async () => {
      await before.catch(() => undefined);
      const live = await this.index();
      const there = new Set(await live.ids());
      await live.remove(
        this.#options.name === undefined ? [...there].filter((id) => !wanted.has(id)) : removed,
      );
      // What an earlier version of this page kept has no filters yet.
      const all = documents.length > 0 && (await withoutKind(live)) > 0;
      const missing = all ? documents : documents.filter(({ id }) => !there.has(id));
      if (missing.length > 0) await live.update(missing, { until: 'stored' });
    })();
    this.#writing = writing;
    writing.catch(() => undefined);
    return writing;
  }

  /**
   * Embeds the documents that have no vector yet. What was embedded before a cancellation or an error stays.
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
    const response = await this.foundation.embeddings(
      { model: this.model, input: question, embedding_type: 'float', ...(task && { task }) },
      { signal, priority: 'interactive' },
    );
    return { vector: response.data[0]!.embedding, tokens: response.usage.total_tokens, answer: response };
  }

  /** What answers a question by its words and by its vector, best first, and counts of the filters among that. */
  protected async answer(
    question: string,
    vector: Float32Array,
    { limit, filters = {} }: SearchRequest,
  ): Promise<SearchAnswer> {
    const live = await this.written();
    return live.search(question, { meaning: vector, limit, filters, facets: true, explain: true });
  }

  /** How many of all documents have each value of a filter. */
  async facets(): Promise<FacetCounts> {
    return (await this.written()).facets();
  }

  /** All documents and vectors as one file. */
  async export(): Promise<Blob> {
    return (await this.index()).export();
  }

  /**
   * Takes the documents of an exported file, with their vectors where they are of the same model.
   * @throws FoundationError INTEGRITY_MISMATCH for a file that is none
   */
  async import(file: Blob): Promise<void> {
    await (await this.index()).import(file, { until: 'stored' });
  }

  /** Ends the work of this tab with the index. What is kept stays. */
  async close(): Promise<void> {
    await this.#opening?.then(
      (live) => live.close(),
      () => undefined,
    );
  }
}

/** Documents of an index that have no kind to be filtered by. */
async function withoutKind(live: LiveIndex): Promise<number> {
  const { kind = {} } = await live.facets();
  return live.counts.documents - Object.values(kind).reduce((sum, count) => sum + count, 0);
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
