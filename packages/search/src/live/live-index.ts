/** An index of documents that come and go. */
import { FoundationError } from '@nearfield/spec';
import type { Language } from '../analysis/analyser.ts';
import type { FoundDocument, SearchAnswer, SearchOptions } from '../answers.ts';
import { invalid } from '../errors.ts';
import type { Embedder } from '../meaning/embedder.ts';
import { attempts, facetsOf, limitOf } from '../ranking/answer.ts';
import {
  completed,
  decodeDocument,
  documentKey,
  type LiveDocument,
  type StoredDocument,
  vectorsKey,
} from './documents.ts';
import { Embedding } from './embedding.ts';
import type { KeptState } from './kept-state.ts';
import { Gone, meaningOf, relatedLive, searchLive } from './search.ts';
import type { Change } from './store.ts';
import { encodeFingerprint, MODEL_KEY } from './stored-vectors.ts';
import { exportIndex, readExported } from './transfer.ts';
import { type WriteOptions, Writing } from './writing.ts';

/** Searches begin anew when a document goes while its text is read. */
const TRIES = 4;

/** Numbers of documents and passages in a live index, embedded or waiting. */
export interface LiveCounts {
  readonly documents: number;
  readonly passages: number;
  /** Documents that are not embedded yet. */
  readonly pending: number;
}

export interface LiveIndexParts {
  readonly kept: KeptState;
  readonly embedder: Embedder | undefined;
  readonly language: Language;
  readonly mostLetters: number | undefined;
}

/** An open index of documents that come and go. */
export class LiveIndex {
  readonly #parts: LiveIndexParts;
  readonly #kept: KeptState;
  readonly #embedding: Embedding | undefined;
  readonly #writing: Writing;
  readonly #listeners = new Set<() => void>();

  /** Called by `openLiveIndex()`. */
  constructor(parts: LiveIndexParts) {
    this.#parts = parts;
    this.#kept = parts.kept;
    const { embedder, mostLetters } = parts;
    this.#embedding = embedder && new Embedding(parts.kept, embedder, mostLetters);
    this.#writing = new Writing(parts.kept, embedder, this.#embedding);
    parts.kept.onChange = () => {
      this.#embedding?.tell();
      this.#embedding?.wake();
      for (const listener of [...this.#listeners]) listener();
    };
    this.#embedding?.wake();
  }

  /** Model that embedded the documents, once it has embedded one. */
  get model(): string | undefined {
    return this.#kept.state.fingerprint?.model;
  }

  /** Ids of the languages of its documents. */
  get languages(): readonly string[] {
    return [this.#parts.language.id];
  }

  /** Content of the index, as far as this tab or process has read it. */
  get counts(): LiveCounts {
    const { documents, pending } = this.#kept.state;
    const left = this.#embedding === undefined ? 0 : pending.size;
    return { documents: documents.size, passages: documents.passages, pending: left };
  }

  /** Documents that the model refused, which are found by their words alone; stored parts that were damaged. */
  get problems(): readonly FoundationError[] {
    const damage = this.#kept.store.damage.map(
      (message) => new FoundationError({ code: 'RECORD_DAMAGED', message }),
    );
    return [...damage, ...(this.#embedding?.refused.values() ?? [])];
  }

  /** Calls a listener after each change, whichever tab or process made it. @returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Adds documents. They are stored in batches, each whole or not at all, before they are embedded: what was stored
   * when a tab is killed is embedded when the index is next opened.
   *
   * @throws FoundationError INPUT_VALIDATION_FAILED for a document without content or with an id that is taken;
   *   NOT_SUPPORTED for a picture and a model of texts; STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED; what the foundation
   *   throws. What was stored before stays.
   * @example
   * await index.add([{ id: 'loaf', title: 'Bread', text: 'Keep it in a linen bag.', url: '/bread' }]);
   */
  async add(documents: LiveDocument | readonly LiveDocument[], options: WriteOptions = {}): Promise<void> {
    await this.#writing.write(documents, options, (document, before) => {
      if (before === undefined) return completed(document);
      throw invalid('id', `There is a document "${document.id}" already. Use update() to change it.`);
    });
  }

  /**
   * Changes documents: fields that are given replace the stored ones, others stay. Only what a model reads is embedded
   * again. Documents that are not there are added.
   *
   * @throws FoundationError as `add()`.
   */
  async update(documents: LiveDocument | readonly LiveDocument[], options: WriteOptions = {}): Promise<void> {
    await this.#writing.write(documents, options, (document, before) => completed(document, before));
  }

  /**
   * Removes documents; ids that are not there are passed over.
   * @returns how many were there
   */
  async remove(ids: string | readonly string[], { signal }: { signal?: AbortSignal } = {}): Promise<number> {
    const wanted = [...new Set([ids].flat())];
    return this.#kept.change(async ({ documents }) => {
      const there = wanted.filter((id) => documents.get(id) !== undefined);
      const changes = there.flatMap((id) => [
        { key: documentKey(id), value: undefined },
        { key: vectorsKey(id), value: undefined },
      ]);
      return { changes, result: there.length };
    }, signal);
  }

