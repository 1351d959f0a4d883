/** State of a live index in memory, built from its store's records. */

import type { Language } from '../analysis/analyser.ts';
import { termsOf } from '../documents/fields.ts';
import type { Fingerprint } from '../meaning/embedder.ts';
import { decodeDocument, inputsSum, livePassages } from './documents.ts';
import { type Entry, LiveDocuments, passagesIn } from './live-documents.ts';
import { LiveKeywords } from './live-keywords.ts';
import type { Change } from './store.ts';
import { decodeFingerprint, decodeVectors, MODEL_KEY } from './stored-vectors.ts';
import type { Vectors } from './vectors/vectors.ts';
import { yieldToEvents } from './yield.ts';

export interface StateOptions {
  readonly language: Language;
  readonly mostLetters: number | undefined;
  /** Makes room for vectors, once their size is known. */
  readonly createVectors: (dimensions: number) => Promise<Vectors>;
}

/** Passages that went, beside a quarter of all, before the others are numbered anew. */
const MOST_GONE = 1024;

export class LiveState {
  readonly documents = new LiveDocuments();
  readonly keywords: LiveKeywords;
  /** Documents without vectors. */
  readonly pending = new Set<string>();
  #fingerprint: Fingerprint | undefined;
  #vectors: Vectors | undefined;
  /** Vectors of documents that were written again after them: they may still be right. */
  readonly #unclaimed = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #options: StateOptions;

  constructor(options: StateOptions) {
    this.#options = options;
    this.keywords = new LiveKeywords(options.language);
  }

  get fingerprint(): Fingerprint | undefined {
    return this.#fingerprint;
  }

  get vectors(): Vectors | undefined {
    return this.#vectors;
  }

  /** Takes over what was written, in its order. */
  async apply(changes: readonly Change[]): Promise<void> {
    for (const { key, value } of changes) {
      const [kind, id] = split(key);
      if (kind === MODEL_KEY) await this.#setModel(value);
      else if (kind === 'document') await this.#setDocument(id, value);
      else if (kind === 'vectors') await this.#setVectors(id, value);
      await yieldToEvents();
    }
    const gone = this.documents.length - this.documents.passages;
    if (gone > MOST_GONE && gone * 4 > this.documents.length) await this.#renumber();
  }

  /** Removes documents that are not among those that a store has. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    for (const { id } of [...this.documents.entries()]) {
      if (!ids.has(id)) await this.#setDocument(id, undefined);
    }
    this.#unclaimed.clear();
  }

  /** Everything is read: vectors that nobody claimed belong to documents that are gone. */
  settle(): void {
    this.#unclaimed.clear();
  }

  close(): void {
    this.#vectors?.close();
  }

  async #setModel(value: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    this.#fingerprint = value && decodeFingerprint(value);
    this.#vectors?.close();
    this.#vectors = this.#fingerprint && (await this.#options.createVectors(this.#fingerprint.dimensions));
    for (const entry of this.documents.entries()) {
      entry.isEmbedded = false;
      this.pending.add(entry.id);
    }
  }

  async #setDocument(id: string, value: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    const before = this.documents.get(id);
    if (value === undefined) {
      if (before !== undefined) await this.#remove(before);
      this.#unclaimed.delete(id);
      return;
    }
    const document = decodeDocument(value);
    const passages = livePassages(document, this.#options.mostLetters);
    const sum = await inputsSum(passages);
    const pairs = new Set(
      Object.entries(document.filters).flatMap(([name, values]) =>
        values.map((each) => JSON.stringify([name, each])),
      ),
    );
    // Only what is not embedded was changed: its vectors move to its new passages.
    const isSame = before?.isEmbedded && before.sum === sum;
    const kept = isSame ? await this.#vectors!.take(passagesIn(before)) : undefined;
    if (before !== undefined) await this.#remove(before);
    const entry = this.documents.add({
      id,
      count: passages.length,
      sum,
      pairs,
      hasPicture: document.image !== undefined,
    });
    for (const [at, passage] of passages.entries()) {
      this.keywords.add(entry.first + at, termsOf(document, passage, this.#options.language));
    }
    if (kept !== undefined) {
      await this.#vectors!.set(kept.map((vector, at) => ({ ...vector, row: entry.first + at })));
      entry.isEmbedded = true;
      return;
    }
    this.pending.add(id);
    const unclaimed = this.#unclaimed.get(id);
    if (unclaimed !== undefined) await this.#setVectors(id, unclaimed);
  }

  async #setVectors(id: string, value: Uint8Array<ArrayBuffer> | undefined): Promise<void> {
    if (value === undefined) {
      this.#unclaimed.delete(id);
      const entry = this.documents.get(id);
      if (entry?.isEmbedded !== true) return;
      await this.#vectors!.delete(passagesIn(entry));
      entry.isEmbedded = false;
      this.pending.add(id);
      return;
    }
    const { sum, vectors } = decodeVectors(value);
    const entry = this.documents.get(id);
    if (this.#vectors === undefined || entry?.sum !== sum || entry.count !== vectors.length) {
      this.#unclaimed.set(id, value);
      return;
    }
    this.#unclaimed.delete(id);
    await this.#vectors.set(vectors.map((vector, at) => ({ ...vector, row: entry.first + at })));
    entry.isEmbedded = true;
    this.pending.delete(id);
  }

  async #remove(entry: Entry): Promise<void> {
    this.documents.remove(entry.id);
    this.pending.delete(entry.id);
    const passages = passagesIn(entry);
    for (const passage of passages) this.keywords.remove(passage);
    if (entry.isEmbedded) await this.#vectors!.delete(passages);
  }

  async #renumber(): Promise<void> {
    const numberOf = this.documents.renumber();
    this.keywords.renumber(numberOf);
    await this.#vectors?.renumber(numberOf);
  }
}

function split(key: string): [kind: string, id: string] {
  const at = key.indexOf('/');
  return at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
}
