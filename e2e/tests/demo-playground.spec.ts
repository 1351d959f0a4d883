/** The pages Playground and Benchmark. */
import { expectAccessible } from './axe.ts';
import { expect, LONG, test } from './demo-page.ts';

const KEY = 'jina_this-key-stays-here';

test('a request is run from its form, edited as JSON, and shared by link', async ({
  demo,
  page,
  context,
}) => {
  test.setTimeout(LONG);
  await demo.openPage('playground');
  const input = page.getByLabel('input required');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const outcome = page.locator('[data-outcome="embeddings"]');
  await expect(outcome).toBeVisible({ timeout: LONG });
  await expect(outcome.locator('.timings')).toContainText(/all-MiniLM-L6-v2 in this browser.*37 tokens/su);
  await expect(outcome.locator('.json summary')).toHaveCount(4);
  await expect(outcome.locator('.json summary').first()).toContainText('384 numbers');

  // Pasta is nearer to spaghetti than to a train.
  const cells = page.locator('.matrix tbody tr').first().locator('td');
  await expect(cells).toHaveCount(4);
  const [same, pasta, train] = (await cells.allTextContents()).map(Number);
  expect(same).toBe(1);
  expect(pasta).toBeGreaterThan(train! + 0.3);
  await expectAccessible(page);

  // Form and JSON are the same request.
  await input.fill('one\ntwo');
  await expect(page.getByText('From before your last change to the form.')).toBeVisible();
  await page.getByRole('tab', { name: 'JSON' }).click();
  const json = page.getByLabel('Request as JSON').and(page.locator('textarea'));
  await expect(json).toHaveValue(/"input": \[\s*"one",\s*"two"\s*\]/u);
  await json.fill('{ "model": "all-MiniLM-L6-v2", "input": [], "normalized": false');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await demo.expectGap(json, 'This is no JSON object.');
  await json.fill('{ "model": "all-MiniLM-L6-v2", "input": [], "normalized": false }');
  await page.getByRole('tab', { name: 'Form' }).click();
  await expect(page.getByLabel('normalized')).not.toBeChecked();

  // The schema says what is wrong, at the field.
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await demo.expectGap(input, /^Input list cannot be empty\./u);
  await input.fill('مرحبا بالعالم');
  await page.getByLabel('normalized').check();

  // The key stays here, whatever the link is of.
  await page.getByRole('radio', { name: 'Remote' }).check();
  await page.getByLabel('API key', { exact: true }).fill(KEY);
  await page.getByRole('button', { name: 'Share by link' }).click();
  const link = await page.getByLabel('Link to this request').inputValue();
  expect(decodeURIComponent(link)).not.toContain(KEY);
  await page.getByRole('tab', { name: 'curl' }).click();
  await expect(page.locator('#code pre')).toContainText('Bearer $JINA_API_KEY');

  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByLabel('input required')).toHaveValue('مرحبا بالعالم');
  await expect(other).toHaveURL(/#\/playground\/embeddings$/u);
});

test('what this side lacks is said, with who has it', async ({ demo, page }) => {
  await demo.openPage('playground/search');
  await expect(page.getByTestId('missing')).toHaveText(
    'There is no search in this browser. Choose Remote or Auto above: api.jina.ai has it, or a server of your own.',
  );
  await page.getByRole('radio', { name: 'Remote' }).check();
  await expect(page.getByTestId('missing')).toHaveCount(0);
  await page.getByRole('link', { name: 'classifiers', exact: true }).click();
  await page.getByRole('link', { name: 'classifiers.export' }).click();
  await expect(page.getByTestId('missing')).toContainText('Choose Local above');
});

test('by keyboard: tabs by arrows, a classifier trained and listed', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.openPage('playground/train');
  const local = page.getByRole('tab', { name: 'Local', exact: true });
  await demo.tabTo(local);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Remote', exact: true })).toBeFocused();
  await expect(page.locator('#code pre mark')).toContainText('@nearfield/remote');
  await page.getByLabel('model required').focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-outcome="train"]')).toContainText('"num_samples": 4', { timeout: LONG });

  // Forms about what was made know its id.
  await page.getByRole('link', { name: 'classifiers', exact: true }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('[data-outcome="classifiers.list"]')).toContainText('"spare parts"');
  await page.getByRole('link', { name: 'classifiers.delete' }).click();
  await expect(page.getByLabel('classifier_id required')).toHaveValue(/\w{8}/u);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('[data-outcome="classifiers.delete"]')).toBeVisible();
  await page.setViewportSize({ width: 320, height: 640 });
  await demo.expectNoOverflow();
});

test('the engine is measured here, beside the published figures', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.openPage('benchmark');
  await expect(page.getByRole('radio', { name: /^GPU/u })).toBeDisabled();
  await page.getByRole('button', { name: 'Measure' }).click();
  // Figures come one by one; the whole run takes longer than a test should.
  const query = page.locator('tr[data-measure="query"]');
  await expect(query).toContainText(/ms.*± .*p95 .*20 rounds.*times as fast.*raw onnxruntime-web/su, {
    timeout: LONG,
  });
  await expect(page.getByRole('progressbar', { name: 'Steps of the measurement' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await expect(query).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Measure' }).click();
  await expect(query).toHaveCount(0);
  await page.getByRole('button', { name: 'Cancel' }).click();
});
