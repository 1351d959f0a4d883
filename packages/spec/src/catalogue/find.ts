import { FoundationError } from '../errors.ts';
import { shortened } from '../shortened.ts';
import { CATALOGUE } from './index.ts';
import type { Endpoint, ModelEntry } from './types.ts';

const byId = new Map<string, ModelEntry>(
  CATALOGUE.flatMap((entry) => [entry.id, ...entry.aliases].map((id) => [id.toLowerCase(), entry] as const)),
);

/** The entry of a short id (`jina-embeddings-v3`) or a full one (`jina-ai/…`, `jinaai/…`); undefined if unknown. */
export const findModel = (id: string): ModelEntry | undefined => byId.get(id.toLowerCase());

/** Steps of inserting, deleting or replacing one character that turn one string into the other. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replace = previous[column - 1]! + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replace, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[right.length]!;
}

/** The ids nearest to a misspelt one, best first. */
export function nearestModels(id: string, candidates: readonly string[], count = 3): string[] {
  const wanted = id.toLowerCase().slice(0, 100);
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** The error for a model that an implementation does not know, with the nearest names it does. */
export function modelNotFound(id: string, available: readonly string[]): FoundationError {
  const nearest = nearestModels(id, available);
  return new FoundationError({
    code: 'INPUT_MODEL_NOT_FOUND',
    message:
      `Model '${shortened(id)}' not found.` +
      (nearest.length > 0 ? ` Nearest available models: ${nearest.join(', ')}.` : ''),
    param: 'model',
  });
}

/**
 * The catalogue's entry for a request.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND if there is no such model, or the endpoint does not take it; the
 * message has the nearest names
 */
export function assertModel(id: string, endpoint: Endpoint): ModelEntry {
  const suitable = CATALOGUE.filter((entry) => entry.endpoints.includes(endpoint)).map((entry) => entry.id);
  const entry = findModel(id);
  if (!entry) throw modelNotFound(id, suitable);
  if (!entry.endpoints.includes(endpoint)) {
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${shortened(id)}' does not support ${endpoint}. It supports ${entry.endpoints.join(', ')}. Models for ${endpoint}: ${suitable.join(', ')}.`,
      param: 'model',
    });
  }
  return entry;
}
