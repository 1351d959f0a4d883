import { Store } from '../shell/store.ts';
import { type PageMessage, pageLock } from './scope.ts';

export interface VersionState {
  /**
   * `ready`: a newer version waits for the visitor's word. `elsewhere`: it was taken in another tab, and this page goes on
   * with the scripts that it began with.
   */
  update: 'none' | 'ready' | 'elsewhere';
  /** Whether the app works without a network: not yet, since a moment ago for the first time, or since a visit before. */
  kept: 'not-yet' | 'now' | 'before';
}

/** Milliseconds between two looks for a new version. */
const LOOK_EVERY = 60 * 60_000;

export interface VersionOptions {
  container?: ServiceWorkerContainer | undefined;
  /** Loads the page anew. */
  reload?: () => void;
}

/**
 * The version of the app that this page is of, and the newer one that may wait. The service worker never takes over by
 * itself: a page keeps the scripts that it began with until it is loaded anew.
 */
export class Version extends Store<VersionState> {
  readonly #container: ServiceWorkerContainer | undefined;
  readonly #reload: () => void;
  #registration: ServiceWorkerRegistration | undefined;
  /** Whether the visitor has chosen the new version in this tab. */
  #chosen = false;
  #looked = Date.now();
  /** What was to be said before a service worker controlled the page. */
  readonly #unsaid = new Set<PageMessage>();

  constructor({
    container = navigator.serviceWorker,
    reload = () => location.reload(),
  }: VersionOptions = {}) {
    super({ update: 'none', kept: 'not-yet' });
    this.#container = container;
    this.#reload = reload;
  }

  /**
   * Registers the service worker, and watches it from now on.
   * @param entry the address of the page's entry script
   */
  async start(script: string, entry: string): Promise<void> {
    const container = this.#container;
    if (!container) return;
    // Held until the page is gone, however it goes.
    void navigator.locks.request(
      pageLock(entry),
      { mode: 'shared' },
      () => new Promise<never>(() => undefined),
    );
    let isFirst = container.controller === null;
    if (!isFirst) this.update({ kept: 'before' });
    container.addEventListener('controllerchange', () => {
      if (!isFirst) this.#replaced();
      isFirst = false;
      for (const message of this.#unsaid) this.say(message);
      this.#unsaid.clear();
    });
    // Without a registration the app works as any page does. The browser says why on its console.
    const registration = await container.register(script, { updateViaCache: 'none' }).catch(() => undefined);
    if (!registration) return;
    this.#registration = registration;
    if (registration.waiting) this.#waits();
    this.#follow(registration.installing);
    registration.addEventListener('updatefound', () => this.#follow(registration.installing));
    document.addEventListener('visibilitychange', () => void this.#look());
    this.say('started');
  }

  /** Says something to the service worker that controls this page, or will. */
  say(message: PageMessage): void {
    const controller = this.#container?.controller;
    if (controller) controller.postMessage(message);
    else this.#unsaid.add(message);
  }

  /** Takes the new version: this tab is loaded anew, others say that they are old. */
  useNow(): void {
    this.#chosen = true;
    const waiting = this.#registration?.waiting;
    const message: PageMessage = 'use-new-version';
    if (waiting && this.state.update === 'ready') waiting.postMessage(message);
    else this.#reload();
  }

  /** Leaves it for the next start of the app. */
  later(): void {
    this.update({ update: 'none' });
  }

  #follow(worker: ServiceWorker | null): void {
    const isUpdate = this.#registration?.active != null;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && isUpdate) this.#waits();
      if (worker.state === 'activated' && !isUpdate) this.update({ kept: 'now' });
    });
  }

  #waits(): void {
    if (this.state.update === 'none') this.update({ update: 'ready' });
  }

  #replaced(): void {
    if (this.#chosen) this.#reload();
    else this.update({ update: 'elsewhere' });
  }

  /** Browsers look when a page is loaded; an app stays open for days. */
  async #look(): Promise<void> {
    if (document.visibilityState !== 'visible' || Date.now() - this.#looked < LOOK_EVERY) return;
    this.#looked = Date.now();
    await this.#registration?.update().catch(() => undefined);
  }
}
