import type { SearchState } from '../tiers/search-state.ts';
import { announcement } from './parts/status.ts';
import type { Translator } from './translation/translator.ts';

/** Milliseconds without an answer after which it is announced that one is on its way. */
const LATE = 600;

/** Announcements for readers who do not see the list. */
export class Announcer {
  readonly #changed: () => void;
  #said = '';
  #isLate = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** A query begins. */
  begin(): void {
    this.end();
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      this.#changed();
    }, LATE);
  }

  end(): void {
    this.#isLate = false;
    clearTimeout(this.#timer);
  }

  /** An announcement stays until the next one: keystrokes in between are silent. */
  text(state: SearchState, t: Translator): string {
    const text = announcement(state, t, this.#isLate);
    if (text !== '' || state.query === '') this.#said = text;
    return this.#said;
  }
}
