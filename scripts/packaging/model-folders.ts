/** The folders of models as they are published: `dist/ID` of each model's package. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { buildEmbeddedModel } from '../embedded-model.ts';
import type { Package } from './packages.ts';

/** What the folders have that are built. */
const STAMP = '.stamp.json';

/** What stays in the repository: pictures for tests, and the list of files, which is made for what is published. */
const NOT_PUBLISHED = /^(samples\/|manifest\.json$)|(^|\/)\./;

/**
 * Fills the model folders of packages that have one. Models that are built build theirs; those that are committed, in
 * `model/`, are copied without what only tests need, with a list of the files.
 */
export async function fillModelFolders(packages: readonly Package[]): Promise<void> {
  await buildEmbeddedModel();
  for (const { directory, manifest } of packages) {
    const { model } = manifest.nearfield ?? {};
    if (!model) continue;
    const folder = join(directory, model.folder);
    if (!existsSync(join(folder, STAMP))) await copyCommitted(join(directory, 'model'), folder);
  }
}

/** Copies a committed model, and lists what was copied. */
export async function copyCommitted(source: string, target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
  const paths = (await readdir(source, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(source.length + 1)
        .split(sep)
        .join('/'),
    )
    .filter((path) => !NOT_PUBLISHED.test(path))
    .sort();
  const files: { path: string; size: number; sha256: string }[] = [];
  for (const path of paths) {
    const bytes = await readFile(join(source, path));
    files.push({ path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    await mkdir(dirname(join(target, path)), { recursive: true });
    await cp(join(source, path), join(target, path));
  }
  await writeFile(join(target, 'manifest.json'), `${JSON.stringify({ files }, null, 2)}\n`);
}
