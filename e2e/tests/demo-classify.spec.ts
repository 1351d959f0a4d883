/** Classification by labels, of texts and pictures; here and at a server. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expectAccessible } from './axe.ts';
import { expect, LONG, test } from './demo-page.ts';
import { startDemoServer } from './demo-server.ts';

const LABELS = ['billing', 'delivery', 'technical problem'];
const EXPECTED = ['delivery', 'billing', 'technical problem', 'billing', 'technical problem'];

const picture = (name: string): string =>
  fileURLToPath(new URL(`../../packages/models/icon-clip/model/samples/${name}.png`, import.meta.url));

test.describe('texts by labels', () => {
  test('labels the sample, and scores sum to 1', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('classify');
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    const results = page.locator('.classified');
    await expect(results).toHaveCount(EXPECTED.length, { timeout: LONG });
    const predictions = await results.evaluateAll((items) => items.map((item) => item.dataset.prediction));
    expect(predictions).toEqual(EXPECTED);
    for (const result of await results.all()) {
      const scores = (await result.locator('.value').allInnerTexts()).map(Number.parseFloat);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(100, 0);
      expect(
        (await result.locator('li').evaluateAll((items) => items.map((item) => item.dataset.label))).sort(),
      ).toEqual(LABELS);
    }
    await expect(page.getByText('by all-MiniLM-L6-v2 in this browser')).toBeVisible();
    await expect(page.locator('[data-timing="classify"]')).toHaveText(/ms|s$/u);
    await expectAccessible(page);

    // A larger temperature decides less.
    const best = results.first().locator('.value').first();
    const decided = Number.parseFloat((await best.textContent()) ?? '');
    await page.getByLabel('Temperature').fill('1');
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    await expect
      .poll(async () => Number.parseFloat((await best.textContent()) ?? ''))
      .toBeLessThan(decided - 20);
  });

  test('edits labels by keyboard alone', async ({ demo, page }) => {
    await demo.openPage('classify');
    const field = page.getByLabel('Labels', { exact: true }).and(page.locator('input'));
    const chips = page.locator('.chip > span');
    await demo.tabTo(field);
    await page.keyboard.press('Backspace');
    await expect(chips).toHaveText(['delivery', 'billing']);
    await page.keyboard.type('praise');
    await page.keyboard.press('Enter');
    await page.keyboard.type('complaint,billing,');
    await expect(chips).toHaveText(['delivery', 'billing', 'praise', 'complaint']);
    await expect(field).toHaveValue('');
    await page.keyboard.press('Shift+Tab');
    await expect(page.getByRole('button', { name: 'Remove label complaint' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(chips).toHaveText(['delivery', 'billing', 'praise']);
    await expect(field).toBeFocused();
    await field.evaluate((element) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text', 'one\ntwo\r\n\nthree\n');
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    await expect(chips).toHaveText(['delivery', 'billing', 'praise', 'one', 'two', 'three']);

    await page
      .getByLabel('Texts, one a line')
      .fill('Wonderful work, I could not be happier, thank you so much!');
    await page.getByLabel('Texts, one a line').press('Control+Enter');
    await expect(page.locator('.classified')).toHaveAttribute('data-prediction', 'praise', { timeout: LONG });
  });

  test('says when there is nothing to classify', async ({ demo, page }) => {
    await demo.openPage('classify');
    await page.getByLabel('Texts, one a line').fill(' \n ');
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    await demo.expectGap(page.getByLabel('Texts, one a line'), /^Write at least one text/u);
    await expect(demo.problems).toHaveCount(0);
  });

  test('says that one label is no choice', async ({ demo, page }) => {
    await demo.openPage('classify');
    await page.getByRole('button', { name: 'Remove label billing' }).click();
    await page.getByRole('button', { name: 'Remove label delivery' }).click();
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    const field = page.getByLabel('Labels', { exact: true }).and(page.locator('input'));
    await demo.expectGap(field, /^Add a second label/u);
    await expect(page.locator('.classified')).toHaveCount(0);
    await field.fill('praise,');
    await expect(field).not.toHaveAttribute('aria-invalid');
  });

  test('classifies more lines than a request holds', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('classify');
    const lines = Array.from({ length: 600 }, (_, index) => `Invoice ${index}`);
    await page.getByLabel('Texts, one a line').fill(lines.join('\n'));
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    await expect(page.locator('.classified')).toHaveCount(600, { timeout: LONG });
    await expect(page.locator('.classified').last().locator('> p')).toHaveText('Invoice 599');
    await expect(demo.problems).toHaveCount(0);
  });

  test('a text that is too long is named as people count, without code', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('classify');
    await page.getByLabel('Texts, one a line').fill(`A short one.\n${'word '.repeat(1500)}`);
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    await demo.expectProblem('INPUT_TOKEN_LIMIT_EXCEEDED', 'The text is too long for this model');
    await expect(demo.problems).toContainText('Text 2 has 1,502 tokens; all-MiniLM-L6-v2 reads at most 256.');
    await expect(demo.problems).not.toContainText('truncate');
  });
});

test('the address of classifying by examples leads to Teach', async ({ page }) => {
  await page.goto('/?device=wasm#/classify/examples');
  await expect(page.getByRole('heading', { level: 2, name: 'Teach', exact: true })).toBeVisible();
  await expect(page).toHaveURL(/#\/teach$/u);
});

test.describe('pictures', () => {
  test('labels the samples and pictures that are chosen or dropped', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('classify/pictures');
    await expect(page.getByText(/For emoji, icons and clip-art only/u)).toBeVisible();
    await page.getByRole('button', { name: 'Classify the pictures' }).click();
    const labelled = page.locator('.picture[data-prediction]');
    await expect(labelled).toHaveCount(6, { timeout: LONG });
    expect(await labelled.evaluateAll((items) => items.map((item) => item.dataset.prediction))).toEqual([
      'pizza',
      'dog',
      'boat',
      'musical instrument',
      'tool',
      'rain',
    ]);
    await expectAccessible(page);

    await page
      .getByLabel('Pictures', { exact: true })
      .and(page.locator('input'))
      .setInputFiles(picture('rocket'));
    const bytes = (await readFile(picture('sunflower'))).toString('base64');
    const transfer = await page.evaluateHandle(async (base64) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([content], 'sunflower.png', { type: 'image/png' }));
      return data;
    }, bytes);
    await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
    await expect(page.locator('.picture')).toHaveCount(8);
    const field = page.getByLabel('Labels', { exact: true }).and(page.locator('input'));
    await field.fill('rocket, flower,');
    await page.getByRole('button', { name: 'Classify the pictures' }).click();
    await expect(labelled).toHaveCount(8, { timeout: LONG });
    await expect(labelled.nth(0)).toHaveAttribute('data-prediction', 'flower');
    await expect(labelled.nth(1)).toHaveAttribute('data-prediction', 'rocket');
    await page.getByRole('button', { name: 'Remove rocket.png' }).click();
    await expect(page.locator('.picture')).toHaveCount(7);
  });

  test('says when a file is no picture', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('classify/pictures');
    for (const remove of await page.getByRole('button', { name: /^Remove (?!label)/u }).all())
      await remove.waitFor();
    while ((await page.locator('.picture').count()) > 0) {
      await page.locator('.picture button').first().click();
    }
    await expect(page.getByText('No pictures. Choose or drop some.')).toBeVisible();
    await page
      .getByLabel('Pictures', { exact: true })
      .and(page.locator('input'))
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await expect(page.locator('.picture')).toContainText(
      'notes.txt is no picture that this browser can read.',
    );
    await page.getByRole('button', { name: 'Classify the pictures' }).click();
    await expect(page.getByRole('button', { name: 'Choose pictures…' })).toBeFocused();
    await expect(page.getByText(/^Add a picture first/u)).toBeVisible();
    await expect(demo.problems).toHaveCount(0);
  });

  test('a drawing is classified, and a file that is no picture does not stop it', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('classify/pictures');
    const circle =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><style>.a{fill:red}</style><circle class="a" cx="4" cy="4" r="4" style="stroke:none"/></svg>';
    await page
      .getByLabel('Pictures', { exact: true })
      .and(page.locator('input'))
      .setInputFiles([
        { name: 'circle.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(circle) },
        { name: 'log.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') },
      ]);
    const field = page.getByLabel('Labels', { exact: true }).and(page.locator('input'));
    await field.fill('red circle,');
    await page.getByRole('button', { name: 'Classify the pictures' }).click();
    await expect(page.locator('.picture[data-prediction]')).toHaveCount(7, { timeout: LONG });
    await expect(page.locator('.picture').first()).toHaveAttribute('data-prediction', 'red circle');
    await expect(page.locator('.picture[data-refused]')).toHaveText(/log\.txt is no picture/u);
    await expect(demo.problems).toHaveCount(0);
    await expectAccessible(page);
  });
});

test.describe('at a server', () => {
  let server: Awaited<ReturnType<typeof startDemoServer>>;
  test.beforeAll(async () => {
    server = await startDemoServer();
  });
  test.afterAll(() => server.close());

  test('labels texts and pictures as here', async ({ demo, page }) => {
    test.setTimeout(LONG);
    await demo.openPage('classify');
    await demo.useRemote(server);
    await page.getByLabel('Model').fill('all-MiniLM-L6-v2');
    await page.getByLabel('Temperature').fill('0.05');
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    const results = page.locator('.classified');
    await expect(results).toHaveCount(EXPECTED.length, { timeout: LONG });
    expect(await results.evaluateAll((items) => items.map((item) => item.dataset.prediction))).toEqual(
      EXPECTED,
    );
    await expect(page.getByText(`by all-MiniLM-L6-v2 at ${new URL(server.baseUrl).host}`)).toBeVisible();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Pictures' }).click();
    await page.getByLabel('Model').fill('icon-clip');
    await page.getByRole('button', { name: 'Classify the pictures' }).click();
    await expect(page.locator('.picture[data-prediction]')).toHaveCount(6, { timeout: LONG });
    await expect(page.locator('.picture').first()).toHaveAttribute('data-prediction', 'pizza');
  });

  test('the hosted API takes no temperature, and the page says so', async ({ demo, page }) => {
    await demo.openPage('classify');
    await page.getByRole('radio', { name: 'Remote' }).check();
    await page.getByLabel('API key', { exact: true }).fill('jina_any');
    await page.getByLabel('Temperature').fill('0.1');
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    await demo.expectProblem('NOT_SUPPORTED', 'This is not possible here');
  });
});
