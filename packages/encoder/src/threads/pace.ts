/**
 * Whether threads are worth it. On a machine with other work they are not always: a thread that is woken takes the
 * processor from the leader, and one that is held up lets it wait. So both ways are timed, and the faster one is taken.
 */

/** Runs after which the other way is tried again, at first and at most. */
const TRIAL = { first: 8, most: 128 };

/** Share of the time alone that a shared run must stay below: threads cost processor time that others may want. */
const LEAST_GAIN = 0.9;

/** Share of a new time in the mean, and how many times the mean a time may count at most. */
const NEW = 1 / 4;
const LARGEST = 3;

/** Times of runs of about the same length. */
export class Pace {
  /** Mean milliseconds of a token, alone and shared. */
  readonly #times: [number | undefined, number | undefined] = [undefined, undefined];
  #runs = 0;
  #trial = TRIAL.first;
  #wasShared = true;

  /** Whether the next run is to be shared. */
  prefersShared(): boolean {
    const [alone, shared] = this.#times;
    const isShared = alone === undefined || shared === undefined || shared < LEAST_GAIN * alone;
    if (isShared !== this.#wasShared) this.#trial = TRIAL.first;
    this.#wasShared = isShared;
    if (++this.#runs < this.#trial) return isShared;
    this.#runs = 0;
    this.#trial = Math.min(2 * this.#trial, TRIAL.most);
    return !isShared;
  }

  note(wasShared: boolean, milliseconds: number, tokens: number): void {
    const way = wasShared ? 1 : 0;
    const time = milliseconds / tokens;
    const mean = this.#times[way] ?? time;
    this.#times[way] = mean + (Math.min(time, LARGEST * mean) - mean) * NEW;
  }
}

/** Those of an encoder. */
export class Paces {
  readonly #paces: Pace[] = [];

  /** Of runs of at least half as many tokens, and less than twice as many. */
  of(tokens: number): Pace {
    const at = Math.floor(Math.log2(tokens));
    this.#paces[at] ??= new Pace();
    return this.#paces[at];
  }
}
