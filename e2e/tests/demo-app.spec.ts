/** The demo as an installed app: without a network, with threads on a plain host, updated, and given files. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Page } from '@playwright/test';
import { DEMO_FOLDER, type DemoHost, serveDemo } from '../support/demo-host.ts';
import { violations } from './axe.ts';
import { DemoPage, expect, LONG, PAGES, SHORT_TEXT, test } from './demo-page.ts';

test.use({ serviceWorkers: 'allow' });

const KEPT = 'Nearfield now works without a network, too.';

let host: DemoHost;
test.beforeAll(async () => {
  host = await serveDemo();
});
test.afterAll(() => host.close());
test.beforeEach(() => {
  host.version = 1;
  host.isDown = false;
  host.requests.length = 0;
});

/** Opens the demo for the first time, and waits until it is kept. */
async function visit(page: Page, hash = ''): Promise<DemoPage> {
  await page.goto(`${host.url}?device=wasm${hash}`);
  await expect(page.locator('footer')).toContainText(KEPT, { timeout: LONG });
  // It covers nothing.
  await expect(page.locator('.toast')).toHaveCount(0);
  return new DemoPage(page);
}

const isIsolated = (page: Page): Promise<boolean> => page.evaluate(() => crossOriginIsolated);

/** Addresses of everything that the caches hold. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const urls: string[] = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) urls.push(url);
    }
    return urls;
  });

/** Bytes of files of the build as a host sends them. */
async function compressed(paths: Iterable<string>): Promise<number> {
  let sum = 0;
  for (const path of new Set(paths)) {
    const bytes = await readFile(join(DEMO_FOLDER, path));
    sum += path.endsWith('.png') ? bytes.length : (await promisify(gzip)(bytes)).length;
  }
  return sum;
}

/** Fetches the code of pages when they are opened, not ahead. */
async function saveData(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  });
}

test('the browser finds it installable, with icons of the sizes that it names, and a small first visit', async ({
  page,
  context,
}) => {
  await visit(page);
  const session = await context.newCDPSession(page);
  const { url, errors, manifest } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(url).toBe(`${host.url}manifest.webmanifest`);
  expect(manifest).toMatchObject({ startUrl: host.url, scope: host.url });
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // Tests run in a context of their own, which Chromium counts as a private window.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);

  const { found, shortcuts } = await page.evaluate(async (address) => {
    const { icons, shortcuts } = (await (await fetch(address)).json()) as {
      icons: { src: string; sizes: string; purpose: string }[];
      shortcuts: { url: string }[];
    };
    const apple = document.querySelector<HTMLLinkElement>('link[rel="apple-touch-icon"]')!.href;
    const all = [...icons, { src: apple, sizes: '180x180', purpose: 'apple' }];
    const found = await Promise.all(
      all.map(async ({ src, sizes, purpose }) => {
        const bitmap = await createImageBitmap(await (await fetch(new URL(src, address))).blob());
        return { sizes, purpose, real: `${bitmap.width}x${bitmap.height}` };
      }),
    );
    return { found, shortcuts };
  }, url);
  for (const { sizes, real } of found) expect(real).toBe(sizes);
  expect(found.map(({ sizes, purpose }) => `${sizes} ${purpose}`).sort()).toEqual([
    '180x180 apple',
    '192x192 any',
    '192x192 maskable',
    '512x512 any',
    '512x512 maskable',
  ]);
  await expect(page.locator('meta[name="theme-color"]')).toHaveCount(2);
  await expect(page.locator('meta[name="viewport"]')).toHaveAttribute('content', /width=device-width/);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toBe(
    `${host.url}service-worker.js`,
  );

  // What the page needs before a model, and what is kept behind it.
  const html = await readFile(join(DEMO_FOLDER, 'index.html'), 'utf8');
  const needed = [...html.matchAll(/(?:src|href)="\.\/([^"]+\.(?:js|css|svg))"/gu)].map(([, path]) => path!);
  expect(needed).toContainEqual(expect.stringMatching(/^assets\/index-.*\.js$/u));
  expect(await compressed(['index.html', ...needed])).toBeLessThan(250_000);
  const paths = (await kept(page)).map((each) => each.slice(host.url.length).replace(/\?.*/u, ''));
  expect(paths).toEqual(expect.arrayContaining(['index.html', 'theme.js', ...needed]));
  // A quarter is what reads PDFs, and another one the tokenizer that Segment begins with.
  expect(await compressed(paths)).toBeLessThan(2_500_000);
  expect(paths.filter((path) => path.endsWith('.wasm'))).toEqual([]);

  for (const { url: shortcut } of shortcuts) {
    await page.goto(new URL(shortcut, url).href);
    const [, name] = /#\/(\w+)/u.exec(shortcut)!;
    await expect(page.locator('nav a[aria-current="page"]')).toHaveAttribute('href', `#/${name}`);
  }
});

