import { type Endpoint, FoundationError, type ModelEntry } from '@nearfield/spec';

/** @throws FoundationError INPUT_MODEL_NOT_FOUND if the endpoint does not take this model. */
export function requireEndpoint(entry: ModelEntry, id: string, endpoint: Endpoint): void {
  if (entry.endpoints.includes(endpoint)) return;
  throw new FoundationError({
    code: 'INPUT_MODEL_NOT_FOUND',
    message: `Model '${id}' does not answer ${endpoint}: it is for ${entry.endpoints.join(', ')}.`,
    param: 'model',
  });
}
