/** The catalogue, the check of a model, and models as files. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expectAccessible } from './axe.ts';
import { expect, LONG, test } from './demo-page.ts';
import { startDemoServer } from './demo-server.ts';

test('answers what a model is, what it costs and whether it runs here', async ({ demo, page }) => {
  await demo.openPage('models');
  const row = (id: string) => page.locator(`.model-card[data-model="${id}"]`);
  await expect(row('jina-embeddings-v2-base-en')).toContainText('768 dimensions');
  await expect(row('jina-embeddings-v2-base-en')).toContainText('8,192 tokens');
  await expect(row('jina-embeddings-v2-base-en')).toContainText('May I use this in my company? Yes.');
  await expect(row('jina-embeddings-v2-base-en')).toContainText('q8 138');
  await expect(row('jina-embeddings-v3')).toContainText('May I use this in my company? Ask first.');
  // As many times its files as were measured, and not too much for the machine of the tests.
  await expect(row('all-MiniLM-L6-v2').locator('[data-fit="fits"]')).toHaveText(
    /^\s*about \d\d(?:\.\d)? MB\s*$/u,
  );
  await expect(row('jina-embeddings-v4')).toContainText('No: ');
  await expect(row('jina-embeddings-v4').getByRole('button')).toHaveCount(0);

  const count = page.getByTestId('model-count');
  const [, all] = /of (\d+) models/u.exec((await count.textContent()) ?? '')!;
  expect(Number(all)).toBeGreaterThan(20);
  await page.getByLabel('Task').selectOption('reranker');
  await page.getByLabel('only those that run in a browser').check();
  await expect(row('minilm-reranker')).toBeVisible();
  await expect(row('jina-reranker-m0')).toHaveCount(0);
  await page.getByLabel('Task').selectOption('all');
  await page.getByLabel('In a company').selectOption('yes');
  await page.getByLabel('Name, language or licence').fill('german');
  await expect(page.locator('.model-card')).toHaveCount(1);
  await expect(row('jina-embeddings-v2-base-de')).toContainText('Recommended');
  await page.getByLabel('Name, language or licence').fill('no such thing');
  await expect(page.getByText('No model fits.')).toBeVisible();
});

test('loads a model, shows its check, and carries it away and back as files', async ({
  demo,
  page,
}, testInfo) => {
  test.setTimeout(LONG);
  await demo.openPage('models');
  const row = page.locator('.model-card[data-model="minilm-reranker"]');
  await demo.tabTo(row.getByRole('button', { name: 'Load' }));
  await page.keyboard.press('Enter');
  const loaded = page.locator('[data-loaded="minilm-reranker"]');
  await expect(loaded).toBeVisible({ timeout: LONG });
  await expect(loaded.locator('[data-check]')).toHaveAttribute('data-check', 'passed');
  await expect(loaded).toContainText(/passed: 2 published values, largest difference 0\.\d{4}/u);
  await expect(loaded).toContainText('CPU, q8');
  await expect(loaded.locator('.why').first()).not.toBeEmpty();
  await expect(row).toContainText('in memory');
  await expect(page.getByTestId('storage-state')).toContainText(/2\d\.\d MB of models/u);
  await expectAccessible(page);

  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: LONG }),
    row.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('minilm-reranker.zip');
  const files = storedFiles(await readFile(await download.path()));
  expect([...files.keys()]).toEqual(expect.arrayContaining(['onnx/model_quantized.onnx', 'manifest.json']));

  await loaded.getByRole('button', { name: 'Unload' }).click();
  await expect(loaded).toHaveCount(0);
  await expect(row).toContainText('stored');
  await expect(page.getByRole('heading', { name: 'In memory' })).toBeFocused();
  // What is deleted comes back, without a network; by keyboard, too.
  await page.route('**/models/**', (route) => route.abort());
  await row.getByRole('button', { name: 'Delete' }).focus();
  await page.keyboard.press('Enter');
  await expect(row.locator('.state')).toHaveText('deleted');
  await expect(row.locator('.state')).toBeFocused();
  await expect(page.locator('.toast')).toHaveText('minilm-reranker is deleted.');
  await page.keyboard.press('Tab');
  await expect(row.getByRole('button', { name: 'Undo' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(row.locator('.state')).toHaveText(/^\s*stored, 2\d\.\d MB\s*$/u);
  await row.getByRole('button', { name: 'Load' }).click();
  await expect(loaded.locator('[data-check]')).toBeVisible({ timeout: LONG });
  await row.getByRole('button', { name: 'Delete' }).click();
  await expect(row.getByRole('button', { name: 'Import' })).toBeVisible();
  await expect(loaded).toHaveCount(0);

  // From an unpacked folder alone, without a network.
  const folder = testInfo.outputPath('minilm-reranker');
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    row.getByRole('button', { name: 'Import' }).click(),
  ]);
  await chooser.setFiles(folder);
  await expect(row).toContainText('stored', { timeout: LONG });
  await row.getByRole('button', { name: 'Load' }).click();
  await expect(loaded.locator('[data-check]')).toBeVisible({ timeout: LONG });
  await expect(demo.problems).toHaveCount(0);
});

test('a download that was cut off goes on from there, also after a reload', async ({
  demo,
  page,
  consoleLog,
}) => {
  test.setTimeout(LONG);
  consoleLog.expectFailedRequests();
  let isFirst = true;
  await page.route('**/models/all-MiniLM-L6-v2/onnx/*.onnx', async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    if (!isFirst) return route.abort();
    isFirst = false;
    const response = await route.fetch();
    const { 'content-length': _, ...headers } = response.headers();
    const body = await response.body();
    return route.fulfill({ status: 200, headers, body: body.subarray(0, body.length / 2) });
  });
  await demo.openPage('models');
  const row = page.locator('.model-card[data-model="all-MiniLM-L6-v2"]');
  await row.getByRole('button', { name: 'Download' }).click();
  await expect(row.locator('[data-code="DOWNLOAD_FAILED"]')).toBeVisible({ timeout: LONG });
  await expect(row.locator('.state')).toHaveText(/^\s*partly stored, \d+\.\d MB\s*$/u);

  await page.unroute('**/models/all-MiniLM-L6-v2/onnx/*.onnx');
  await page.reload();
  await expect(row.locator('.state')).toHaveText(/^\s*partly stored/u);
  const rest = page.waitForRequest(
    (request) => request.url().endsWith('.onnx') && request.method() === 'GET',
  );
  await row.getByRole('button', { name: 'Continue' }).click();
  expect(Number(/^bytes=(\d+)-/u.exec((await (await rest).headerValue('range')) ?? '')?.[1])).toBeGreaterThan(
    1e6,
  );
  await expect(row.locator('.state')).toHaveText(/^\s*in memory/u, { timeout: LONG });
});

/** Files of an archive that stores them as they are, by path. */
function storedFiles(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50; ) {
    const [size, nameLength] = [archive.readUInt32LE(at + 18), archive.readUInt16LE(at + 26)];
    const start = at + 30 + nameLength;
    files.set(archive.toString('utf8', at + 30, start), archive.subarray(start, start + size));
    at = start + size;
  }
  return files;
}

