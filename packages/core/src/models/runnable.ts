import { CATALOGUE } from '@nearfield/spec';

/** Embedder of requests that need one and name none: the one that ships with the engine. */
export const DEFAULT_EMBEDDER = 'all-MiniLM-L6-v2';

/**
 * Ids of the catalogue's models that have files on the hub for a local engine. A module of its own: the page asks too,
 * and has no use for recipes.
 */
export const runnable = (): string[] =>
  CATALOGUE.filter(
    ({ local }) => local.runs && local.files.some(({ repository }) => repository !== null),
  ).map(({ id }) => id);
