/** A live index in a database of its own, for every tab of this origin. */
import { FoundationError } from '@nearfield/spec';
import type { Locks } from '@nearfield/spec/implement';
import { databaseFailed, IndexedDatabase, originLocks, writing } from '@nearfield/storage';
import { promisifyRequest } from 'idb-keyval';
import { checksum } from '../format/sha256.ts';
import type { Change, LiveStore, News } from './store.ts';
import { FORMAT_VERSION, newerFormat, ROOM_ADVICE } from './store-errors.ts';

/** Kinds of rows, the first part of their key. */
const RECORD = 0;
const POINTER = 1;
const STATE = 2;
const DAMAGED = 3;
/** Rows that are read at once. */
const ROWS = 200;
/** Marks of removed records that are kept for other tabs. */
const MOST_REMOVED = 1000;

/** At [RECORD, write, place in it]. */
interface Row {
  key: string;
  /** Absent: removed. */
  value?: Uint8Array<ArrayBuffer> | undefined;
  /** Checksum of the value. */
  sum: number;
}

/** At [STATE]. */
interface State {
  version: number;
  /** The last write. */
  sequence: number;
  /** Of writes up to this one it is forgotten what they removed. */
  forgotten: number;
}

const NOTHING: State = { version: FORMAT_VERSION, sequence: 0, forgotten: 0 };
const sumOf = (value: Uint8Array | undefined): number => (value === undefined ? 0 : checksum(value, 0));

export class IndexedDbStore implements LiveStore {
  readonly kind = 'indexeddb';
  readonly locks: Locks;
  readonly damage: string[] = [];
  readonly #name: string;
  readonly #database: IndexedDatabase;
  readonly #channel: BroadcastChannel;
  /** The last write that was read or made here. */
  #sequence = 0;
  #removed = 0;

  private constructor(name: string) {
    this.#name = `nearfield-live/${name}`;
    this.#database = new IndexedDatabase(this.#name, 'records');
    this.locks = originLocks(`${this.#name}/`);
    this.#channel = new BroadcastChannel(this.#name);
  }

