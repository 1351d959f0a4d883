/** Passages before and after a reranker, here and at a server. */
import type { Page } from '@playwright/test';
import { SAMPLE_ANSWER } from '../../demo/src/rerank/sample.ts';
import { expectAccessible } from './axe.ts';
import { expect, LONG, test } from './demo-page.ts';
import { startDemoServer } from './demo-server.ts';

/** Positions of the passages as given, in one of the two orders. */
const order = (page: Page, which: 'before' | 'after'): Promise<number[]> =>
  page
    .locator(`[data-order="${which}"] [data-passage]`)
    .evaluateAll((items) => items.map((item) => Number(item.dataset.passage)));

/** Scores by position of the passage as given. */
const scores = async (page: Page): Promise<Map<number, number>> => {
  const values = await page.locator('[data-order="after"] .value').allTextContents();
  const passages = await order(page, 'after');
  return new Map(passages.map((passage, place) => [passage, Number(/[\d.]+$/u.exec(values[place]!)?.[0])]));
};

const rerank = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Rerank', exact: true }).click();
  await expect(page.getByText('Ranking')).toHaveCount(0, { timeout: LONG });
};

test('puts the passages in order anew and shows how far each moved', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.openPage('rerank');
  await rerank(page);
  await expect(page.locator('[data-order="after"] [data-passage]')).toHaveCount(10, { timeout: LONG });
  const [before, after] = [await order(page, 'before'), await order(page, 'after')];
  expect(before.toSorted()).toEqual(after.toSorted());
  expect(before).not.toEqual(after);
  // What the page says of its sample: vectors put other passages first, the reranker the answer.
  expect(before.indexOf(SAMPLE_ANSWER)).toBeGreaterThanOrEqual(3);
  expect(after[0]).toBe(SAMPLE_ANSWER);
  const moves = await page
    .locator('[data-order="after"] .moved')
    .evaluateAll((items) => items.map((item) => Number(item.dataset.up)));
  expect(moves).toEqual(after.map((passage, place) => before.indexOf(passage) - place));
  const ranked = [...(await scores(page)).values()];
  expect(ranked).toEqual(ranked.toSorted((a, b) => b - a));
  await expect(page.getByText('with 8 × cosine of all-MiniLM-L6-v2')).toBeVisible();
  await expect(page.locator('[data-timing="rerank"]')).toHaveText(/ms|s$/u);
  await expectAccessible(page);
});

test('takes passages of one’s own, by keyboard alone, and late interaction', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.openPage('rerank');
  await demo.tabTo(page.getByLabel('Query', { exact: true }));
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('Which animal lays eggs?');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(
    'A dog barks at the postman.\n\nThe hen sat on her eggs\nuntil they hatched.\n\n\nStones are hard.',
  );
  await page.getByLabel('Reranker', { exact: true }).selectOption('all-MiniLM-L6-v2');
  await page.getByLabel('Compare with').selectOption('given');
  await page.getByLabel('Passages, an empty line between them').press('Control+Enter');
  await expect(page.locator('[data-order="after"] [data-passage]')).toHaveCount(3, { timeout: LONG });
  expect(await order(page, 'before')).toEqual([0, 1, 2]);
  expect((await order(page, 'after'))[0]).toBe(1);
  await expect(page.locator('[data-order="after"] .moved').first()).toContainText('1 place up');
  await expect(page.getByText('by all-MiniLM-L6-v2 in this browser')).toBeVisible();
});

test('offers Jina’s rerankers with their sizes', async ({ demo, page }) => {
  await demo.openPage('rerank');
  const options = page.getByLabel('Reranker', { exact: true }).locator('option');
  await expect(options.filter({ hasText: 'jina-reranker-v1-tiny-en' })).toHaveText(/\(\d+ MB\)$/u);
  await expect(options.filter({ hasText: 'jina-reranker-m0' })).toHaveCount(0);
});

test('says at the field what is missing', async ({ demo, page }) => {
  await demo.openPage('rerank');
  const [query, passages] = [
    page.getByLabel('Query', { exact: true }),
    page.getByLabel('Passages, an empty line between them'),
  ];
  await query.fill('  ');
  await rerank(page);
  await demo.expectGap(query, /^Type a question/u);
  await expect(page.locator('[data-order]')).toHaveCount(0);
  await expectAccessible(page);
  await query.fill('bread');
  await expect(query).not.toHaveAttribute('aria-invalid');
  await passages.fill(' \n\n ');
  await rerank(page);
  await demo.expectGap(passages, /^Write at least two passages/u);
  await expect(demo.problems).toHaveCount(0);
});

test('marks an order that the form no longer asks for, and drops it when a request fails', async ({
  demo,
  page,
  consoleLog,
}) => {
  test.setTimeout(LONG);
  consoleLog.expectFailedRequests();
  await demo.openPage('rerank');
  await page.getByLabel('Compare with').selectOption('given');
  await rerank(page);
  const ranked = page.locator('[data-order="after"] [data-passage]');
  await expect(ranked).toHaveCount(10, { timeout: LONG });
  const note = page.getByText('From before your last change to the form.');
  await expect(note).toHaveCount(0);
  await page.getByLabel('Query', { exact: true }).fill('locks');
  await expect(note).toBeVisible();
  await rerank(page);
  await expect(note).toHaveCount(0);
  await demo.useRemote({ apiKey: 'any', baseUrl: 'http://localhost:9' });
  await rerank(page);
  await demo.expectProblem('CONNECTION_FAILED', 'The server could not be reached');
  await expect(ranked).toHaveCount(0);
  await expect(page.locator('device-badge .dot')).toHaveAttribute('data-reach', 'failed');
  // It is said here, and nowhere else.
  await page.getByRole('link', { name: 'Segment', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Segment', level: 2 })).toBeVisible();
  await expect(demo.problems).toHaveCount(0);
});

test.describe('at a server', () => {
  let server: Awaited<ReturnType<typeof startDemoServer>>;
  test.beforeAll(async () => {
    server = await startDemoServer();
  });
  test.afterAll(() => server.close());

  test('ranks as here', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('rerank');
    await page.getByLabel('Compare with').selectOption('given');
    await rerank(page);
    await expect(page.locator('[data-order="after"] [data-passage]')).toHaveCount(10, { timeout: LONG });
    const here = await scores(page);
    const [first] = await order(page, 'after');
    await demo.useRemote(server);
    await page.getByLabel('Reranker', { exact: true }).fill('minilm-reranker');
    await rerank(page);
    await expect(page.getByText(`by minilm-reranker at ${new URL(server.baseUrl).host}`)).toBeVisible({
      timeout: LONG,
    });
    expect((await order(page, 'after'))[0]).toBe(first);
    // The int8 kernels of the two runtimes round differently, so that near ties may change places.
    for (const [passage, score] of await scores(page)) {
      expect(Math.abs(score - here.get(passage)!), `passage ${passage}`).toBeLessThan(0.05);
    }
  });
});
