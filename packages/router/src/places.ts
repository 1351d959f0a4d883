import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { Backend, Place, RouterOptions } from './options.ts';

/** In the order in which they are looked through: the device's own first. */
const ALL: readonly Place[] = ['local', 'transformers', 'builtIn', 'remote'];

export const closedError = (): FoundationError =>
  new FoundationError({ code: 'CLOSED', message: 'This foundation was closed.', retryable: false });

/** The foundations behind a router, each made when it is first needed. */
export class Places {
  /** Those that were given, the device's own first. */
  readonly names: readonly Place[];
  readonly #backends: ReadonlyMap<Place, Backend>;
  readonly #started = new Map<Place, Promise<SearchFoundation>>();
  #isClosed = false;

  constructor(options: RouterOptions) {
    const given = ALL.flatMap((place) => {
      const backend = options[place];
      return backend ? [[place, backend] as const] : [];
    });
    this.#backends = new Map(given);
    this.names = [...this.#backends.keys()];
  }

  /** @throws FoundationError CLOSED; RUNTIME_NOT_AVAILABLE if it cannot be made. The next call tries again. */
  async get(place: Place): Promise<SearchFoundation> {
    if (this.#isClosed) throw closedError();
    let started = this.#started.get(place);
    if (!started) {
      started = this.#start(place);
      this.#started.set(place, started);
      started.catch(() => this.#started.delete(place));
    }
    return started;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // A foundation that was given is the router's as much as one that it made.
    for (const [place, backend] of this.#backends) {
      if (typeof backend !== 'function' && !this.#started.has(place)) {
        this.#started.set(place, Promise.resolve(backend));
      }
    }
    const closing = [...this.#started.values()].map(async (started) => (await started).close());
    await Promise.allSettled(closing);
  }

  async #start(place: Place): Promise<SearchFoundation> {
    const backend = this.#backends.get(place)!;
    try {
      return typeof backend === 'function' ? await backend() : backend;
    } catch (cause) {
      if (FoundationError.isInstance(cause)) throw cause;
      throw new FoundationError({
        code: 'RUNTIME_NOT_AVAILABLE',
        message: `The foundation '${place}' could not be made: ${cause instanceof Error ? cause.message : String(cause)}.`,
        cause,
      });
    }
  }
}