  /** @throws FoundationError STORAGE_FAILED where the browser has no database or forbids it. */
  static async open(name: string): Promise<IndexedDbStore> {
    if (typeof indexedDB === 'undefined') throw unusable('there is no IndexedDB here');
    const store = new IndexedDbStore(name);
    try {
      const { version } = await store.#database.run('readonly', stateIn);
      if (version > FORMAT_VERSION) throw newerFormat(store.#name, version);
      return store;
    } catch (error) {
      store.#channel.close();
      if (FoundationError.isInstance(error)) throw error;
      throw unusable(error instanceof Error ? error.message : String(error), error);
    }
  }

  async hasNews(): Promise<boolean> {
    return (await this.#state()).sequence > this.#sequence;
  }

  async read(after: number, onChanges: (changes: readonly Change[]) => Promise<void>): Promise<News> {
    const state = await this.#state();
    const isWhole = after < state.forgotten || after === 0;
    let next: IDBValidKey = [RECORD, isWhole ? 0 : after + 1, 0];
    let sequence = isWhole ? state.sequence : Math.max(after, state.sequence);
    for (;;) {
      const range = IDBKeyRange.bound(next, [RECORD, Number.POSITIVE_INFINITY], true);
      const { keys, rows } = await this.#reading(async (store) => {
        const [keys, rows] = await Promise.all([
          promisifyRequest(store.getAllKeys(range, ROWS)),
          promisifyRequest<Row[]>(store.getAll(range, ROWS)),
        ]);
        return { keys, rows };
      });
      const sound: Change[] = [];
      for (const [index, { key, value, sum }] of rows.entries()) {
        if (sumOf(value) === sum) sound.push({ key, value });
        else await this.#setAside(keys[index]!, key);
        if (value === undefined) this.#removed++;
      }
      if (sound.length > 0) await onChanges(sound);
      const last = keys.at(-1) as [number, number, number] | undefined;
      if (last === undefined) break;
      next = last;
      // A tab may have written while this one read.
      sequence = Math.max(sequence, last[1]);
      if (rows.length < ROWS) break;
    }
    this.#sequence = sequence;
    return { sequence, isWhole };
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const row = await this.#reading(async (store) => {
      const place = await promisifyRequest<IDBValidKey | undefined>(store.get([POINTER, key]));
      return place === undefined ? undefined : promisifyRequest<Row | undefined>(store.get(place));
    });
    return row?.value;
  }

  async write(changes: readonly Change[]): Promise<number> {
    const sequence = await writing('the live index', ROOM_ADVICE, () =>
      this.#database.write(async (store) => {
        const state = await stateIn(store);
        const next = state.sequence + 1;
        const before = await Promise.all(
          changes.map(({ key }) => promisifyRequest<IDBValidKey | undefined>(store.get([POINTER, key]))),
        );
        for (const place of before) if (place !== undefined) store.delete(place);
        for (const [index, { key, value }] of changes.entries()) {
          const place = [RECORD, next, index + 1];
          store.put({ key, value, sum: sumOf(value) } satisfies Row, place);
          store.put(place, [POINTER, key]);
        }
        store.put({ ...state, sequence: next } satisfies State, [STATE]);
        return next;
      }),
    );
    this.#sequence = sequence;
    this.#removed += changes.filter(({ value }) => value === undefined).length;
    this.#channel.postMessage(sequence);
    return sequence;
  }

  onNews(listener: () => void): void {
    this.#channel.onmessage = listener;
  }

  /** Replaced records are gone at once; marks of removed ones stay until there are many. */
  async tidy(): Promise<void> {
    if (this.#removed <= MOST_REMOVED) return;
    await writing('the live index', ROOM_ADVICE, () =>
      this.#database.write(async (store) => {
        const range = IDBKeyRange.bound([RECORD], [RECORD, Number.POSITIVE_INFINITY]);
        for (let cursor = await promisifyRequest(store.openCursor(range)); cursor !== null; ) {
          const { key, value } = cursor.value as Row;
          if (value === undefined) {
            store.delete(cursor.primaryKey);
            store.delete([POINTER, key]);
          }
          const { request } = cursor;
          cursor.continue();
          cursor = await promisifyRequest(request as IDBRequest<IDBCursorWithValue | null>);
        }
        const state = await stateIn(store);
        store.put({ ...state, forgotten: state.sequence } satisfies State, [STATE]);
      }),
    );
    this.#removed = 0;
  }

  async close(): Promise<void> {
    this.#channel.close();
  }

  #state(): Promise<State> {
    return this.#reading(stateIn);
  }

  async #setAside(place: IDBValidKey, key: string): Promise<void> {
    await this.#database.write(async (store) => {
      const row = await promisifyRequest<Row | undefined>(store.get(place));
      if (row !== undefined) store.put(row, [DAMAGED, key]);
      store.delete(place);
      store.delete([POINTER, key]);
    });
    this.damage.push(
      `${key} is damaged and was set aside in the database ${this.#name}. Add that document again.`,
    );
  }

  async #reading<Result>(read: (store: IDBObjectStore) => Promise<Result>): Promise<Result> {
    try {
      return await this.#database.run('readonly', read);
    } catch (error) {
      throw databaseFailed('The live index', error);
    }
  }
}

const stateIn = async (store: IDBObjectStore): Promise<State> =>
  (await promisifyRequest<State | undefined>(store.get([STATE]))) ?? NOTHING;

const unusable = (why: string, cause?: unknown): FoundationError =>
  new FoundationError({
    code: 'STORAGE_FAILED',
    message: `The live index cannot be kept in IndexedDB (${why}). Pass \`persist: false\` to keep it in memory, until the page closes.`,
    cause,
  });
