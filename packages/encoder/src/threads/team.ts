/** Threads that divide the work of one encoder's kernels. */
import { bindKernels, compileKernels, type Kernels, newMemory } from '../kernels.ts';
import { EncoderMemory } from '../memory.ts';
import { Board, MOST_THREADS, PIECE, PIECES, relax, WORD } from './board.ts';
import { compute, type Division, divisionOf } from './divide.ts';
import type { Pace } from './pace.ts';

/** What a thread is sent. */
export type TeamMessage =
  | { readonly type: 'join'; readonly board: SharedArrayBuffer; readonly thread: number }
  | {
      readonly type: 'memory';
      readonly id: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
    }
  | { readonly type: 'forget'; readonly id: number }
  | { readonly type: 'work' };

type Post = (message: TeamMessage) => void;

/** A thread has taken a piece, and does not finish it: what the encoder has in memory is of no use any more. */
export class ThreadLost extends Error {
  override readonly name = 'ThreadLost';
}

/** Multiplications below which a piece is not worth another thread: about six microseconds. */
const SMALLEST_PIECE = 300_000;

/** Those of a piece at most, about a fifth of a millisecond: nobody waits long for the last one. */
const LARGEST_PIECE = 10_000_000;

/** Pieces for each thread, so that one that is held up leaves its share to others. */
const PIECES_EACH = 4;

/** Milliseconds for which the leader looks for the end of the last pieces before it sleeps. */
const LOOKING = 0.1;

/** Milliseconds after which a thread will not finish its piece. */
const LOST = 2000;

export interface TeamOptions {
  /** Multiplications below which a piece is not worth another thread. @default 300,000 */
  readonly smallestPiece?: number | undefined;
  /** Whether runs are shared even where threads make them slower. @default false */
  readonly isAlways?: boolean | undefined;
  /** Milliseconds after which a thread that holds a piece is given up. @default 2000 */
  readonly lost?: number | undefined;
}

/** A memory that threads share, with kernels that divide their work. */
export interface SharedKernels {
  readonly id: number;
  readonly kernels: Kernels;
  readonly memory: EncoderMemory;
}

/**
 * Threads that compute over one memory. The leader, who owns the encoders, puts pieces of kernels' calls on a board;
 * whoever is free takes the next one, the leader among them. So it never waits for a thread to come, only for one that
 * has taken a piece.
 */
export class Team {
  #board = new Board();
  readonly #members = new Map<number, Post>();
  readonly #memories = new Map<
    number,
    SharedKernels & { readonly own: Kernels; readonly message: TeamMessage }
  >();
  readonly #smallest: number;
  readonly #isAlways: boolean;
  readonly #lost: number;
  #ids = 0;
  /** Pieces that were put up. */
  #limit = 0;
  /** Those of them that are done for certain, with all before. */
  #finished = 0;
  /** Calls whose pieces may not be done. */
  readonly #pending: { readonly kernel: number; readonly args: readonly number[] }[] = [];
  /** The run that goes on, if threads share it. */
  #isShared = false;
  #hasShared = false;
  /** Threads at most, the leader among them. */
  readonly most: number;

  constructor(
    most: number,
    { smallestPiece = SMALLEST_PIECE, isAlways = false, lost = LOST }: TeamOptions = {},
  ) {
    this.most = Math.max(1, Math.min(most, MOST_THREADS));
    this.#smallest = smallestPiece;
    this.#isAlways = isAlways;
    this.#lost = lost;
  }

  /** Threads now, the leader among them. */
  get size(): number {
    return this.#members.size + 1;
  }

