/** Servers that answer some endpoints and some models only. */
import { FoundationError, findModel } from '@nearfield/spec';
import { modelNotFound, shortened } from '@nearfield/spec/implement';

export interface AllowOptions {
  /** Such as `embeddings`, `rerank`. @default all */
  endpoints?: readonly string[] | undefined;
  /** @default all */
  models?: readonly string[] | undefined;
}

/** The name of an endpoint by its path: what follows `/v1/`; `segment` also at the root. */
const nameOf = (path: string): string =>
  path === '/' ? 'segment' : (/^\/(?:v\d+\/|api\/)?([^/]+)/.exec(path)?.[1] ?? path);

/** Paths about the server itself. */
const OWN = /^\/(?:docs|openapi\.json|metrics|v1\/capabilities)\/?$/;

/**
 * Refuses a request for another endpoint.
 * @throws FoundationError AUTHZ_RESOURCE_LIMIT_EXCEEDED
 */
export function requireEndpoint({ endpoints }: AllowOptions, path: string): void {
  if (!endpoints || OWN.test(path) || endpoints.includes(nameOf(path))) return;
  throw new FoundationError({
    code: 'AUTHZ_RESOURCE_LIMIT_EXCEEDED',
    message: `This server does not answer ${shortened(path)}. It answers: ${endpoints.join(', ')}.`,
  });
}

const idOf = (model: string): string => findModel(model)?.id ?? model;

/**
 * Refuses a request for another model. Requests of endpoints that take none (the segmenter) name none.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND
 */
export function requireModel(models: readonly string[] | undefined, model: unknown): void {
  if (!models || model === undefined || model === null) return;
  const isAllowed = typeof model === 'string' && models.some((each) => idOf(each) === idOf(model));
  if (!isAllowed) throw modelNotFound(String(model), models);
}
