import { CATALOGUE } from '@nearfield/spec';

/**
 * Ids of the catalogue's models that have files on the hub for a local engine. A module of its own: the page asks too,
 * and has no use for recipes.
 */
export const runnable = (): string[] =>
  CATALOGUE.filter(
    ({ local }) => local.runs && local.files.some(({ repository }) => repository !== null),
  ).map(({ id }) => id);