test('under a path, from a host without headers and then from none: threads, pages, a model, a killed tab', async ({
  page,
  context,
  consoleLog,
}) => {
  test.setTimeout(LONG);
  const demo = new DemoPage(page);
  const classify = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Classify the pictures' }).click();
    await expect(page.locator('[data-prediction]').first()).toBeVisible({ timeout: LONG });
  };
  // Pictures need onnxruntime, which is fetched here before a service worker is there to see it.
  await page.goto(`${host.url}?device=wasm#/classify/pictures`);
  await classify();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const runtime = async () => (await kept(page)).filter((url) => url.endsWith('.wasm')).length;
  await expect.poll(runtime).toBe(1);
  // The first visit goes on as it began, with one thread; nothing is reloaded under the visitor.
  expect(await isIsolated(page)).toBe(false);
  await page.goto(`${host.url}?device=wasm`);
  await expect(demo.question).toBeVisible();
  expect(await isIsolated(page)).toBe(true);
  const other = createServer((request, response) => {
    response
      .writeHead(request.method === 'OPTIONS' ? 204 : 200, {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Headers': 'authorization',
      })
      .end(request.method === 'OPTIONS' ? '' : request.headers.authorization);
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const answer = await page.evaluate(
    async (url) => (await fetch(url, { headers: { Authorization: 'Bearer key' } })).text(),
    `http://127.0.0.1:${port}/v1/models`,
  );
  expect(answer, 'servers with CORS answer an isolated page').toBe('Bearer key');
  other.close();

  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await page.locator('.badge summary').click();
  const threads = page.locator('.badge dt').filter({ hasText: 'Threads' }).locator('+ dd');
  await expect(threads).toHaveText(/^[2-9]/);

  consoleLog.expectFailedRequests();
  host.isDown = true;
  await context.setOffline(true);
  await page.reload();
  await expect(demo.question).toBeVisible();
  expect(await isIsolated(page)).toBe(true);
  await demo.indexed(3);
  await demo.ask('How quickly does the darkness travel across the land?');
  await expect(demo.answers.first()).toContainText('A total eclipse');
  for (const name of PAGES.slice(1)) {
    // A deep link into a page that was not opened before.
    await page.goto(`${host.url}#/${name.toLowerCase()}`);
    await page.reload();
    await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
  }
  await page.goto(`${host.url}#/segment`);
  await page.getByRole('button', { name: 'Segment', exact: true }).click();
  await expect(page.getByTestId('chunk-count')).toBeVisible({ timeout: LONG });
  await expect(page.getByRole('alert').locator('[data-code]')).toHaveCount(0);
  await page.goto(`${host.url}?device=wasm#/classify/pictures`);
  await classify();
  // Weights are kept once, by the engine.
  expect((await kept(page)).filter((url) => url.includes('/models/'))).toEqual([]);

  // The tab is killed, and nothing of the network has come back.
  const next = await context.newPage();
  const crashed = page.waitForEvent('crash');
  await page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  await next.goto(`${host.url}?device=wasm`);
  const again = new DemoPage(next);
  await again.indexed(3);
  await again.ask('What do I feed wild yeast?');
  await expect(again.answers.first()).toContainText('Sourdough');
});

test('a new version waits for the visitor, one tab at a time, and never mixes with the old one', async ({
  page,
  context,
}) => {
  const other = await context.newPage();
  await saveData(page);
  await saveData(other);
  await visit(page);
  await other.goto(host.url);
  await new DemoPage(other).question.fill('typed before the new version came');
  const notice = page.locator('.app-notice');
  const isSecond = (tab: Page) => expect(tab.locator('html')).toHaveAttribute('data-version', '2');
  const isFirst = (tab: Page) => expect(tab.locator('html')).not.toHaveAttribute('data-version', '2');

  host.version = 2;
  await page.reload();
  await expect(notice).toContainText('A new version is ready');
  await isFirst(page);
  expect(await violations(page)).toEqual([]);
  await notice.getByRole('button', { name: 'Later' }).click();
  await expect(notice).toHaveCount(0);
  // The old version is whole, though its host has it no longer.
  await page.getByRole('link', { name: 'Classify', exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Classify' })).toBeVisible();

  // It waits across reloads, and the other tab hears of it, too.
  await page.reload();
  await isFirst(page);
  await expect(other.locator('.app-notice')).toContainText('A new version is ready');
  const loaded = page.waitForEvent('load');
  await notice.getByRole('button', { name: 'Use it now' }).click();
  await loaded;
  await isSecond(page);
  await expect(page.getByRole('heading', { level: 2, name: 'Classify' })).toBeVisible();

  // The other tab says so, and goes on with its own scripts and with what was typed there.
  const elsewhere = other.locator('.app-notice');
  await expect(elsewhere).toContainText('in use in another tab');
  await expect(new DemoPage(other).question).toHaveValue('typed before the new version came');
  await other.getByRole('link', { name: 'Models', exact: true }).click();
  await expect(other.getByRole('heading', { level: 2, name: 'Models' })).toBeVisible();
  await isFirst(other);

  // Once it is loaded anew, nobody needs the old files.
  await elsewhere.getByRole('button', { name: 'Reload' }).click();
  await isSecond(other);
  const old = async () => {
    const urls = await kept(page);
    return urls.filter((url) => url.includes('/assets/') && !url.includes('.second.')).length;
  };
  await expect.poll(old).toBe(0);
  host.isDown = true;
  await other.reload();
  await isSecond(other);
  await expect(other.getByRole('heading', { level: 2, name: 'Models' })).toBeVisible();
});

test('takes what other apps share: texts, an address, pictures, a document', async ({ page }) => {
  await visit(page);
  const share = async (
    fields: Readonly<Record<string, string>>,
    files: { name: string; mimeType: string; buffer: Buffer }[] = [],
  ) => {
    await page.goto(host.shareForm);
    for (const [name, value] of Object.entries(fields)) await page.locator(`[name="${name}"]`).fill(value);
    await page.locator('[name="files"]').setInputFiles(files);
    await page.getByRole('button', { name: 'Share' }).click();
  };
  const file = (name: string, mimeType: string, content: string | Buffer) => ({
    name,
    mimeType,
    buffer: Buffer.from(content),
  });

  await share({ title: 'Tides', text: 'The Moon pulls the sea up twice a day.' }, [
    file('ferns.md', 'text/markdown', '# Ferns\n\nFerns unroll their leaves in spring.'),
  ]);
  await expect(page.locator('.documents .name').filter({ hasText: 'ferns.md' })).toBeVisible();
  await expect(page.locator('.documents .name').filter({ hasText: 'Tides.txt' })).toBeVisible();

  await share({ text: 'https://example.org/an/article' });
  await expect(page).toHaveURL(`${host.url}#/read`);
  await expect(page.getByLabel('Address', { exact: true })).toHaveValue('https://example.org/an/article');
  // Nothing leaves the browser by itself.
  await expect(page.getByRole('region', { name: 'Result' })).toHaveCount(0);

  await share({}, [file('leaf.png', 'image/png', await readFile(join(DEMO_FOLDER, 'icons/icon-192.png')))]);
  await expect(page).toHaveURL(`${host.url}#/classify/pictures`);
  await expect(page.locator('.picture img').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Remove leaf.png' })).toBeVisible();

  await share({}, [file('page.html', 'text/html', '<title>Moss</title><p>Moss drinks with its leaves.</p>')]);
  await expect(page.getByTestId('read-title')).toHaveText('Moss');
  // What was taken is gone.
  await page.reload();
  await expect(page.getByRole('heading', { level: 2, name: 'Read' })).toBeVisible();
  await expect(page.getByTestId('read-title')).toHaveCount(0);
});

test('opens files that the system hands over, while it runs', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'launchQueue', {
      value: { setConsumer: (consumer: unknown) => Object.assign(globalThis, { launch: consumer }) },
    });
  });
  await page.goto(host.url);
  await page.waitForFunction(() => 'launch' in globalThis);
  await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle('notes.html', { create: true });
    const writer = await handle.createWritable();
    await writer.write('<title>Notes</title><p>Lichen is two beings in one.</p>');
    await writer.close();
    const { launch } = globalThis as unknown as { launch(launched: { files: FileSystemFileHandle[] }): void };
    launch({ files: [handle] });
  });
  await expect(page.getByTestId('read-title')).toHaveText('Notes');
});
