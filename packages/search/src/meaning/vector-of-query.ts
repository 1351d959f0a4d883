import { normalise } from '@nearfield/spec';
import type { SearchOptions } from '../answers.ts';
import { invalid } from '../errors.ts';
import { Embedder, type Fingerprint } from './embedder.ts';
import { checkModelOnce } from './query-model.ts';

/** The vectors that a query is compared with, and the model that made them. */
export interface QueryVectorOptions {
  readonly fingerprint: Fingerprint;
  /** The index's model, checked; undefined where none was given. */
  readonly own: () => Promise<Embedder | undefined>;
  readonly signal: AbortSignal | undefined;
}

/**
 * The vector of a query, of length 1; undefined where there is no model to make it.
 * @throws FoundationError INPUT_VALIDATION_FAILED for a vector that is none of the index's model; SELF_CHECK_FAILED for
 *   another model.
 */
export async function vectorOfQuery(
  query: string,
  meaning: Exclude<SearchOptions['meaning'], false | undefined>,
  { fingerprint, own, signal }: QueryVectorOptions,
): Promise<Float32Array | undefined> {
  if (meaning instanceof Float32Array) {
    if (meaning.length !== fingerprint.dimensions || !meaning.every(Number.isFinite)) {
      throw invalid(
        'meaning',
        `The vector has ${meaning.length} dimensions or numbers that are not finite; those of the index are of ${fingerprint.model} and have ${fingerprint.dimensions}. Embed queries with that model.`,
      );
    }
    return normalise(meaning);
  }
  if (meaning !== true) await checkModelOnce(meaning, fingerprint);
  const embedder = meaning === true ? await own() : new Embedder(meaning);
  const vector = await embedder?.query(query, signal);
  return vector && normalise(vector);
}