  /** Pieces that each thread has computed, the leader first. */
  get shares(): readonly number[] {
    return Array.from(this.#board.words.subarray(WORD.shares, WORD.shares + this.most));
  }

  /**
   * A thread that serves with a {@link TeamMate}.
   * @param post sends it messages.
   * @returns what takes it out again, once it has ended.
   */
  add(post: Post): () => void {
    let thread = 1;
    while (this.#members.has(thread)) thread++;
    if (thread >= this.most) throw new RangeError(`The team has ${this.most} threads already`);
    this.#members.set(thread, post);
    Atomics.store(this.#board.words, WORD.unread + thread, 0);
    post({ type: 'join', board: this.#board.buffer, thread });
    for (const { message } of this.#memories.values()) this.#tell(thread, message);
    return () => {
      if (this.#members.get(thread) !== post) return;
      this.#members.delete(thread);
      const { words } = this.#board;
      for (const word of [WORD.present, WORD.called]) Atomics.and(words, word, ~(1 << thread));
    };
  }

  /** Kernels over a new memory; undefined where the device has none that threads can share. */
  async open(): Promise<SharedKernels | undefined> {
    const module = await compileKernels(true);
    const shared = sharedMemory();
    if (!shared) return undefined;
    const memory = new EncoderMemory(shared);
    const own = bindKernels(module, shared);
    const id = this.#ids++;
    const kernels = this.#divided(own, id);
    const message = { type: 'memory', id, module, memory: shared } as const;
    this.#memories.set(id, { id, kernels, memory, own, message });
    for (const thread of this.#members.keys()) this.#tell(thread, message);
    return { id, kernels, memory };
  }

  /** Lets all threads forget a memory. */
  close(id: number): void {
    if (!this.#memories.delete(id)) return;
    for (const thread of this.#members.keys()) this.#tell(thread, { type: 'forget', id });
  }

  /**
   * Calls all threads to work.
   * @param tokens of the run.
   * @param pace of runs like this one: decides whether threads share it. Default: they do not.
   * @returns notes the time of the run, once it is over.
   */
  begin(tokens: number, pace?: Pace): () => void {
    this.finish();
    this.#isShared = pace !== undefined && this.#members.size > 0 && (pace.prefersShared() || this.#isAlways);
    this.#hasShared = false;
    const { words } = this.#board;
    for (const [thread, post] of this.#isShared ? this.#members : []) {
      const bit = 1 << thread;
      if (Atomics.or(words, WORD.called, bit) & bit) continue;
      post({ type: 'work' });
    }
    const start = performance.now();
    return () => pace?.note(this.#hasShared, performance.now() - start, tokens);
  }

  /**
   * Computes what is left, and waits for what others have taken.
   * @throws ThreadLost; Error if a kernel failed.
   */
  finish(): void {
    if (this.#pending.length === 0) return;
    this.#pending.length = 0;
    const board = this.#board;
    for (let place = board.take(isKnown); place >= 0; place = board.take(isKnown)) {
      compute(board, place, this.#memories.get(board.pieces[place + PIECE.memory]!)!.own, 0);
    }
    this.#wait();
    this.#finished = this.#limit;
    if (Atomics.exchange(board.words, WORD.failed, 0)) throw new Error('A kernel failed in a thread');
  }

  #wait(): void {
    const { words } = this.#board;
    const since = performance.now();
    for (let waited = 0; ; waited = performance.now() - since) {
      const done = Atomics.load(words, WORD.done);
      if (done === this.#limit) return;
      if (waited > this.#lost) this.#giveUp();
      if (waited > LOOKING) {
        Atomics.store(words, WORD.leaderSleeps, 1);
        Atomics.wait(words, WORD.done, done, this.#lost);
        Atomics.store(words, WORD.leaderSleeps, 0);
      } else relax();
    }
  }

  /** Starts anew without any thread: whoever holds the piece may still write into its memory. */
  #giveUp(): never {
    this.#members.clear();
    this.#board = new Board();
    this.#limit = 0;
    this.#finished = 0;
    throw new ThreadLost('a thread did not finish its work');
  }

  /** Sends a message that a thread leaves the board for. */
  #tell(thread: number, message: TeamMessage): void {
    const { words } = this.#board;
    Atomics.add(words, WORD.unread + thread, 1);
    this.#members.get(thread)!(message);
    Atomics.notify(words, WORD.limit);
  }

  #divided(own: Kernels, memory: number): Kernels {
    let scratch = 0;
    const divide = (
      name: string,
      direct: (...args: number[]) => unknown,
    ): ((...args: number[]) => unknown) => {
      const found = divisionOf(name);
      if (name === 'attentionScratch') {
        // Each thread has its own.
        return (...args) => {
          scratch = Math.ceil((direct(...args) as number) / 64) * 64;
          return scratch * this.most;
        };
      }
      if (!found) {
        return (...args) => {
          this.finish();
          return direct(...args);
        };
      }
      const { kernel, division } = found;
      return (...args) => {
        const shares = this.#sharesOf(division, args);
        const isApart =
          division.isApart &&
          this.#pending.every((each) => each.kernel === kernel && division.isApart!(args, each.args));
        // Not by those that are done: an earlier one may be the last.
        const isFull = ((this.#limit - this.#finished) | 0) + shares.length > PIECES;
        if (!isApart || shares.length === 0 || isFull) this.finish();
        if (shares.length === 0) {
          direct(...args);
          return;
        }
        this.#pending.push({ kernel, args });
        this.#putUp({ id: memory, own }, kernel, scratch, division, args, shares);
        if (!division.isApart) this.finish();
      };
    };
    return Object.fromEntries(
      Object.entries(own).map(([name, direct]) => [name, divide(name, direct)]),
    ) as unknown as Kernels;
  }

  /** Where each share of a call begins; empty if it is better not divided. */
  #sharesOf({ count, work, unit = 1, most }: Division, args: readonly number[]): readonly number[] {
    const present = this.#isShared ? Atomics.load(this.#board.words, WORD.present) : 0;
    if (present === 0) return [];
    const all = work(args);
    if (all < 2 * this.#smallest && this.#pending.length === 0) return [];
    this.#hasShared = true;
    let threads = 1;
    for (let left = present; left !== 0; left &= left - 1) threads++;
    const wanted = Math.min(
      Math.floor(all / this.#smallest),
      Math.max(threads * PIECES_EACH, Math.ceil(all / LARGEST_PIECE)),
      PIECES / 2,
    );
    const items = args[count]!;
    let size = Math.max(unit, Math.ceil(items / Math.max(1, wanted) / unit) * unit);
    if (most) size = Math.min(size, most(args));
    const starts: number[] = [];
    for (let first = 0; first < items; first += size) starts.push(first);
    return starts.length > PIECES ? [] : starts;
  }

  #putUp(
    { id, own }: { readonly id: number; readonly own: Kernels },
    kernel: number,
    scratch: number,
    { count, move }: Division,
    args: readonly number[],
    starts: readonly number[],
  ): void {
    const { words, pieces } = this.#board;
    starts.forEach((first, index) => {
      const share = [...args];
      share[count] = (starts[index + 1] ?? args[count]!) - first;
      move(share, first, own);
      const place = this.#board.placeOf(this.#limit + index);
      pieces[place + PIECE.memory] = id;
      pieces[place + PIECE.kernel] = kernel;
      pieces[place + PIECE.scratch] = scratch;
      pieces.set(share, place + PIECE.args);
    });
    this.#limit = (this.#limit + starts.length) | 0;
    Atomics.store(words, WORD.limit, this.#limit);
    if (Atomics.load(words, WORD.sleeping) > 0) Atomics.notify(words, WORD.limit);
  }
}

const isKnown = (): boolean => true;

/** A memory of 4 GB at most, or of 1 GB where addresses are short. */
function sharedMemory(): WebAssembly.Memory | undefined {
  for (const pages of [65_536, 16_384]) {
    try {
      return newMemory(pages);
    } catch {
      // All of it is reserved at once.
    }
  }
  return undefined;
}
