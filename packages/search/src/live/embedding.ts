/** Embeds the documents of a live index that have no vectors yet: once for all tabs, and on after a kill. */
import { FoundationError } from '@nearfield/spec';
import type { Embedder, Input } from '../meaning/embedder.ts';
import { decodeDocument, documentKey, inputsSum, livePassages, vectorsKey } from './documents.ts';
import type { KeptState } from './kept-state.ts';
import type { Change } from './store.ts';
import { encodeFingerprint, encodeVectors, MODEL_KEY } from './stored-vectors.ts';
import { quantize } from './vectors/quantized.ts';

/** Passages that are embedded at once. */
const BATCH = 64;

interface Work {
  readonly id: string;
  readonly inputs: readonly Input[];
  readonly sum: string;
}

export class Embedding {
  /** Documents that the model refused, and why; they are found by their words. */
  readonly refused = new Map<string, FoundationError>();
  readonly #kept: KeptState;
  readonly #embedder: Embedder;
  readonly #mostLetters: number | undefined;
  readonly #stop = new AbortController();
  readonly #waiting = new Set<{ resolve: () => void; reject: (reason: unknown) => void }>();
  #running: Promise<void> | undefined;

  constructor(kept: KeptState, embedder: Embedder, mostLetters: number | undefined) {
    this.#kept = kept;
    this.#embedder = embedder;
    this.#mostLetters = mostLetters;
  }

  /** Whether a document still waits. */
  isPending(id: string): boolean {
    return this.#kept.state.pending.has(id) && !this.refused.has(id);
  }

  /** Sees to it that what is pending gets embedded, here or in another tab. */
  wake(): void {
    if (this.#running !== undefined || this.#stop.signal.aborted || this.#next().length === 0) return;
    const { signal } = this.#stop;
    this.#running = this.#kept.store.locks
      .wait('embed', () => this.#embedAll(signal), signal)
      .then(
        () => this.#settle(undefined),
        (error: unknown) => this.#settle(error),
      );
  }

  /** Resolves after the next documents were embedded; rejects if that failed. */
  step(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiter = {
        resolve: () => done(resolve),
        reject: (reason: unknown) => done(() => reject(reason)),
      };
      const onAbort = (): void => waiter.reject(signal?.reason);
      const done = (act: () => void): void => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', onAbort);
      if (signal?.aborted) onAbort();
    });
  }

  /** Tells those who wait that something changed. */
  tell(): void {
    for (const waiter of [...this.#waiting]) waiter.resolve();
  }

  /** Makes sure that the index's vectors are of this model; the first one to embed says whose they are. */
  async ensureModel(signal?: AbortSignal): Promise<void> {
    if (this.#kept.state.fingerprint === undefined) {
      const fingerprint = await this.#embedder.fingerprint(signal);
      await this.#kept.change(async (state) => {
        const isFirst = state.fingerprint === undefined;
        const changes = isFirst ? [{ key: MODEL_KEY, value: encodeFingerprint(fingerprint) }] : [];
        return { changes, result: undefined };
      });
    }
    await this.#embedder.check(this.#kept.state.fingerprint!);
  }

  async close(): Promise<void> {
    this.#stop.abort(new FoundationError({ code: 'CLOSED', message: 'The live index was closed.' }));
    await this.#running;
  }

  #settle(error: unknown): void {
    this.#running = undefined;
    for (const waiter of [...this.#waiting]) {
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
    }
    if (error === undefined) this.wake();
  }

  #next(): string[] {
    const ids: string[] = [];
    let passages = 0;
    for (const id of this.#kept.state.pending) {
      if (this.refused.has(id)) continue;
      ids.push(id);
      passages += this.#kept.state.documents.get(id)!.count;
      if (passages >= BATCH) break;
    }
    return ids;
  }

  async #embedAll(signal: AbortSignal): Promise<void> {
    // Another tab may have done it while this one waited.
    await this.#kept.refresh();
    for (let ids = this.#next(); ids.length > 0; ids = this.#next()) {
      signal.throwIfAborted();
      await this.ensureModel(signal);
      const work = await this.#workOf(ids);
      await this.#write(await this.#embed(work, signal));
      this.tell();
    }
  }

  async #workOf(ids: readonly string[]): Promise<Work[]> {
    const work: Work[] = [];
    for (const id of ids) {
      const bytes = await this.#kept.look(() => this.#kept.store.get(documentKey(id)));
      if (bytes === undefined) continue;
      const passages = livePassages(decodeDocument(bytes), this.#mostLetters);
      work.push({ id, inputs: passages.map(({ input }) => input), sum: await inputsSum(passages) });
    }
    return work;
  }

  async #embed(work: readonly Work[], signal: AbortSignal): Promise<Change[]> {
    const inputs = work.flatMap((each) => each.inputs);
    try {
      const vectors: Float32Array[] = [];
      for (let at = 0; at < inputs.length; at += BATCH) {
        vectors.push(...(await this.#embedder.passages(inputs.slice(at, at + BATCH), signal)));
      }
      let next = 0;
      return work.map(({ id, inputs: own, sum }) => {
        const quantized = own.map(() => quantize(vectors[next++]!));
        return { key: vectorsKey(id), value: encodeVectors({ sum, vectors: quantized }) };
      });
    } catch (error) {
      if (!isInputs(error)) throw error;
      if (work.length === 1) {
        this.refused.set(work[0]!.id, error);
        return [];
      }
      // One of them cannot be embedded: the others are not to wait for it.
      const changes: Change[] = [];
      for (const each of work) changes.push(...(await this.#embed([each], signal)));
      return changes;
    }
  }

  /** Vectors of documents that went meanwhile are not kept. */
  async #write(changes: readonly Change[]): Promise<void> {
    await this.#kept.change(async ({ documents }) => ({
      changes: changes.filter(({ key }) => documents.get(key.slice(vectorsKey('').length)) !== undefined),
      result: undefined,
    }));
  }
}

/** Whether inputs were at fault, not the model or the connection. */
const isInputs = (error: unknown): error is FoundationError =>
  FoundationError.isInstance(error) && (error.code.startsWith('INPUT_') || error.code === 'NOT_SUPPORTED');
