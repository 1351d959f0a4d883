import { type Dtype, type EmbeddingSpace, FoundationError, type SearchFoundation } from '@nearfield/spec';
import { precisionFamily } from '@nearfield/spec/implement';
import type { Place } from './options.ts';

const HOSTED = 'https://api.jina.ai';

/** Both of these name the same model: `jinaai/jina-embeddings-v3`, `jina-embeddings-v3`. */
const bare = (model: string): string => model.replace(/^jina-?ai\//, '');

const spaceOf = (model: string, precision: string): EmbeddingSpace => ({
  id: `${bare(model)}/${precision}`,
  model: bare(model),
  precision,
});

interface LoadedKnowing {
  load(model: string): Promise<{ dtype: Dtype }>;
}

const loads = (backend: SearchFoundation): backend is SearchFoundation & LoadedKnowing =>
  typeof (backend as Partial<LoadedKnowing>).load === 'function';

/** The space of vectors that a place has just computed with a model. */
export async function spaceAt(
  place: Place,
  backend: SearchFoundation,
  model: string,
  answer: unknown,
): Promise<EmbeddingSpace> {
  const own = (answer as { nearfield?: { space?: EmbeddingSpace } }).nearfield?.space;
  if (own) return own;
  if (place === 'local' && loads(backend)) {
    // A model that is loaded says so at once; after a fallback, it is another precision.
    const { dtype } = await backend.load(model);
    return spaceOf(model, precisionFamily(dtype));
  }
  const { baseUrl, loaded } = await backend.capabilities();
  if (baseUrl?.replace(/\/$/, '') === HOSTED) return spaceOf(model, 'float');
  const dtype = loaded?.find(({ id }) => id === bare(model))?.dtype;
  return spaceOf(model, dtype ? precisionFamily(dtype) : baseUrl ? `server ${baseUrl}` : place);
}

/** @throws FoundationError EMBEDDING_SPACE_MISMATCH */
export function requireSpace(wanted: string, got: EmbeddingSpace, place: Place): void {
  if (got.id === wanted) return;
  throw new FoundationError({
    code: 'EMBEDDING_SPACE_MISMATCH',
    message: `Vectors of the space '${wanted}' are needed, and ${place} computes '${got.id}': they cannot be compared. Use the place or the file of the model that computes '${wanted}', or embed everything again.`,
    param: 'model',
  });
}
