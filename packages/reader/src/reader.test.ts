import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mainContent } from './content/index.ts';
import { createReader } from './index.ts';

const paragraph = 'Bread stays fresh for days if it is kept dry and cool, in a cloth and not in a bag.';
const page = (body: string, head = '<title>Bread</title>'): string =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`;
const ARTICLE = page(
  `<nav><a href="/">Home</a></nav><article><h2>Keep it</h2><p>${paragraph}</p><p>${paragraph}</p></article><footer>Imprint</footer>`,
);

let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/old') response.writeHead(302, { Location: '/new' }).end();
    else if (request.url === '/new')
      response
        .setHeader('Content-Type', 'text/html; charset=windows-1252')
        .end(Buffer.from(page(`<main><p>Caf\xe9. ${paragraph} <a href="x">x</a></p></main>`), 'latin1'));
    else if (request.url === '/text') response.setHeader('Content-Type', 'text/plain').end('# As <it> is\n');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

it('reads the main content of a page', async () => {
  const { data } = await createReader().read({ html: ARTICLE });
  expect(data.title).toBe('Bread');
  expect(data.content).toBe(`## Keep it\n\n${paragraph}\n\n${paragraph}`);
});

it('gives the main content alone, as HTML and text', async () => {
  const { html, text } = await mainContent(ARTICLE);
  expect(text).toBe(`Keep it\n\n${paragraph}\n\n${paragraph}`);
  expect(html).not.toMatch(/Home|Imprint/);
});

it('reads the posts of a forum and not what is around them', async () => {
  const post = (name: string, text: string): string =>
    `<div class="post"><div class="author"><a href="/u/${name}">${name}</a></div><div class="post-body"><p>${text}</p></div></div>`;
  const body = `<header class="header"><ul class="menu"><li><a href="/">Forums</a></li><li><a href="/login">Log in</a></li></ul></header>
    <div class="thread"><h1>My bread does not rise</h1>${post('ann', `Last week I began to bake. ${paragraph}`)}${post('bob', `How old is your yeast? ${paragraph}`)}</div>
    <footer class="footer"><a href="/privacy">Privacy</a> <a href="/terms">Terms</a></footer>`;
  const { data } = await createReader().read({ html: page(body), url: 'https://forum.example/t/1' });
  expect(data.content).toMatch(/Last week I began[\s\S]*How old is your yeast/);
  expect(data.content).not.toMatch(/Log in|Privacy/);
});

it('loads by URL: redirects, character sets, plain text', async () => {
  const { data } = await createReader().read({ url: `${origin}/old` });
  expect(data.content).toContain('Café.');
  expect(data.content).toContain(`[x](${origin}/x)`);
  expect(data.url).toBe(`${origin}/new`);
  expect((await createReader().read({ url: `${origin}/text` })).data.content).toBe('# As <it> is');
  await expect(createReader().read({ url: `${origin}/none` })).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
  });
});

it('says that a page has no text', async () => {
  const { data } = await createReader().read({
    html: page('<div id="root"></div><script>render()</script>'),
  });
  expect(data).toMatchObject({ content: '', warning: expect.stringContaining('scripts') });
});

it('refuses bad input by name', async () => {
  const reader = createReader();
  await expect(reader.read({ file: '%%' })).rejects.toMatchObject({
    code: 'INPUT_VALIDATION_FAILED',
    param: 'file',
  });
  await expect(reader.read({ html: ARTICLE, markdownChunking: 'x9' })).rejects.toMatchObject({
    param: 'markdownChunking',
  });
  const reason = new Error('Enough.');
  await expect(reader.read({ html: ARTICLE }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

it('reads deep and odd pages', async () => {
  const deep = `${'<div>'.repeat(20_000)}${paragraph}${'</div>'.repeat(20_000)}`;
  expect((await mainContent(page(deep))).text).toBe(paragraph);
  for (const html of ['', '<', '<html></html>', '\0', '<table><td>']) {
    expect((await createReader().read({ html: html || ' ' })).code).toBe(200);
  }
});
