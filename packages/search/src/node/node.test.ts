import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../build-index.ts';
import { openIndex } from '../open-index.ts';
import { folderLoader, writeIndex } from './folder.ts';
import { readSource } from './source.ts';
import { VectorCache } from './vector-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'nearfield-node-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};

describe('readSource', () => {
  write('site/index.html', '<title>Home</title><main><p>Welcome.</main>');
  write('site/guide/set up.html', '<title>Setup</title><main><p>Install it.</main>');
  write('site/notes/README.md', '# Notes\n\nText.');
  write('site/notes/deep.mdx', '# Deep\n\nText.');
  write('site/old.html', '<meta http-equiv="refresh" content="0; url=/"><p>Moved.');
  write('site/hidden.html', '<meta name="robots" content="noindex"><p>Secret.');
  write('site/search/page.html', '<p>Of the index.');
  write('site/.git/page.html', '<p>Hidden.');
  write('site/node_modules/a/README.md', '# A');
  write('site/empty.html', '<main></main>');
  write('site/picture.svg', '<svg/>');

  it('has every page once, with its path as id and its address', async () => {
    const documents = await readSource(join(folder, 'site'), { except: join(folder, 'site/search') });
    expect(documents.map(({ id, url, title }) => [id, url, title])).toEqual([
      ['guide/set up.html', '/guide/set%20up.html', 'Setup'],
      ['index.html', '/', 'Home'],
      ['notes/README.md', '/notes/', 'Notes'],
      ['notes/deep.mdx', '/notes/deep', 'Deep'],
    ]);
  });

  it('has addresses under a base, without .html where they are clean', async () => {
    const documents = await readSource(join(folder, 'site'), { base: '/docs', cleanUrls: true });
    expect(documents.map(({ url }) => url).slice(0, 2)).toEqual(['/docs/guide/set%20up', '/docs/']);
  });

  it('refuses what is not there, or has nothing to index', async () => {
    const INPUT = { code: 'INPUT_VALIDATION_FAILED', param: 'source' };
    await expect(readSource(join(folder, 'nowhere'))).rejects.toMatchObject(INPUT);
    await expect(readSource(write('empty.jsonl', '\n'))).rejects.toMatchObject(INPUT);
  });
});

it('writes an index that is searched from the folder, by parts too', async () => {
  const documents = await readSource(join(folder, 'site'));
  const path = join(folder, 'index');
  await writeIndex(path, await buildIndex({ documents }));
  const index = await openIndex(folderLoader(path));
  expect((await index.search('install')).results.map(({ id }) => id)).toEqual(['guide/set up.html']);
  const [part] = await folderLoader(path).ranges('manifest.json', [[2, 8]], {});
  expect(new TextDecoder().decode(part)).toBe(readFileSync(join(path, 'manifest.json'), 'utf8').slice(2, 8));
  await expect(folderLoader(path).load('nothing', {})).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
});

describe('VectorCache', () => {
  const path = join(folder, 'cache', 'model.vectors');
  const key = (letter: string): string => letter.repeat(64);
  const vector = Float32Array.of(0.25, -1, 3e-9);

  it('has what was set before, and of a file that was cut what is whole', () => {
    new VectorCache(path).set(key('a'), vector).set(key('b'), Float32Array.of(1));
    const again = new VectorCache(path);
    expect(again.size).toBe(2);
    expect(again.get(key('a'))).toEqual(vector);
    expect(again.get(key('c'))).toBeUndefined();
    truncateSync(path, readFileSync(path).length - 3);
    const cut = new VectorCache(path);
    expect(cut.size).toBe(1);
    // What is set behind a cut record is found again.
    cut.set(key('d'), vector);
    expect(new VectorCache(path).get(key('d'))).toEqual(vector);
  });

  it('has the rows of the last build, if they are whole', () => {
    const rows = Uint8Array.of(1, 2, 3);
    new VectorCache(path).rows.set(key('e'), rows);
    expect(new VectorCache(path).rows.get(key('e'))).toEqual(rows);
    expect(new VectorCache(path).rows.get(key('f'))).toBeUndefined();
    appendFileSync(`${path}.rows`, 'x');
    expect(new VectorCache(path).rows.get(key('e'))).toBeUndefined();
  });

  it('has nothing that is damaged', () => {
    const bytes = readFileSync(path);
    bytes[40]! ^= 1;
    writeFileSync(path, bytes);
    expect(new VectorCache(path).size).toBe(0);
    appendFileSync(path, 'rubbish');
    expect(new VectorCache(path).size).toBe(0);
  });
});
