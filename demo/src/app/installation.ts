import { Store } from '../shell/store.ts';

/** Chromium's offer to install a page, which is kept until the visitor wants it. */
interface InstallPrompt extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

const KEY = 'nearfield-install';

/** `button`: the browser can install the app at a press. `by-hand`: only its own menu can, as on iOS. */
type Offer = 'none' | 'button' | 'by-hand';

/** What the offer depends on apart from events. */
export interface Surroundings {
  /** Whether this is the installed app already. */
  isInstalled(): boolean;
  /** Whether only the browser's menu installs. */
  isByHand(): boolean;
  storage: Pick<Storage, 'getItem' | 'setItem'>;
}

const THIS_BROWSER: Surroundings = {
  isInstalled: () =>
    matchMedia('(display-mode: standalone)').matches ||
    (navigator as Navigator & { standalone?: boolean }).standalone === true,
  // No feature tells: iOS has no event. An iPad calls itself a Mac, which has no touch screen.
  isByHand: () =>
    /\b(?:iPhone|iPad|iPod)\b/u.test(navigator.userAgent) ||
    (/\bMacintosh\b/u.test(navigator.userAgent) && navigator.maxTouchPoints > 1),
  get storage() {
    return localStorage;
  },
};

/** The offer to install the app, until it is taken or dismissed for good. */
export class Installation extends Store<{ offer: Offer }> {
  readonly #surroundings: Surroundings;
  #prompt: InstallPrompt | undefined;

  constructor(surroundings = THIS_BROWSER) {
    super({ offer: 'none' });
    this.#surroundings = surroundings;
  }

  /** Listens for what the browser offers. */
  start(events: EventTarget = window): void {
    events.addEventListener('beforeinstallprompt', (event) => {
      // The browser's own banner would come at once, before anyone knows what the app is.
      event.preventDefault();
      this.#prompt = event as InstallPrompt;
      this.#offer('button');
    });
    events.addEventListener('appinstalled', () => this.update({ offer: 'none' }));
    if (this.#surroundings.isByHand() && !this.#surroundings.isInstalled()) this.#offer('by-hand');
  }

  async install(): Promise<void> {
    const prompt = this.#prompt;
    if (!prompt) return;
    // An offer can be used once. Chromium makes another one if this is dismissed.
    this.#prompt = undefined;
    this.update({ offer: 'none' });
    await prompt.prompt();
    const { outcome } = await prompt.userChoice;
    if (outcome === 'dismissed') this.dismiss();
  }

  /** Never offers again in this browser, whose own menu still installs. */
  dismiss(): void {
    this.update({ offer: 'none' });
    try {
      this.#surroundings.storage.setItem(KEY, 'dismissed');
    } catch {
      // Storage is blocked: it is offered again at the next visit.
    }
  }

  #offer(offer: Offer): void {
    if (!this.#isDismissed()) this.update({ offer });
  }

  #isDismissed(): boolean {
    try {
      return this.#surroundings.storage.getItem(KEY) === 'dismissed';
    } catch {
      return false;
    }
  }
}
