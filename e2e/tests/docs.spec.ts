/** docs/ as a VitePress site: built under a path, served with a strict policy, searched by its own element. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from '@playwright/test';
import { violations } from './axe.ts';
import { expect } from './demo-page.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const BASE = '/handbook/';
/** No script in a page, no code of strings. Highlighted code has its colours in attributes. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

let directory: string;
let server: Server;
let url: string;

test.beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-docs-'));
  // Without the model's minute: that an index has vectors is tested where indexes are.
  const options = ['--base', BASE, '--out', directory, '--keywords-only'];
  const build = spawn('npm', ['run', 'docs', '--', 'build', ...options], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [build.stdout, build.stderr]) stream.on('data', (text) => (log += String(text)));
  const [status] = (await once(build, 'close')) as [number];
  expect(status, log).toBe(0);
  server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://docs');
    const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : undefined;
    const name = path === undefined || path.endsWith('/') || path === '' ? `${path ?? '?'}index.html` : path;
    const bytes =
      path === undefined ? undefined : await readFile(join(directory, name)).catch(() => undefined);
    response
      .writeHead(bytes ? 200 : 404, {
        'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
        'Content-Security-Policy': POLICY,
      })
      .end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`;
});
test.afterAll(async () => {
  server?.close();
  server?.closeAllConnections();
  if (directory) await rm(directory, { recursive: true });
});

/** Public names without a docstring. Their number may only fall. */
const UNDOCUMENTED = 18;

test('has a page for each public module, and docstrings for nearly all that is on it', async ({ page }) => {
  const readNames = async (file: string): Promise<string[]> =>
    JSON.parse(await readFile(join(repository, 'docs/reference', file), 'utf8')) as string[];
  const pages = await readNames('pages.json');
  expect(pages).toEqual(
    expect.arrayContaining(['core', 'core/node', 'remote', 'search/live', 'server', 'spec']),
  );
  for (const name of pages) await readFile(join(directory, `reference/${name}.html`));
  const missing = await readNames('undocumented.json');
  expect(missing.length, `without a docstring: ${missing.join(', ')}`).toBeLessThanOrEqual(UNDOCUMENTED);

  await page.goto(`${url}reference/core.html`);
  await expect(page.getByRole('heading', { name: 'createLocal()' })).toBeVisible();
  // Its parameters, their defaults, and its example.
  await expect(page.locator('main')).toContainText('all cores, at most 8');
});

test('answers from its own host alone, and leads to the passage', async ({ page }) => {
  const elsewhere: string[] = [];
  const lines: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  page.on('console', (message) => lines.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => lines.push(`uncaught: ${error.message}`));
  await page.goto(url);
  const open = page.getByRole('button', { name: 'Search' }).first();
  await expect(open).toBeVisible();
  // VitePress keeps its bar on one line, and lets clicks through it.
  const own = await page
    .locator('nearfield-search')
    .evaluate((element) => [getComputedStyle(element).whiteSpace, getComputedStyle(element).pointerEvents]);
  expect(own).toEqual(['normal', 'auto']);
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox');
  const groups = page.locator('nearfield-search [data-id]');
  const ids = (): Promise<(string | null)[]> =>
    groups.evaluateAll((all) => all.map((each) => each.getAttribute('data-id')));
  for (const [question, page_] of [
    ['service worker offline', 'search-element.html'],
    // A mistyped word, and one that the page does not have.
    ['trusted tpyes', 'search-element.html'],
    ['which computers share the work of a queue', 'scaling.html'],
  ] as const) {
    await field.fill(question);
    await expect.poll(async () => (await ids()).slice(0, 3), { message: question }).toContain(page_);
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await violations(page)).toEqual([]);
  }

  // To the passage, on its page.
  await field.fill('trusted types');
  const link = groups.first().getByRole('link').first();
  await expect(link).toHaveAttribute(
    'href',
    /^http:\/\/127\.0\.0\.1:\d+\/handbook\/toolchains\.html#content-security-policies/,
  );
  await link.click();
  await page.waitForURL(/\/handbook\/toolchains\.html#content-security-policies/);
  await expect(page.getByRole('heading', { name: 'Content security policies' })).toBeInViewport();
  // VitePress' own way between pages keeps the element.
  await page.getByRole('link', { name: 'Live indexes', exact: true }).first().click();
  await page.waitForURL(/search-live\.html$/);
  await page.keyboard.press('/');
  await expect(field).toBeFocused();
  expect(elsewhere).toEqual([]);
  expect(lines).toEqual([]);
});
