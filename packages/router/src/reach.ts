import type { CallOptions, SearchFoundation } from '@nearfield/spec';
import { errorOfAll, type Failure, mayMoveOn } from './failover.ts';
import type { Place } from './options.ts';
import type { Owners } from './owners.ts';
import { closedError, type Places } from './places.ts';
import type { Order } from './policy.ts';
import type { RouterCallOptions, Routing } from './routing.ts';

/** Calls that no policy chooses one place for: those of all places, of the first that knows, of an id's owner. */
export class Reach {
  readonly places: Places;
  readonly #routing: Routing;
  readonly #closing: AbortSignal;

  constructor(places: Places, routing: Routing, closing: AbortSignal) {
    this.places = places;
    this.#routing = routing;
    this.#closing = closing;
  }

  /** Places in the order of the policy. @throws FoundationError CLOSED; the signal's reason */
  async order(
    method: 'chat' | 'read' | 'classifiers' | 'batches' | 'models',
    request: object,
    options: RouterCallOptions = {},
  ): Promise<Order> {
    options.signal?.throwIfAborted();
    if (this.#closing.aborted) throw closedError();
    return this.#routing.order(method, request, undefined, options);
  }

  async owner(
    owners: Owners,
    method: 'classifiers' | 'batches',
    id: string,
    options?: CallOptions,
  ): Promise<SearchFoundation> {
    const { places } = await this.order(method, {}, options);
    return this.places.get(await owners.of(String(id), places));
  }

  async local(options?: CallOptions): Promise<SearchFoundation> {
    await this.order('classifiers', {}, { ...options, place: 'local' });
    return this.places.get('local');
  }

  /**
   * Answers of all places that have one, in the order of the places.
   * @throws FoundationError if no place has one
   */
  async everywhere<Answer>(
    method: 'classifiers' | 'batches' | 'models',
    options: CallOptions = {},
    run: (foundation: SearchFoundation, place: Place) => Promise<Answer>,
  ): Promise<Answer[]> {
    const { places } = await this.order(method, {}, options);
    const failures: Failure[] = [];
    const answers = await Promise.all(
      places.map(async (place) => {
        try {
          return [await run(await this.places.get(place), place)];
        } catch (error) {
          if (options.signal?.aborted || !mayMoveOn(error, true)) throw error;
          failures.push({ place, error });
          return [];
        }
      }),
    );
    const found = answers.flat(1) as Answer[];
    if (found.length === 0) throw errorOfAll(failures);
    return found;
  }

  /** The answer of the first place that has one. @throws FoundationError if no place has one */
  async first<Answer>(
    method: 'models',
    options: CallOptions = {},
    run: (foundation: SearchFoundation) => Promise<Answer>,
  ): Promise<Answer> {
    const { places } = await this.order(method, {}, options);
    const failures: Failure[] = [];
    for (const place of places) {
      try {
        return await run(await this.places.get(place));
      } catch (error) {
        if (options.signal?.aborted || !mayMoveOn(error, true)) throw error;
        failures.push({ place, error });
      }
    }
    throw errorOfAll(failures);
  }
}
