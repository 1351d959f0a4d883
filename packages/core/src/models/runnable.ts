import { CATALOGUE } from '@nearfield/spec';

/** Default embedder of requests that need one: the model that ships with the engine. */
export const DEFAULT_EMBEDDER = 'all-MiniLM-L6-v2';

/**
 * Ids of the catalogue's models that have files on the hub for a local engine. A module of its own, because the page
 * uses it too, without the recipes.
 */
export const runnable = (): string[] =>
  CATALOGUE.filter(
    ({ local }) => local.runs && local.files.some(({ repository }) => repository !== null),
  ).map(({ id }) => id);
