import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TinyFile } from './files.ts';

/**
 * Writes a model's files below a folder, which is made if it does not exist.
 * @returns the folder, a source of `createNodeFoundation()`
 */
export async function writeModel(folder: string, { files }: { files: readonly TinyFile[] }): Promise<string> {
  for (const { path, bytes } of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return folder;
}
