import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, createServer, preview } from 'vite';
import { afterAll, expect, it } from 'vitest';
import { fetchLoader } from './loader.ts';
import { folderLoader } from './node/folder.ts';
import { openIndex } from './open-index.ts';
import { indexVitePress, nearfieldSearch, searchInDevelopment } from './vite.ts';

const root = mkdtempSync(join(tmpdir(), 'nearfield-vite-'));
afterAll(() => rmSync(root, { recursive: true }));
const page = (title: string, text: string): string =>
  `<!doctype html><title>${title}</title><main><p>${text}</p></main>`;

it('indexes the pages of a Vite build, and preview serves the index', async () => {
  mkdirSync(join(root, 'guide'));
  writeFileSync(join(root, 'index.html'), page('Home', 'Welcome to the bakery.'));
  writeFileSync(join(root, 'guide/index.html'), page('Guide', 'Loaves stay soft in a linen bag.'));
  const input = [join(root, 'index.html'), join(root, 'guide/index.html')];
  const config = { root, base: '/docs/', logLevel: 'silent', configFile: false } as const;
  await build({ ...config, plugins: [nearfieldSearch()], build: { rolldownOptions: { input } } });
  const server = await preview({ ...config, preview: { port: 0, host: '127.0.0.1' } });
  try {
    const { port } = server.httpServer.address() as { port: number };
    const index = await openIndex(fetchLoader(`http://127.0.0.1:${port}/docs/search/`));
    const { results } = await index.search('linen bag');
    expect(results.map(({ id, title, url }) => [id, title, url])).toEqual([
      ['guide/index.html', 'Guide', '/docs/guide/'],
    ]);
  } finally {
    await new Promise((resolve) => server.httpServer.close(resolve));
  }
});

it('indexes the pages that VitePress wrote', async () => {
  const outDir = join(root, 'vitepress');
  mkdirSync(outDir);
  writeFileSync(
    join(outDir, 'setup.html'),
    page('Setup', 'Install the oven.</p><span class="lang">sh</span><pre>bake</pre><p>Done.'),
  );
  await indexVitePress({ out: 'find' })({ outDir, site: { base: '/', cleanUrls: true } });
  const { results } = await (await openIndex(folderLoader(join(outDir, 'find')))).search('oven');
  expect(results.map(({ url, passages }) => [url, passages[0]!.text])).toEqual([
    ['/setup', 'Install the oven.\n\nbake\n\nDone.'],
  ]);
});

it('answers from the Markdown of a VitePress site while it is written', async () => {
  const source = join(root, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'dough.md'), '# Dough\n\nFold it twice.\n');
  const server = await createServer({
    root: source,
    base: '/docs/',
    logLevel: 'silent',
    configFile: false,
    plugins: [searchInDevelopment()],
    server: { port: 0, host: '127.0.0.1' },
  });
  try {
    await server.listen();
    const { port } = server.httpServer!.address() as { port: number };
    const open = () => openIndex(fetchLoader(`http://127.0.0.1:${port}/docs/search/`));
    const index = await open();
    expect((await index.search('fold')).results.map(({ url }) => url)).toEqual(['/docs/dough']);
    writeFileSync(join(source, 'oven.md'), '# Oven\n\nFold the paper.\n');
    expect(await index.isOutdated()).toBe(true);
    expect((await (await open()).search('fold')).results).toHaveLength(2);
  } finally {
    await server.close();
  }
});
