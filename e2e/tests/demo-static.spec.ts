/** The static demo as a plain host serves it: under a path, without headers; and what it consists of. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveFile } from '../../tooling/serve-file.ts';
import { DemoPage, expect, LONG, SHORT_TEXT, test } from './demo-page.ts';

const dist = fileURLToPath(new URL('../../demo/dist', import.meta.url));
const PATH = '/foo/bar/';

let server: Server;
let origin: string;
const requests: string[] = [];
/** Files that the server refuses to have. */
let lost: RegExp | undefined;
test.beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '/' } = request;
    requests.push(url);
    if (!url.startsWith(PATH) || lost?.test(url)) {
      response.writeHead(404).end();
      return;
    }
    request.url = url.slice(PATH.length - 1).replace(/^\/(?=\?|$)/, '/index.html');
    serveFile(dist, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
test.afterAll(() => {
  server.closeAllConnections();
  server.close();
});
test.beforeEach(() => {
  requests.length = 0;
  lost = undefined;
});

test('works under a path, from a server without headers', async ({ page }) => {
  test.setTimeout(LONG);
  const demo = new DemoPage(page);
  await page.goto(`${origin}${PATH}?device=wasm`);
  await expect(demo.question).toBeVisible();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.ask('How quickly does the darkness travel across the land?');
  await expect(demo.answers.first().locator('mark')).toHaveText(
    "The Moon's shadow races over the ground faster than an aeroplane.",
  );
  await expect(page.locator('#starting')).toHaveCount(0);
  for (const name of ['Classify', 'Rerank', 'Segment', 'Map', 'Read', 'Models']) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
  }
  expect(requests.filter((path) => !path.startsWith(PATH))).toEqual([]);
  // Without headers there is one thread, and texts run on the encoder: onnxruntime's 14 MB stay where they are.
  expect(requests.filter((path) => /ort-wasm/.test(path))).toEqual([]);
});

test('ranks and segments there, too', async ({ page }) => {
  test.setTimeout(LONG);
  await page.goto(`${origin}${PATH}?device=wasm#/segment`);
  await page.getByRole('button', { name: 'Segment', exact: true }).click();
  await expect(page.getByTestId('chunk-count')).toBeVisible({ timeout: LONG });
  await page.goto(`${origin}${PATH}?device=wasm#/rerank`);
  await page.getByRole('button', { name: 'Rerank', exact: true }).click();
  await expect(page.locator('[data-order="after"] [data-passage]').first()).toBeVisible({ timeout: LONG });
  await expect(page.getByRole('alert').locator('[data-code]')).toHaveCount(0);
});

test('a lost script of the worker costs no model, and is got over without a reload', async ({
  page,
  consoleLog,
}) => {
  test.setTimeout(LONG);
  consoleLog.expectFailedRequests();
  const demo = new DemoPage(page);
  const question = 'How quickly does the darkness travel across the land?';
  await page.goto(`${origin}${PATH}?device=wasm`);
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);

  lost = /assets\/wasm-[\w-]+\.js$/;
  await page.reload();
  // What was indexed before is kept.
  await demo.paste('A cat sleeps for most of the day, and hunts at dusk.');
  await demo.expectProblem('RUNTIME_NOT_AVAILABLE', 'A part of the page could not be loaded');
  const problem = demo.problems.first();
  await expect(problem).toContainText(/assets\/wasm-[\w-]+\.js cannot be fetched/);
  await expect(problem).not.toContainText(/delete it/i);

  lost = undefined;
  requests.length = 0;
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await demo.indexed(4);
  await demo.ask(question);
  await expect(demo.answers.first()).toContainText('A total eclipse');
  // The model was there all the time.
  expect(requests.filter((path) => path.endsWith('.onnx'))).toEqual([]);
});

test('says what may be wrong where its scripts are not found', async ({ page, consoleLog }) => {
  consoleLog.expectFailedRequests();
  await page.route('**/assets/index-*.js', (route) => route.fulfill({ status: 404, body: '' }));
  await page.goto(`${origin}${PATH}`);
  await expect(page.getByText('Nearfield is starting. If this line stays')).toBeVisible();
});

test('holds what its pages ask for, each weight once, and nothing of how models were made', async () => {
  const paths = (await readdir(dist, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(dist.length + 1)
        .replaceAll('\\', '/'),
    );
  const inModels = (id: string): string[] =>
    paths
      .filter((path) => path.startsWith(`models/${id}/`))
      .map((path) => path.slice(`models/${id}/`.length));
  const text = ['README.md', 'config.json', 'manifest.json'];
  const tokenizer = ['special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json'];
  for (const id of ['all-MiniLM-L6-v2', 'minilm-reranker']) {
    const graphs = ['onnx/model_fp16.onnx', 'onnx/model_quantized.onnx'];
    if (id === 'all-MiniLM-L6-v2') graphs.push('onnx/model_q8e4.onnx');
    expect(inModels(id).sort(), id).toEqual([...text, ...tokenizer, ...graphs].sort());
  }
  expect(inModels('icon-clip').sort()).toEqual(
    [
      ...text,
      'preprocessor_config.json',
      'onnx/vision_model.onnx',
      'onnx/vision_model_quantized.onnx',
    ].sort(),
  );
  expect(paths.filter((path) => !/^(models|assets|icons|sample)\//.test(path)).sort()).toEqual([
    'favicon.svg',
    'index.html',
    'manifest.webmanifest',
    'service-worker.js',
    'theme.js',
  ]);
  const others = paths.filter((path) => !/\.(html|js|mjs|css|wasm|json|md|onnx|png|svg|bin)$/.test(path));
  expect(others).toEqual(['manifest.webmanifest']);

  const byContent = new Map<string, string[]>();
  for (const path of paths) {
    const sum = createHash('sha256')
      .update(await readFile(join(dist, path)))
      .digest('hex');
    byContent.set(sum, [...(byContent.get(sum) ?? []), path]);
  }
  const twice = [...byContent.values()].filter(({ length }) => length > 1);
  // Each model's folder is complete in itself, with the tokenizer that two of them share.
  expect(twice.flat().filter((path) => !tokenizer.some((name) => path.endsWith(`/${name}`)))).toEqual([]);
});
