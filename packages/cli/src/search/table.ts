import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { QueryTable } from '@nearfield/search/build';
import { readQueryTableFolder } from '@nearfield/search/node';
import { findModel } from '@nearfield/spec';

/**
 * The query table of a folder; without one that of the package that comes with the command, if it imitates the model.
 * `none` is none.
 */
export async function tableOf(folder: string | undefined, model: string): Promise<QueryTable | undefined> {
  if (folder === 'none') return undefined;
  if (folder !== undefined) return readQueryTableFolder(folder);
  const { directory, TEACHER } = await import('@nearfield/model-minilm-query-table');
  const id = (name: string): string => findModel(name)?.id ?? name;
  const isThere = existsSync(join(directory(), 'config.json'));
  return isThere && id(TEACHER) === id(model) ? readQueryTableFolder(directory()) : undefined;
}
