import type { SearchFoundation } from '@nearfield/spec';
import { errorOfAll, type Failure, mayMoveOn } from './failover.ts';
import type { Place } from './options.ts';
import type { Places } from './places.ts';

/**
 * Answers of all places that have one, in the order of the places.
 * @throws FoundationError if no place has one
 */
export async function everywhere<Answer>(
  places: Places,
  names: readonly Place[],
  run: (foundation: SearchFoundation, place: Place) => Promise<Answer>,
  signal?: AbortSignal,
): Promise<Answer[]> {
  const failures: Failure[] = [];
  const answers = await Promise.all(
    names.map(async (place) => {
      try {
        return [await run(await places.get(place), place)];
      } catch (error) {
        if (signal?.aborted || !mayMoveOn(error, true)) throw error;
        failures.push({ place, error });
        return [];
      }
    }),
  );
  const found = answers.flat(1) as Answer[];
  if (found.length === 0) throw errorOfAll(failures);
  return found;
}
