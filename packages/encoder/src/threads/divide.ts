/**
 * How calls of kernels are divided. A number is computed by one thread, with the same operations in the same order as
 * in an undivided call, so threads do not show in the result.
 */
import type { Kernels } from '../kernels.ts';
import { type Board, PIECE, WORD } from './board.ts';

/** Arguments of a kernel, in its order. */
type Arguments = readonly number[];

export interface Division {
  /** Place of the argument that counts what is divided: rows, panels of columns, heads. */
  readonly count: number;
  /** Multiplications of a call in a product, or what takes as long. */
  readonly work: (args: Arguments) => number;
  /** Moves arguments to where a share begins. */
  readonly move: (args: number[], first: number, kernels: Kernels) => void;
  /** Shares begin at multiples of this. @default 1 */
  readonly unit?: number;
  /** The largest share. Default: any. */
  readonly most?: (args: Arguments) => number;
  /** Whether a call may run beside an earlier one of the same kernel. Default: no. */
  readonly isApart?: (args: Arguments, earlier: Arguments) => boolean;
}

/** Work on one number of a row, as multiplications of a product. */
const NUMBER = 16;

/** The same for a product of attention, with its share of the softmax. */
const SCORE = 4;

/**
 * What an argument moves by for each row: bytes, times the argument that has the numbers between two of them; −1: none
 * has.
 */
type Step = readonly [argument: number, times: number, bytes: number];

const moving =
  (...steps: readonly Step[]) =>
  (args: number[], first: number): void => {
    // The steps are no arguments that move.
    for (const [argument, times, bytes] of steps) args[argument]! += first * bytes * (args[times] ?? 1);
  };

const rowsOf = (count: number, width: number, ...steps: readonly Step[]): Division => ({
  count,
  work: (args) => args[count]! * args[width]! * NUMBER,
  move: moving(...steps),
});

/** By name; the place of a kernel here is its number on a board. Look-ups and pooling take no time to speak of. */
const DIVISIONS: { readonly [name in keyof Kernels]?: Division } = {
  quantiseRows: rowsOf(2, 3, [0, 1, 4], [5, 3, 2], [6, -1, 4]),
  quantiseBytes: {
    ...rowsOf(2, 3),
    // Relaxed vectors multiply bytes, plain ones int16.
    move: (args, first, kernels) =>
      moving([0, 1, 4], [4, 3, kernels.relaxedKind() === 1 ? 1 : 2], [5, -1, 4], [6, -1, 4])(args, first),
  },
  // By panels: a thread reads its own weights alone, and few rows can be divided too.
  multiply: {
    count: 8,
    // A line of the processor's cache has two panels' numbers.
    unit: 2,
    work: ([, , , rows, depth, , , , panels]) => rows! * depth! * panels! * 8,
    move: moving([5, 4, 8], [6, -1, 32], [7, -1, 32], [9, -1, 32], [13, -1, 32], [14, -1, 32]),
    // Two of the same rounded rows, neither of which reads or writes what the other has written.
    isApart: (args, earlier) => args[9] !== earlier[9] && args[13] !== earlier[9] && args[9] !== earlier[13],
  },
  layerNorm: rowsOf(1, 3, [0, 3, 4], [7, 3, 4]),
  rmsNorm: rowsOf(1, 3, [0, 3, 4], [6, 3, 4]),
  mapRows: rowsOf(1, 2, [0, 2, 4], [5, 6, 4], [7, 2, 4]),
  // The rows of one text, and of another beside them.
  rotate: { ...rowsOf(1, 2, [0, 2, 4], [8, -1, 1]), isApart: (args, earlier) => args[0] !== earlier[0] },
  attend: {
    count: 8,
    work: ([, , , , , , length, seen, heads, , size]) => length! * seen! * heads! * size! * 2 * SCORE,
    move: (args, first) => {
      moving([0, 10, 4], [15, 10, 4])(args, first);
      moving([2, 10, 4], [4, 10, 4])(args, Math.floor(first / args[9]!));
      if (args[12] !== 0) args[12]! += first * 4;
    },
    // A share must not begin within a group and end in another.
    most: (args) => (args[9]! > 1 ? 1 : args[8]!),
    isApart: (args, earlier) => args[15] !== earlier[15],
  },
};

type Divisible = keyof typeof DIVISIONS;

const NAMES = Object.keys(DIVISIONS) as Divisible[];

/** Number and division of a kernel; undefined if it is not divided. */
export function divisionOf(name: string): { kernel: number; division: Division } | undefined {
  const kernel = NAMES.indexOf(name as Divisible);
  return kernel < 0 ? undefined : { kernel, division: DIVISIONS[NAMES[kernel]!]! };
}

/** The argument of `attend` that each thread has a room of its own for. */
const SCRATCH = 14;

/** Computes a piece that was taken from a board, and says so there. */
export function compute({ words, pieces }: Board, place: number, kernels: Kernels, thread: number): void {
  try {
    const kernel = kernels[NAMES[pieces[place + PIECE.kernel]!]!] as (...args: number[]) => void;
    const start = place + PIECE.args;
    const args = Array.from(pieces.subarray(start, start + kernel.length));
    if (kernel === kernels.attend) args[SCRATCH]! += thread * pieces[place + PIECE.scratch]!;
    kernel(...args);
  } catch {
    Atomics.store(words, WORD.failed, 1);
  }
  words[WORD.shares + thread]!++;
  Atomics.add(words, WORD.done, 1);
  if (Atomics.load(words, WORD.leaderSleeps)) Atomics.notify(words, WORD.done);
}
