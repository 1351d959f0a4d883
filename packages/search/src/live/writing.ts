/** Writes documents into a live index, and waits until they are embedded. */
import { invalid } from '../errors.ts';
import type { Embedder } from '../meaning/embedder.ts';
import {
  decodeDocument,
  documentKey,
  encodeDocument,
  type LiveDocument,
  type StoredDocument,
} from './documents.ts';
import type { Embedding } from './embedding.ts';
import type { KeptState } from './kept-state.ts';
import type { Change } from './store.ts';

/** Documents, and bytes of them, that are written at once. */
const BATCH = { documents: 256, bytes: 4 * 1024 * 1024 } as const;
/** How far a call of `add` or `update` is. */
export interface LiveProgress {
  /** Documents of this call that survive a crash. */
  readonly stored: number;
  /** Documents of this call that are found by meaning. */
  readonly embedded: number;
  readonly of: number;
}

/** Options of `add()` and `update()`. */
export interface WriteOptions {
  /**
   * Ends the call. What is not stored then is not stored; what is stored stays and is embedded all the same.
   */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LiveProgress) => void;
  /**
   * When the call resolves: once documents would survive a crash and are found by their words, or once they are also
   * found by meaning.
   * @default 'embedded'
   */
  readonly until?: 'stored' | 'embedded';
}

/** Makes of a document that is given, and the stored one if there is one, the document that is to be stored. */
type Complete = (document: LiveDocument, before: StoredDocument | undefined) => StoredDocument;

export class Writing {
  readonly #kept: KeptState;
  readonly #embedder: Embedder | undefined;
  readonly #embedding: Embedding | undefined;

  constructor(kept: KeptState, embedder: Embedder | undefined, embedding: Embedding | undefined) {
    this.#kept = kept;
    this.#embedder = embedder;
    this.#embedding = embedding;
  }

  /** Stores documents in batches, each whole or not at all, then waits until they are embedded. */
  async write(
    given: LiveDocument | readonly LiveDocument[],
    { signal, onProgress, until = 'embedded' }: WriteOptions,
    complete: Complete,
  ): Promise<void> {
    const documents = [given].flat() as LiveDocument[];
    const ids = documents.map(({ id }) => id);
    const seen = new Set<string>();
    for (const id of ids) {
      if (seen.has(id)) throw invalid('id', `Two documents have the id "${id}". Give each its own.`);
      seen.add(id);
    }
    // Before the first batch is written, so that a fault in a later one leaves nothing behind.
    await this.#kept.look(async (state) => {
      for (const document of documents) {
        if (document.image !== undefined) this.#embedder?.requirePictures();
        complete(document, state.documents.get(document.id) && (await this.#stored(document.id)));
      }
    });
    let stored = 0;
    for (let at = 0; at < documents.length; at = stored) {
      stored += await this.#writeBatch(documents.slice(at, at + BATCH.documents), complete, signal);
      onProgress?.({ stored, embedded: 0, of: documents.length });
    }
    if (until === 'stored' || this.#embedding === undefined) return;
    await this.untilEmbedded(ids, signal, (embedded) =>
      onProgress?.({ stored, embedded, of: documents.length }),
    );
    const refused = ids.map((id) => this.#embedding?.refused.get(id)).find((error) => error !== undefined);
    if (refused !== undefined) throw refused;
  }

  /** @returns how many documents were written: those that come to a few megabytes. */
  #writeBatch(
    documents: readonly LiveDocument[],
    complete: Complete,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return this.#kept.change(async (state) => {
      const changes: Change[] = [];
      let bytes = 0;
      for (const document of documents) {
        const before = state.documents.get(document.id) && (await this.#stored(document.id));
        const value = await encodeDocument(complete(document, before));
        changes.push({ key: documentKey(document.id), value });
        this.#embedding?.refused.delete(document.id);
        bytes += value.length;
        if (bytes >= BATCH.bytes) break;
      }
      return { changes, result: changes.length };
    }, signal);
  }

  async #stored(id: string): Promise<StoredDocument | undefined> {
    const bytes = await this.#kept.store.get(documentKey(id));
    return bytes && decodeDocument(bytes);
  }

  /** Resolves once documents are embedded, here or in another tab. */
  async untilEmbedded(
    ids: readonly string[],
    signal: AbortSignal | undefined,
    onEmbedded: (count: number) => void = () => {},
  ): Promise<void> {
    const embedding = this.#embedding;
    if (embedding === undefined) return;
    for (let left = ids; ; ) {
      left = left.filter((id) => embedding.isPending(id));
      onEmbedded(ids.length - left.length);
      if (left.length === 0) return;
      const step = embedding.step(signal);
      embedding.wake();
      await step;
    }
  }
}
