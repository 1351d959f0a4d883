/** What threads read and write to divide work: a board in shared memory, without a lock. */

/** Words of a board, each in a line of the processor's cache of its own, where threads write them often. */
export const WORD = {
  /** Pieces that were taken, of all that there ever were: the number of the next one. */
  next: 0,
  /** Pieces that were put up. */
  limit: 16,
  /** Pieces that are done. */
  done: 32,
  /** Threads that sleep until `limit` changes. */
  sleeping: 48,
  /** Whether the leader sleeps until `done` changes. */
  leaderSleeps: 49,
  /** Threads that look for pieces, and those that were called to, one bit each. */
  present: 50,
  called: 51,
  /** Whether a kernel failed in a thread. */
  failed: 52,
  /** Of each thread: messages that it has not read, and pieces that it has computed. */
  unread: 64,
  shares: 80,
} as const;

/** Threads at most, the leader among them: bits of a word, and no matrix here divides among more. */
export const MOST_THREADS = 16;

const WORDS = WORD.shares + MOST_THREADS;

/** Pieces that lie on a board at a time. A power of two. */
export const PIECES = 256;

/** Numbers of a piece: its memory, its kernel, the bytes of scratch between threads, and the kernel's arguments. */
export const PIECE = { memory: 0, kernel: 1, scratch: 2, args: 3, size: 24 } as const;

/**
 * A ring of pieces. The leader puts pieces up, whoever is free takes the next one. A piece's place is used again only
 * after all pieces before are done, so whoever has taken a piece may read it.
 */
export class Board {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly pieces: Float64Array<SharedArrayBuffer>;

  constructor(buffer = new SharedArrayBuffer(WORDS * 4 + PIECES * PIECE.size * 8)) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, 0, WORDS);
    this.pieces = new Float64Array(buffer, WORDS * 4);
  }

  /** Place of a piece, by its number. */
  placeOf(piece: number): number {
    return (piece & (PIECES - 1)) * PIECE.size;
  }

  /**
   * Takes the next piece.
   * @param knows whether this thread has a memory.
   * @returns its place; -1 if none is left, -2 if it is of a memory that this thread does not have.
   */
  take(knows: (memory: number) => boolean): number {
    const { words } = this;
    for (;;) {
      // In this order: `next` never passes `limit`.
      const next = Atomics.load(words, WORD.next);
      if (next === Atomics.load(words, WORD.limit)) return -1;
      const place = this.placeOf(next);
      // Perhaps no longer the piece's: then the exchange fails.
      const isKnown = knows(this.pieces[place + PIECE.memory]!);
      if (!isKnown && Atomics.load(words, WORD.next) === next) return -2;
      if (Atomics.compareExchange(words, WORD.next, next, (next + 1) | 0) === next) return place;
    }
  }

  /** Whether no piece is left to be taken. */
  get isEmpty(): boolean {
    return Atomics.load(this.words, WORD.next) === Atomics.load(this.words, WORD.limit);
  }
}

/** Lets another thread of the same core run, where the engine knows how. */
export const relax: () => void = (Atomics as { pause?: () => void }).pause ?? (() => {});
