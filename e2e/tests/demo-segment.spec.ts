/** Texts in chunks and tokens, here and at a server. */
import type { Page } from '@playwright/test';
import { SAMPLE_CONTENT } from '../../demo/src/segment/sample.ts';
import { expectAccessible } from './axe.ts';
import { expect, LONG, test } from './demo-page.ts';
import { startDemoServer } from './demo-server.ts';

const segment = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Segment', exact: true }).click();
  await expect(page.getByText('Segmenting')).toHaveCount(0, { timeout: LONG });
};

const chunks = (page: Page): Promise<string[]> => page.locator('.chunk-text').allTextContents();

test('shows chunks whose positions put the text together again, with tokens and ids', async ({
  demo,
  page,
}) => {
  test.setTimeout(LONG);
  await demo.openPage('segment');
  await segment(page);
  await expect(page.locator('.chunk').first()).toBeVisible({ timeout: LONG });
  const texts = await chunks(page);
  expect(texts.length).toBeGreaterThan(3);
  expect(texts.join('')).toBe(SAMPLE_CONTENT);
  await expect(page.getByTestId('chunk-count')).toHaveText(`${texts.length} chunks`);
  let end = 0;
  for (const [index, head] of (await page.locator('.chunk-head').all()).entries()) {
    const [, from, to] = /([\d,]+) – ([\d,]+)/u
      .exec((await head.textContent()) ?? '')!
      .map((value) => value.replace(',', ''));
    expect(SAMPLE_CONTENT.slice(Number(from), Number(to))).toBe(texts[index]);
    expect(Number(from)).toBe(end);
    end = Number(to);
    await expect(head).toContainText(/\d+ tokens?\s*$/u);
  }
  // Neighbours have different colours.
  const colours = await page
    .locator('.chunk')
    .evaluateAll((items) => items.slice(0, 2).map((item) => getComputedStyle(item).borderLeftColor));
  expect(colours[0]).not.toBe(colours[1]);

  await expect(page.locator('.token')).toHaveCount(0);
  const summary = page.locator('token-list summary').first();
  await demo.tabTo(summary);
  await page.keyboard.press('Enter');
  const tokens = page.locator('token-list').first().locator('li');
  // "# Keeping a sourdough starter" starts with "#", then " Keeping", as cl100k_base has them.
  await expect(tokens.nth(0)).toHaveText('#2');
  await expect(tokens.nth(1)).toHaveText(/^·Keeping\d+$/u);
  await expectAccessible(page);
});

test('tokenizers, strategies, overlap, head and tail', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.openPage('segment');
  await page
    .getByLabel('Text', { exact: true })
    .fill('One is here. Two is there. Three is nowhere. Four is everywhere.');
  await page.getByLabel('Chunks by').selectOption('sentence');
  await page.getByLabel('Longest chunk').fill('30');
  await segment(page);
  await expect
    .poll(() => chunks(page))
    .toEqual(['One is here. Two is there. ', 'Three is nowhere. ', 'Four is everywhere.']);

  await page.getByLabel('Chunks by').selectOption('tokens');
  await expect(page.getByLabel('Longest chunk, in tokens')).toBeVisible();
  await page.getByLabel('Longest chunk').fill('4');
  await page.getByLabel('Overlap').fill('1');
  await page.getByLabel('Text', { exact: true }).press('Control+Enter');
  await expect.poll(async () => (await chunks(page))[1]).toMatch(/^\./u);

  await page.getByLabel('Chunks by').selectOption('structure');
  await page.getByLabel('Longest chunk').fill('');
  await page.getByLabel('Overlap').fill('');
  await page.getByLabel('Tokens', { exact: true }).selectOption('tail');
  await page.getByLabel('How many tokens').fill('3');
  await segment(page);
  await expect(page.getByTestId('token-count')).toHaveText('3 tokens');

  await page.getByLabel('Tokens', { exact: true }).selectOption('all');
  await page.getByLabel('Tokenizer').selectOption('all-MiniLM-L6-v2');
  await segment(page);
  await expect(page.locator('.timings')).toContainText('all-MiniLM-L6-v2 in this browser', { timeout: LONG });

  await page.getByLabel('Tokenizer').selectOption('gpt2');
  await page.getByLabel('Text', { exact: true }).fill('Before <|endoftext|> after');
  await segment(page);
  await expect(page.getByTestId('special-tokens')).toContainText('<|endoftext|>', { timeout: LONG });
});

test('cuts where the meaning changes', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.openPage('segment');
  const bread = 'Sourdough bread needs a starter. The dough rises over night. Bake the loaf in a hot oven. ';
  const sky =
    'Jupiter is the largest planet. Saturn has bright rings. Telescopes show the moons of both planets.';
  await page.getByLabel('Text', { exact: true }).fill(bread + sky);
  await page.getByLabel('Chunks by').selectOption('semantic');
  await expect(page.getByLabel('Embedding model')).toHaveValue('all-MiniLM-L6-v2');
  await page.getByLabel('Longest chunk').fill('120');
  await segment(page);
  await expect.poll(() => chunks(page), { timeout: LONG }).toEqual([bread, sky]);
});

test('says when an option does not fit', async ({ demo, page }) => {
  await demo.openPage('segment');
  await page.getByLabel('Overlap').fill('300');
  await segment(page);
  await demo.expectGap(
    page.getByLabel('Overlap'),
    'The overlap must be smaller than the longest chunk, 300.',
  );
  await page.getByLabel('Overlap').fill('');
  await segment(page);
  await expect(demo.problems).toHaveCount(0);
  await expect(page.locator('.chunk').first()).toBeVisible({ timeout: LONG });
});

test('says when there is no text', async ({ demo, page }) => {
  await demo.openPage('segment');
  const content = page.getByLabel('Text', { exact: true });
  await content.fill(' \n ');
  await segment(page);
  await demo.expectGap(content, /^Type or paste a text/u);
  await expect(page.getByTestId('chunk-count')).toHaveCount(0);
});

test.describe('at a server', () => {
  let server: Awaited<ReturnType<typeof startDemoServer>>;
  test.beforeAll(async () => {
    server = await startDemoServer();
  });
  test.afterAll(() => server.close());

  test('segments as here', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('segment');
    await segment(page);
    await expect(page.locator('.chunk').first()).toBeVisible({ timeout: LONG });
    const here = await chunks(page);
    await demo.useRemote(server);
    await segment(page);
    await expect(page.locator('.timings')).toContainText(new URL(server.baseUrl).host, { timeout: LONG });
    expect(await chunks(page)).toEqual(here);
  });
});