test('what comes of a click is in its row, and in sight', async ({ demo, page, consoleLog }) => {
  test.setTimeout(LONG);
  consoleLog.expectFailedRequests();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('https://huggingface.co/**', async (route) => {
    await held;
    await route.abort();
  });
  await demo.openPage('models');
  const row = (id: string) => page.locator(`.model-card[data-model="${id}"]`);
  const [far, near] = [row('jina-reranker-v2-base-multilingual'), row('jina-reranker-v1-tiny-en')];
  await far.getByRole('button', { name: 'Load' }).click();
  await expect(far.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await near.getByRole('button', { name: 'Load' }).click();
  await expect(near).toContainText('waits until the others are loaded');
  // Only those rows are busy.
  await expect(row('jina-reranker-v1-turbo-en').getByRole('button', { name: 'Load' })).toBeEnabled();
  // Out of sight, it is told at the lower edge.
  await page.evaluate(() => scrollTo(0, 0));
  const strip = page.locator('[data-strip="jina-reranker-v2-base-multilingual"]');
  await expect(strip).toContainText('jina-reranker-v2-base-multilingual');
  await expect(strip).toBeInViewport();
  await near.getByRole('button', { name: 'Cancel' }).click();
  await expect(near.getByRole('button', { name: 'Load' })).toBeVisible();
  await page.evaluate(() => scrollTo(0, 0));
  release();
  await expect(strip).toContainText('The model could not be downloaded');
  await expectAccessible(page);
  await strip.getByRole('button', { name: 'Show' }).click();
  const problem = far.locator('[data-code="DOWNLOAD_FAILED"]');
  await expect(problem).toBeInViewport();
  await expect(strip).toHaveCount(0);
  await problem.getByRole('button', { name: /^Dismiss/u }).click();
  await expect(demo.problems).toHaveCount(0);
});

test('lists the models of a server', async ({ demo, page }) => {
  const server = await startDemoServer();
  try {
    await demo.openPage('models');
    await demo.useRemote(server);
    await page.getByRole('button', { name: 'Show the models' }).click();
    const row = page.locator('.model-card[data-model="all-MiniLM-L6-v2"]');
    await expect(row).toContainText('384 dimensions');
    await expect(row).toContainText(`answers at ${new URL(server.baseUrl).host}`);
    await expect(row.getByRole('button')).toHaveCount(0);
    // It lists models that it answers for, and no others of the catalogue.
    await expect(page.locator('.model-card[data-model="jina-embeddings-v2-small-en"]')).toBeAttached();
    await expect(page.locator('.model-card[data-model="jina-embeddings-v4"]')).toHaveCount(0);
    await expectAccessible(page);
  } finally {
    await server.close();
  }
});
