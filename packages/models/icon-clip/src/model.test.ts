import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { iconClipDirectory, modelFiles } from './model.ts';

const read = (path: string): Promise<string> => readFile(join(iconClipDirectory(), path), 'utf8');

describe('the icon-clip folder', () => {
  it('has the files that its manifest lists', async () => {
    expect(JSON.parse(await read('manifest.json'))).toEqual({ files: await modelFiles() });
  });

  it('has the files whose checksums the card states', async () => {
    const sums = [...(await read('README.md')).matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)];
    const stated = sums.map(([, sha256, path]) => ({ path, sha256 }));
    expect(stated.length).toBeGreaterThan(20);
    const training = await modelFiles(join(iconClipDirectory(), '../training'));
    const actual = [
      ...(await modelFiles()),
      ...training.map((file) => ({ ...file, path: `training/${file.path}` })),
    ].map(({ path, sha256 }) => ({ path, sha256 }));
    expect(actual).toEqual(expect.arrayContaining(stated));
    const unstated = actual.filter(({ path }) => !stated.some((entry) => entry.path === path));
    expect(unstated.map(({ path }) => path)).toEqual(['README.md']);
  });
});
