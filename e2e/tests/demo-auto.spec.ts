/** Auto: this browser, and with a key a real server where that fails. */
import { violations } from './axe.ts';
import { expect, LONG, SHORT_TEXT, test } from './demo-page.ts';
import { startDemoServer } from './demo-server.ts';

let server: Awaited<ReturnType<typeof startDemoServer>>;
test.beforeAll(async () => {
  server = await startDemoServer();
});
test.afterAll(() => server.close());

test('without a key this browser answers alone; with one, the server where this browser cannot', async ({
  demo,
  page,
  consoleLog,
}) => {
  test.setTimeout(LONG);
  consoleLog.expectFailedRequests();
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith(server.baseUrl)) asked.push(request.url());
  });
  await page.route('**/models/minilm-reranker/**', (route) => route.fulfill({ status: 404 }));
  await demo.openPage('rerank', `?device=wasm&baseUrl=${encodeURIComponent(server.baseUrl)}`);
  const auto = page.getByRole('radio', { name: 'Auto' });
  await page.getByRole('radio', { name: 'Local' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(auto).toBeChecked();
  await expect(page.getByRole('status')).toHaveText('Auto: computed in this browser.');
  await page.getByLabel('Compare with').selectOption('given');
  await page.getByRole('button', { name: 'Rerank', exact: true }).click();
  await demo.expectProblem('DOWNLOAD_FAILED', 'The model could not be downloaded');
  expect(asked).toEqual([]);

  await page.getByLabel('API key', { exact: true }).fill(server.apiKey);
  await page.keyboard.press('Tab');
  const { host } = new URL(server.baseUrl);
  await page.getByLabel(`Reranker at ${host}`).fill('minilm-reranker');
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Rerank', exact: true }).click();
  await expect(page.getByText(`by minilm-reranker at ${host}`)).toBeVisible({ timeout: LONG });
  await expect(page.getByTestId('failover')).toContainText(
    'This browser did not answer: The model could not be downloaded.',
  );
  await expect(page.locator('[data-timing="rerank"]')).toHaveText(/ms|s$/u);
  await expect(page.locator('[data-order="after"] .timings')).toContainText(/\d+ tokens/u);
  await expect(demo.problems).toHaveCount(0);
  expect(asked.length).toBeGreaterThan(0);
  expect(await violations(page)).toEqual([]);
});

test('the index stays that of this browser; Remote has one of its own', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.useRemote({ ...server, model: 'all-MiniLM-L6-v2' });
  await expect(page.getByText('Vectors of this browser are not mixed with its own.')).toBeVisible();
  await page.getByRole('radio', { name: 'Auto' }).check();
  await demo.indexed(3);
  await demo.ask('How quickly does the darkness travel across the land?');
  await expect(page.getByText('by all-MiniLM-L6-v2 in this browser')).toBeVisible();
  await expect(page.getByText('Auto keeps to the index of this browser.')).toBeVisible();
  await expect(page.getByTestId('failover')).toHaveCount(0);
});
