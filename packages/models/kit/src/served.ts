/** What the published model packages have in common: the folder beside their code, and the list of its files. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file of a model's folder. */
export interface ServedFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/**
 * Absolute path of a model's folder, `dist/ID` of its package.
 * @param moduleUrl of a module in `src` or `dist` of the package
 */
export const servedDirectory = (moduleUrl: string, id: string): string =>
  fileURLToPath(new URL(`../dist/${id}`, moduleUrl));

/** The files that a model's manifest lists. */
export async function servedFiles(directory: string): Promise<readonly ServedFile[]> {
  const { files } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
    files: ServedFile[];
  };
  return files;
}
