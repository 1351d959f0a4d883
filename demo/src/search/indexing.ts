import type { CallOptions } from '@nearfield/spec';
import type { App } from '../shell/app.ts';
import type { PageCall } from '../shell/page-call.ts';
import type { ProblemOrigin } from '../shell/problem-origin.ts';
import { isAbort } from '../shell/problems.ts';
import { words } from '../words/language.ts';
import type { IndexingProgress, LiveSession } from './live-session.ts';

/** How much of an index is embedded, and the run that embeds the rest. */
export interface IndexingState {
  /** Passages, or pictures, that the index is to have, and those of them that the chosen model has embedded. */
  total: number;
  indexed: number;
  indexing: IndexingProgress | undefined;
  /** The last finished run of indexing with the chosen model. */
  lastRun: IndexingProgress | undefined;
  /** Milliseconds that the chosen model took to load, if indexing loaded it. */
  loadTook: number | undefined;
  /** Whether a run has just ended: said in its place until something is asked, so that nothing moves by itself. */
  justIndexed: boolean;
}

export const NOT_INDEXED: IndexingState = {
  total: 0,
  indexed: 0,
  indexing: undefined,
  lastRun: undefined,
  loadTook: undefined,
  justIndexed: false,
};

export interface IndexingParts {
  readonly app: App;
  readonly call: PageCall;
  readonly origin: ProblemOrigin;
  state(): IndexingState;
  update(changes: Partial<IndexingState>): void;
  session(): LiveSession;
  /** Counts what the index is to have, and what it has. */
  showCounts(): void;
  /** Called when more can be found than before. */
  grown(): void;
  /** A number of what is indexed, with its noun. */
  counted(count: number): string;
}

/** Parts of indexing that screen readers hear of. */
const QUARTERS = [0.25, 0.5, 0.75] as const;

/** Embeds what an index holds: one run at a time, which may be stopped. */
export class Indexing {
  readonly #parts: IndexingParts;

  constructor(parts: IndexingParts) {
    this.#parts = parts;
  }

  /** Embeds what the chosen model has not embedded yet. Only one run at a time. */
  async start(): Promise<void> {
    const { app, call, origin, state, update, session } = this.#parts;
    if (state().indexing) return;
    update({ justIndexed: false });
    const { total, indexed } = state();
    if (total > 0 && indexed === total) {
      // Nothing is sent, so nothing is learned of a server either.
      app.forget(origin);
      this.#showIndexed(undefined);
      return;
    }
    const work = async (options: CallOptions): Promise<void> => {
      try {
        await this.#embed(session(), options);
        this.#showIndexed(state().indexing);
      } catch (error) {
        if (isAbort(error)) app.announceQuietly(words().search.indexing.stopped);
        throw error;
      } finally {
        // Whoever aborts it also shows that it has stopped: another run may be on its way by now.
        if (!options.signal?.aborted) this.#showStopped();
      }
    };
    await call.run((_, options) => work(options), { empty: total === 0 });
  }

  /** Stops indexing. What is embedded stays and can be searched. */
  cancel(): void {
    if (!this.#parts.state().indexing) return;
    this.#parts.call.cancel();
    this.#showStopped();
  }

  async #embed(session: LiveSession, options: CallOptions): Promise<void> {
    const { app, call, update, grown } = this.#parts;
    const { signal } = options;
    let before: number;
    let quarters = 0;
    /** Those that the answers were last looked for among. */
    let answering = session.indexed;
    // Documents that arrive meanwhile are found by another round.
    do {
      before = session.indexed;
      await session.embed({
        signal,
        onProgress: (indexing) => {
          if (signal?.aborted) return;
          const hasGrown = session.indexed > answering;
          answering = session.indexed;
          update({ indexing, indexed: session.indexed });
          const reached = QUARTERS.filter((part) => indexing.done >= part * indexing.total).length;
          if (reached > quarters && indexing.done < indexing.total)
            app.announceQuietly(words().search.indexing.reached(`${QUARTERS[reached - 1]! * 100} %`));
          quarters = Math.max(quarters, reached);
          if (hasGrown) grown();
        },
        onEvent: (event) => {
          options.onProgress?.(event);
          if (event.type !== 'work-progress' && !signal?.aborted)
            update({ loadTook: call.state.loading?.took });
        },
      });
    } while (session.indexed < session.total && session.indexed > before);
  }

  #showIndexed(lastRun: IndexingProgress | undefined): void {
    const { app, state, update, showCounts, counted } = this.#parts;
    showCounts();
    update({ lastRun, justIndexed: true });
    app.announceQuietly(words().search.indexing.indexed(counted(state().indexed)));
  }

  #showStopped(): void {
    this.#parts.update({ indexing: undefined });
    this.#parts.showCounts();
  }
}
