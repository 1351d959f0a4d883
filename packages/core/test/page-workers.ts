import { vi } from 'vitest';

/** Locks that a worker holds as long as it lives. */
const LIFE = 'nearfield-worker-';

/** Also where a test drives the clock. */
const { setTimeout } = globalThis;

interface Watched {
  name: string;
  /** The lock that tells the page of its death. */
  life: string | undefined;
  isAlive: boolean;
  /** What the engine was asked for in it. */
  readonly methods: unknown[];
  /** Calls that were sent to it and not answered. */
  readonly calls: Set<string>;
}

/** What Comlink posts. */
interface Message {
  id?: string;
  path?: string[];
  argumentList?: { value?: unknown }[];
}

/**
 * Workers that the page starts, in their order. A test ends them as a crash would, and waits for what happens to them
 * instead of for a time.
 */
export class PageWorkers {
  readonly #watched = new Map<Worker, Watched>();
  #waiting: (() => void)[] = [];

  /** Watches from now on, until `vi.unstubAllGlobals()`. */
  constructor() {
    const watched = this.#watched;
    const changed = (): void => this.#wake();
    vi.stubGlobal(
      'Worker',
      class extends globalThis.Worker {
        constructor(url: string | URL, options?: WorkerOptions) {
          super(url, options);
          const self: Watched = {
            name: options?.name ?? '',
            life: undefined,
            isAlive: true,
            methods: [],
            calls: new Set(),
          };
          watched.set(this, self);
          this.addEventListener('message', ({ data }: MessageEvent<Message>) => {
            if (data?.id !== undefined) self.calls.delete(data.id);
            // Comlink's own listener is called after this one.
            setTimeout(changed);
          });
          changed();
        }

        override postMessage(message: Message, transfer?: StructuredSerializeOptions | Transferable[]): void {
          super.postMessage(message, transfer as Transferable[]);
          const self = watched.get(this)!;
          if (message?.id !== undefined) self.calls.add(message.id);
          const first = message?.argumentList?.[0]?.value;
          if (message?.path?.[0] === 'hold') self.life = first as string;
          if (message?.path?.[0] === 'call') self.methods.push(first);
        }

        override terminate(): void {
          super.terminate();
          const self = watched.get(this)!;
          self.isAlive = false;
          self.calls.clear();
          changed();
        }
      },
    );
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Forgets those of former tests. */
  clear(): void {
    this.#watched.clear();
  }

  /** Names of all that were started. */
  get started(): string[] {
    return [...this.#watched.values()].map(({ name }) => name);
  }

  /** Names of those that were started and not ended, sorted. */
  get running(): string[] {
    return [...this.#watched.values()]
      .filter(({ isAlive }) => isAlive)
      .map(({ name }) => name)
      .sort();
  }

  /** Resolves when none is left. */
  allEnded(): Promise<void> {
    return this.#until(() => this.running.length === 0);
  }

  /** Resolves when every call that was sent to a worker is answered, and the page has seen the answers. */
  async answered(): Promise<void> {
    await this.#until(() => [...this.#watched.values()].every(({ calls }) => calls.size === 0));
    await new Promise((resolve) => setTimeout(resolve));
  }

  /** The last one that was started, of a name or of any. It may have been ended since. */
  last(name?: string): Worker {
    const found = [...this.#watched]
      .filter(([, watched]) => name === undefined || watched.name === name)
      .at(-1);
    if (!found) throw new Error(`No worker ${name ?? ''} was started.`);
    return found[0];
  }

  /** Methods of the engine that were called in a worker, in their order. */
  methodsOf(worker: Worker): readonly unknown[] {
    return this.#watched.get(worker)!.methods;
  }

  /** Resolves when that many were started. */
  startedAre(count: number): Promise<void> {
    return this.#until(() => this.#watched.size >= count);
  }

  /** Resolves when the page would notice the death of a worker. */
  async isWatched(worker: Worker): Promise<void> {
    const watched = this.#watched.get(worker)!;
    for (;;) {
      const { pending } = await navigator.locks.query();
      if (pending!.some(({ name }) => name === watched.life)) return;
    }
  }

  /** Ends a worker as a crash would. Resolves when the page has noticed, where it {@link isWatched}. */
  async kill(worker: Worker): Promise<void> {
    worker.terminate();
    // The page asked for this lock before.
    await navigator.locks.request(this.#watched.get(worker)!.life!, () => {});
  }
}

/** Names of locks that living workers hold, those that tabs share among them. */
export async function lifeLocks(): Promise<string[]> {
  const { held } = await navigator.locks.query();
  return held!.map(({ name }) => name!).filter((name) => name.startsWith(LIFE));
}
