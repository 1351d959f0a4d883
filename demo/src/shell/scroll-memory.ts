/** Names an entry of the session's history in its state. */
interface EntryState {
  nearfieldEntry?: string;
}

const KEY = 'nearfield-scroll';

/** What a visitor does who wants to be somewhere else than where we scroll to. */
const INTENT = ['wheel', 'touchstart', 'keydown', 'pointerdown'] as const;

/**
 * Remembers how far each entry of the history was scrolled. The browser's own memory comes too early: a page's content
 * may arrive after its address.
 */
export class ScrollMemory {
  #positions = new Map<string, number>();
  #entry = '';
  /** Where the current entry was left; its own scrolling may come before its content. */
  #target = 0;
  #giveUp: () => void = () => undefined;

  /** Starts to remember, with what is known from before a reload. */
  start(): void {
    history.scrollRestoration = 'manual';
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as [string, number][];
      this.#positions = new Map(kept);
    } catch {
      // Storage is blocked, or holds something else: nothing is known.
    }
    this.arrive();
    window.addEventListener('scroll', this.#note, { passive: true });
    window.addEventListener('pagehide', this.#keep);
  }

  stop(): void {
    this.#giveUp();
    window.removeEventListener('scroll', this.#note);
    window.removeEventListener('pagehide', this.#keep);
  }

  /**
   * Call when the address changed, before anything is shown of it.
   * @returns whether its entry was visited before
   */
  arrive(): 'new' | 'back' {
    this.#giveUp();
    const state = (history.state ?? {}) as EntryState;
    const known = state.nearfieldEntry;
    this.#entry = known ?? `${Date.now()}-${Math.random()}`;
    if (known === undefined) history.replaceState({ ...state, nearfieldEntry: this.#entry }, '');
    this.#target = this.#positions.get(this.#entry) ?? 0;
    return known === undefined ? 'new' : 'back';
  }

  /**
   * Scrolls to where the entry was left, and again as its content arrives, until the visitor does something. A new
   * entry starts at the top.
   */
  restore(): void {
    this.#giveUp();
    const top = this.#target;
    let set = 0;
    const scroll = (): void => {
      scrollTo({ top, behavior: 'instant' });
      // As near as the content allows.
      set = scrollY;
    };
    scroll();
    if (top === 0) return;
    // What arrives above must not move the place while it is sought.
    const { style } = document.documentElement;
    style.setProperty('overflow-anchor', 'none');
    const observer = new ResizeObserver(scroll);
    const scrolled = (): void => {
      // Not where it was set: the visitor dragged the scroll bar.
      if (Math.abs(scrollY - set) > 2) this.#giveUp();
    };
    const giveUp = (): void => {
      observer.disconnect();
      window.removeEventListener('scroll', scrolled);
      for (const event of INTENT) window.removeEventListener(event, giveUp);
      style.removeProperty('overflow-anchor');
      this.#giveUp = () => undefined;
    };
    this.#giveUp = giveUp;
    window.addEventListener('scroll', scrolled, { passive: true });
    for (const event of INTENT) window.addEventListener(event, giveUp, { passive: true });
    observer.observe(document.body);
  }

  #note = (): void => {
    this.#positions.set(this.#entry, scrollY);
  };

  #keep = (): void => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify([...this.#positions].slice(-50)));
    } catch {
      // Storage is blocked: a reload starts at the top.
    }
  };
}
