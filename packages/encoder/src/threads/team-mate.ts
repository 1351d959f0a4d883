import { bindKernels, type Kernels } from '../kernels.ts';
import { Board, PIECE, relax, WORD } from './board.ts';
import { compute } from './divide.ts';
import type { TeamMessage } from './team.ts';

/** Milliseconds for which a thread looks for the next piece before it sleeps: longer than most gaps between kernels. */
const LOOKING = 0.2;

/** Milliseconds after which a thread that sleeps goes back to its messages. */
const SLEEP = 50;

/** A thread's half of a {@link Team}: takes pieces from its board. */
export class TeamMate {
  readonly #hasOther: () => boolean;
  #board: Board | undefined;
  #thread = 0;
  readonly #kernels = new Map<number, Kernels>();

  /** @param hasOther whether the thread has work of its own, which waits while this sleeps. Default: it has none. */
  constructor(hasOther: () => boolean = () => false) {
    this.#hasOther = hasOther;
  }

  take(message: TeamMessage): void {
    if (message.type === 'join') {
      this.#board = new Board(message.board);
      this.#thread = message.thread;
      this.#kernels.clear();
      return;
    }
    if (!this.#board) return;
    if (message.type === 'work') {
      this.#work(this.#board);
      return;
    }
    Atomics.sub(this.#board.words, WORD.unread + this.#thread, 1);
    if (message.type === 'memory') this.#kernels.set(message.id, bindKernels(message.module, message.memory));
    else this.#kernels.delete(message.id);
  }

  /** Computes pieces until none comes for a while, or a message waits. */
  #work(board: Board): void {
    const { words } = board;
    const bit = 1 << this.#thread;
    const knows = (memory: number): boolean => this.#kernels.has(memory);
    Atomics.or(words, WORD.present, bit);
    while (Atomics.load(words, WORD.unread + this.#thread) === 0) {
      const place = board.take(knows);
      if (place >= 0)
        compute(board, place, this.#kernels.get(board.pieces[place + PIECE.memory]!)!, this.#thread);
      else if (place === -2 || !this.#awaitPiece(board)) break;
    }
    Atomics.and(words, WORD.present, ~bit);
    Atomics.and(words, WORD.called, ~bit);
  }

  /** @returns whether there may be one. */
  #awaitPiece(board: Board): boolean {
    const { words } = board;
    const until = performance.now() + LOOKING;
    do {
      if (!board.isEmpty) return true;
      relax();
    } while (performance.now() < until);
    if (this.#hasOther()) return false;
    const limit = Atomics.load(words, WORD.next);
    Atomics.add(words, WORD.sleeping, 1);
    const end = Atomics.wait(words, WORD.limit, limit, SLEEP);
    Atomics.sub(words, WORD.sleeping, 1);
    return end !== 'timed-out';
  }
}
