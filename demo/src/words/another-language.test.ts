/** That another language is one file: the folder with one more is a folder with one more language. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pseudoWords, stretched } from './pseudo-language.ts';
import { slots } from './slots.ts';

let folder: string;
let server: ViteDevServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearfield-words-'));
  const source = fileURLToPath(new URL('..', import.meta.url));
  for (const path of ['words', 'shell/format.ts', 'text/decimal.ts'])
    await cp(join(source, path), join(folder, path), { recursive: true });
  await writeFile(
    join(folder, 'words/eo.ts'),
    `import { words as english } from './en.ts';\nimport { pseudoWords } from './pseudo-language.ts';\nexport const words = pseudoWords(english);\n`,
  );
  server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('one more file is one more language, with its own name, chosen and used like the others', async () => {
  const { LANGUAGES, firstLanguage, languageName, libraryWords, useLanguage, words } =
    (await server.ssrLoadModule('/words/language.ts')) as typeof import('./language.ts');
  expect(LANGUAGES).toEqual(['de', 'en', 'eo']);
  expect(languageName('eo')).toMatch(/esperanto/iu);
  expect(firstLanguage(['eo-XX', 'de'], undefined)).toBe('eo');
  const { search } = words().pages;
  await useLanguage('eo');
  expect(words().pages.search).toBe(stretched(search));
  expect(words().counts.passages(2)).toBe(stretched('2 passages'));
  // What it has no words for stays as the library says it.
  expect(libraryWords('The browser is offline.')).toBeUndefined();
  await useLanguage('en');
  expect(words().pages.search).toBe(search);
});

test('texts of the pseudo-language are longer, and their parts are where the page puts them', () => {
  const texts = pseudoWords({
    a: 'Sent to {server}.',
    list: ['kept'],
    count: (number: number) => `${number} texts`,
  });
  expect(texts.a.length).toBeGreaterThan('Sent to {server}.'.length * 1.3);
  expect(slots(texts.a, { server: 'X' })).toContain('X');
  expect(texts.count(3)).toMatch(/^3 téxts /u);
  expect(texts.count).toHaveLength(1);
  expect(texts.list).toEqual(['kept']);
});
