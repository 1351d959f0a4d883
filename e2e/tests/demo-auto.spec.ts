/** Auto: this browser, and with a key a real server where that fails. */

import type { Page } from '@playwright/test';
import { violations } from './axe.ts';
import { expect, LONG, SHORT_TEXT, test } from './demo-page.ts';
import { startDemoServer, startMortalServer } from './demo-server.ts';

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

/** What a page is asked, twice over, and what its answer holds, wherever it comes from. */
const ASKED: {
  path: string;
  button: string;
  field: string;
  inputs: readonly [string, string];
  prepare?: (page: Page, host: string) => Promise<void>;
  answer: (page: Page) => Promise<string[]>;
}[] = [
  {
    path: 'rerank',
    button: 'Rerank',
    field: 'Query',
    inputs: ['What does a lost book cost?', 'Where do I put books back when it is closed?'],
    prepare: async (page, host) => {
      await page.getByLabel('Compare with').selectOption('given');
      await page.getByLabel(`Reranker at ${host}`).fill('minilm-reranker');
      await page.keyboard.press('Tab');
    },
    // Passages that are as near as each other may change places: the kernels of the two are not the same.
    answer: async (page) => {
      const passages = page.locator('[data-order="after"] [data-passage]');
      const order = await passages.evaluateAll((items) => items.map((item) => item.dataset.passage!));
      return [order[0]!, ...order.toSorted()];
    },
  },
  {
    path: 'segment',
    button: 'Segment',
    field: 'Text',
    inputs: [SHORT_TEXT, `${SHORT_TEXT}\n\nA last line.`],
    answer: (page) => page.locator('.chunk-text').allTextContents(),
  },
  {
    path: 'read',
    button: 'Read',
    field: 'Source of the page',
    inputs: [
      `<title>Rope</title><main><h1>Rope</h1><p>${SHORT_TEXT}</p></main>`,
      `<title>Knots</title><main><h1>Knots</h1><p>${SHORT_TEXT}</p><p>A knot holds by friction.</p></main>`,
    ],
    answer: (page) => page.locator('.read-content').allTextContents(),
  },
];

test('Rerank, Segment and Read: fastest tries both, and a server that dies loses nothing', async ({
  demo,
  page,
  consoleLog,
}) => {
  test.setTimeout(LONG);
  consoleLog.expectFailedRequests();
  const mortal = await startMortalServer();
  try {
    const { host } = new URL(mortal.baseUrl);
    await demo.openPage('rerank', `?device=wasm&baseUrl=${encodeURIComponent(mortal.baseUrl)}`);
    await page.getByRole('radio', { name: 'Auto' }).check();
    await page.getByLabel('API key', { exact: true }).fill(mortal.apiKey);
    await page.keyboard.press('Tab');
    await page.getByLabel('Ask first').selectOption('fastest');
    const line = page.locator('.timings[data-answered]').first();
    const stale = page.locator('.stale');
    /** Asks one of the two: what is shown is of the other, until the answer is there. */
    const ask = async ({ button, field, inputs, answer }: (typeof ASKED)[number], which: 0 | 1) => {
      const hasResult = (await line.count()) > 0;
      await page.getByLabel(field, { exact: true }).fill(inputs[which]);
      if (hasResult) await expect(stale).toBeVisible();
      await page.getByRole('button', { name: button, exact: true }).click();
      await expect(line).toBeVisible({ timeout: LONG });
      await expect(stale).toHaveCount(0, { timeout: LONG });
      return { side: await line.getAttribute('data-answered'), answer: await answer(page) };
    };
    const second = new Map<string, string[]>();
    for (const asked of ASKED) {
      await page.getByRole('link', { name: asked.button, exact: true }).click();
      await asked.prepare?.(page, host);
      const first = await ask(asked, 0);
      expect(first.side).toBe('local');
      expect(first.answer.join('').length).toBeGreaterThan(5);
      // Each place is tried twice before their times count.
      const other = await ask(asked, 1);
      expect(other.side).toBe('local');
      expect(other.answer).not.toEqual(first.answer);
      second.set(asked.path, other.answer);
      expect(await ask(asked, 0)).toEqual({ side: 'remote', answer: first.answer });
      await expect(line).toContainText(`at ${host}`);
      await expect(page.getByTestId('failover')).toHaveCount(0);
    }

    mortal.die();
    for (const asked of ASKED) {
      const before = mortal.cutOff();
      await page.getByRole('link', { name: asked.button, exact: true }).click();
      expect(await ask(asked, 1)).toEqual({ side: 'local', answer: second.get(asked.path) });
      expect(mortal.cutOff()).toBeGreaterThan(before);
      await expect(line).toContainText('in this browser');
      await expect(page.getByTestId('failover').first()).toContainText(
        `${host} did not answer: The server could not be reached.`,
      );
      await expect(demo.problems).toHaveCount(0);
    }
  } finally {
    await mortal.close();
  }
});
