/** A live index's state and the store that it is made from: read together, written together. */
import { FoundationError } from '@nearfield/spec';
import { LiveState, type StateOptions } from './state.ts';
import type { Change, LiveStore } from './store.ts';
import { Turns } from './turns.ts';

export class KeptState {
  readonly store: LiveStore;
  readonly state: LiveState;
  /** Called after a change, whoever made it. */
  onChange: () => void = () => {};
  readonly #turns = new Turns();
  #sequence = 0;
  #isClosed = false;

  constructor(store: LiveStore, options: StateOptions) {
    this.store = store;
    this.state = new LiveState(options);
    store.onNews(() => {
      // Who searches or writes meanwhile reads the news too, and hears of a failure.
      this.refresh().catch(() => {});
    });
  }

  /** Reads what others have written. @returns whether there was something. */
  refresh(): Promise<boolean> {
    return this.#turns.take(() => this.#refresh());
  }

  /** Runs a look at the state, with all that was written before it. */
  look<Result>(action: (state: LiveState) => Promise<Result>): Promise<Result> {
    return this.#turns.take(async () => {
      await this.#refresh();
      return action(this.state);
    });
  }

  /**
   * Writes changes that are made from what there is; nobody else writes meanwhile.
   * @param make gets the state with all that was written before
   * @throws FoundationError of the store: nothing was written, nothing is different.
   */
  change<Result>(
    make: (state: LiveState) => Promise<{ changes: readonly Change[]; result: Result }>,
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.store.locks.wait(
      'write',
      () =>
        this.#turns.take(async () => {
          await this.#refresh();
          signal?.throwIfAborted();
          const { changes, result } = await make(this.state);
          if (changes.length > 0) {
            this.#sequence = await this.store.write(changes);
            await this.state.apply(changes);
            this.onChange();
            await this.store.tidy();
          }
          return result;
        }),
      signal,
    );
  }

  async close(): Promise<void> {
    // Work that has begun is let finish.
    await this.#turns.take(async () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      this.state.close();
      await this.store.close();
    });
  }

  async #refresh(): Promise<boolean> {
    if (this.#isClosed) throw closed();
    if (this.#sequence > 0 && !(await this.store.hasNews())) return false;
    const ids = new Set<string>();
    const { sequence, isWhole } = await this.store.read(this.#sequence, async (changes) => {
      for (const { key, value } of changes) {
        if (key.startsWith('document/') && value !== undefined) ids.add(key.slice('document/'.length));
      }
      await this.state.apply(changes);
    });
    if (isWhole) await this.state.keepOnly(ids);
    this.state.settle();
    const isNew = sequence !== this.#sequence;
    this.#sequence = sequence;
    if (isNew) this.onChange();
    return isNew;
  }
}

const closed = (): FoundationError =>
  new FoundationError({ code: 'CLOSED', message: 'The live index was closed. Open it again.' });
