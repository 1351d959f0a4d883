import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import type { Place } from './options.ts';
import type { Places } from './places.ts';

/** Looks for an id at a place without sending anything but the id. */
type Look = (foundation: SearchFoundation, id: string) => Promise<boolean>;

const isAbsent = (error: unknown): boolean =>
  FoundationError.isInstance(error) &&
  (error.code === 'RESOURCE_NOT_FOUND' || error.code === 'NOT_SUPPORTED');

export const hasClassifier: Look = async (foundation, id) => {
  const all = await foundation.classifiers.list();
  return all.some(({ classifier_id }) => classifier_id === id);
};

export const hasBatch: Look = async (foundation, id) => {
  try {
    await foundation.batches.get(id);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
};

/**
 * Where classifiers and batch jobs live. They stay at the place that made them: what was trained on the device is never
 * asked for elsewhere.
 */
export class Owners {
  readonly #places: Places;
  readonly #look: Look;
  readonly #owners = new Map<string, Place>();

  constructor(places: Places, look: Look) {
    this.#places = places;
    this.#look = look;
  }

  note(id: string, place: Place): void {
    this.#owners.set(id, place);
  }

  forget(id: string): void {
    this.#owners.delete(id);
  }

  /** The place of an id. Of one that nobody knows, the last of `places`: its error says so, or it is somebody else's there. */
  async of(id: string, places: readonly Place[]): Promise<Place> {
    const known = this.#owners.get(id);
    if (known) return known;
    // The device is looked through first, whatever the policy: what lives there must not be asked for at a server.
    const inOrder = this.#places.names.filter((place) => places.includes(place));
    for (const place of inOrder.slice(0, -1)) {
      const isThere = await this.#places
        .get(place)
        .then((foundation) => this.#look(foundation, id))
        .catch((error: unknown) => {
          if (isAbsent(error)) return false;
          throw error;
        });
      if (!isThere) continue;
      this.note(id, place);
      return place;
    }
    return inOrder.at(-1)!;
  }
}
