import type { SearchFoundation, StreamingApi } from '@nearfield/spec';
import { notSupported } from '@nearfield/spec/implement';
import { errorOfAll, type Failure, mayMoveOn } from './failover.ts';
import type { Place } from './options.ts';
import type { Places } from './places.ts';

/**
 * Pieces of the first place that streams and begins to answer.
 * @throws FoundationError NOT_SUPPORTED if none streams
 */
export async function* streamed<Piece>(
  places: Places,
  names: readonly Place[],
  method: keyof StreamingApi,
  run: (api: StreamingApi) => AsyncIterable<Piece>,
): AsyncGenerator<Piece, void, undefined> {
  const failures: Failure[] = [];
  for (const place of names) {
    let isBegun = false;
    try {
      const foundation = (await places.get(place)) as SearchFoundation & Partial<StreamingApi>;
      if (typeof foundation[method] !== 'function') {
        throw notSupported(method, `${place} answers in one piece.`, 'Use a server that streams.');
      }
      for await (const piece of run(foundation as StreamingApi)) {
        isBegun = true;
        yield piece;
      }
      return;
    } catch (error) {
      if (isBegun || !mayMoveOn(error, true)) throw error;
      failures.push({ place, error });
    }
  }
  throw errorOfAll(failures);
}