  /** A document as it is stored, or undefined. */
  async get(id: string): Promise<StoredDocument | undefined> {
    const bytes = await this.#kept.look(() => this.#kept.store.get(documentKey(id)));
    return bytes && decodeDocument(bytes);
  }

  /** Ids of all documents. */
  ids(): Promise<string[]> {
    return this.#kept.look(async ({ documents }) => [...documents.entries()].map(({ id }) => id));
  }

  /**
   * The documents that answer a query, best first, with the options and the answer of a static index. `meaning` is
   * `partial` as long as documents wait to be embedded.
   *
   * @throws FoundationError INPUT_VALIDATION_FAILED for a bad option or a vector of another model; STORAGE_FAILED.
   */
  async search(query: string, options: SearchOptions = {}): Promise<SearchAnswer> {
    const { signal } = options;
    limitOf(options);
    signal?.throwIfAborted();
    await this.#kept.refresh();
    const nothing: SearchAnswer = { results: [], meaning: 'none', problems: [] };
    if (query.trim() === '') return nothing;
    const tries = attempts(signal);
    const meant = await tries.attempt(() =>
      meaningOf(this.#kept.state, query, options, () => this.#checkedEmbedder(signal)),
    );
    return this.#whileThere(() =>
      searchLive({ ...this.#parts, ...this.#kept }, query, options, meant ?? { vector: undefined }, tries),
    );
  }

  /**
   * Documents that are like one of the index, by their stored vectors: no model is needed.
   * @throws FoundationError RESOURCE_NOT_FOUND for an id that is not there.
   */
  related(id: string, options: Pick<SearchOptions, 'limit' | 'filters'> = {}): Promise<FoundDocument[]> {
    return this.#whileThere(() => relatedLive({ ...this.#parts, ...this.#kept }, id, options));
  }

  /** Values that results can be filtered by, with the number of documents that have them. */
  facets(): Promise<Record<string, Record<string, number>>> {
    return this.#kept.look(async ({ documents }) => {
      const counts = new Map<string, number>();
      for (const { pairs } of documents.entries()) {
        for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
      return facetsOf(counts);
    });
  }

  /** Resolves once every document is embedded, here or in another tab. */
  async embedded({ signal }: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#kept.refresh();
    await this.#writing.untilEmbedded([...this.#kept.state.pending], signal);
  }

  /** The whole index as one file. */
  export(): Promise<Blob> {
    return this.#kept.look(() => exportIndex(this.#kept));
  }

  /**
   * Adds the documents of an exported file, in one step: they replace those with the same ids. Vectors of this index's
   * model are taken over; others are made.
   *
   * @returns the number of documents
   * @throws FoundationError INTEGRITY_MISMATCH for a damaged file; STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED. Nothing was
   *   changed.
   */
  async import(file: Blob, options: Pick<WriteOptions, 'signal' | 'until'> = {}): Promise<number> {
    const { fingerprint, changes, documents } = await readExported(file);
    const { embedder } = this.#parts;
    await this.#kept.change(async (state) => {
      const isOurs = fingerprint !== undefined && embedder?.isNamed(fingerprint.model) === true;
      const isFirst = isOurs && state.fingerprint === undefined;
      const taken = isOurs ? changes : changes.filter(({ key }) => !key.startsWith(vectorsKey('')));
      const model: Change[] = isFirst ? [{ key: MODEL_KEY, value: encodeFingerprint(fingerprint) }] : [];
      return { changes: [...model, ...taken], result: undefined };
    }, options.signal);
    if (options.until !== 'stored') await this.embedded(options);
    return documents;
  }

  /** Bytes of memory that vectors take. */
  async vectorBytes(): Promise<number> {
    return (await this.#kept.state.vectors?.bytes()) ?? 0;
  }

  /** Ends the work of this tab or process. What is stored stays; another one goes on embedding. */
  async close(): Promise<void> {
    await this.#embedding?.close();
    await this.#kept.close();
  }

  async #checkedEmbedder(signal: AbortSignal | undefined): Promise<Embedder | undefined> {
    await this.#embedding?.ensureModel(signal);
    return this.#parts.embedder;
  }

  async #whileThere<Result>(action: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#kept.look(action);
      } catch (error) {
        if (!(error instanceof Gone) || tries === TRIES) throw error;
      }
    }
  }
}
