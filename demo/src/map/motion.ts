/** Milliseconds from one place to the next. */
const TIME = 650;

/** Points on their way to other places. With reduced motion they are there at once. */
export class Motion {
  readonly #wake: () => void;
  readonly #reduced = matchMedia('(prefers-reduced-motion: reduce)');
  #from = new Float32Array();
  #to: Float32Array = this.#from;
  #now: Float32Array = this.#from;
  /** When the first frame of the way was shown; undefined before it and at rest. */
  #started: number | undefined;
  #moving = false;

  /** @param wake asks for a frame */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Where the points are now. */
  get positions(): Float32Array {
    return this.#now;
  }

  /** Sends the points to other places, from where they are. */
  to(places: Float32Array): void {
    if (places === this.#to) return;
    this.#to = places;
    this.#moving = this.#now.length === places.length && !this.#reduced.matches;
    this.#from = this.#now.slice() as Float32Array<ArrayBuffer>;
    this.#now = this.#moving ? this.#from.slice() : places;
    this.#started = undefined;
    this.#wake();
  }

  stop(): void {
    this.#moving = false;
    this.#now = this.#to;
  }

  /** Moves the points to where they are at a time. @returns whether they still move */
  advance(time: number): boolean {
    if (!this.#moving) return false;
    this.#started ??= time;
    const part = Math.min(1, (time - this.#started) / TIME);
    if (part === 1) {
      this.stop();
      return false;
    }
    const eased = part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
    for (let at = 0; at < this.#now.length; at++)
      this.#now[at] = this.#from[at]! + (this.#to[at]! - this.#from[at]!) * eased;
    return true;
  }
}
