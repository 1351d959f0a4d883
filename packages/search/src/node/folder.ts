/** An index in a folder of this machine. */
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { MANIFEST } from '../format/manifest.ts';
import type { Loader } from '../loader.ts';

/** Names of the files of `buildIndex()`. */
const INDEX_FILE = /^[a-z]+\.[0-9a-f]{10}\.bin$/;

/** A loader of the files in a folder. */
export function folderLoader(folder: string): Loader & Required<Pick<Loader, 'ranges'>> {
  const failure = (name: string, cause: unknown): FoundationError =>
    new FoundationError({
      code: 'RESOURCE_NOT_FOUND',
      message: `${join(folder, name)} cannot be read. Is ${folder} the folder of an index?`,
      cause,
    });
  return {
    async load(name) {
      try {
        return new Uint8Array(await readFile(join(folder, name)));
      } catch (cause) {
        throw failure(name, cause);
      }
    },
    async ranges(name, ranges) {
      const file = await open(join(folder, name)).catch((cause: unknown) => {
        throw failure(name, cause);
      });
      try {
        return await Promise.all(
          ranges.map(async ([start, end]) => {
            const bytes = new Uint8Array(end - start);
            const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
            return bytes.subarray(0, bytesRead);
          }),
        );
      } finally {
        await file.close();
      }
    },
  };
}

/**
 * Writes an index into a folder: its files, then the manifest, so that a reader never finds a manifest without its
 * files. Files of an earlier index are deleted last; anything else in the folder is left alone.
 */
export async function writeIndex(
  folder: string,
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) if (name !== MANIFEST) await writeFile(join(folder, name), bytes);
  const next = join(folder, `${MANIFEST}.${process.pid}.tmp`);
  await writeFile(next, files.get(MANIFEST)!);
  await rename(next, join(folder, MANIFEST));
  for (const name of await readdir(folder)) {
    if (INDEX_FILE.test(name) && !files.has(name)) await rm(join(folder, name));
  }
}
