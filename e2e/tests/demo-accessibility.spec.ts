/** The demo by keyboard, on narrow screens, and under axe-core's rules. */
import type { Page } from '@playwright/test';
import { violations } from './axe.ts';
import { expect, LONG, SHORT_TEXT, test } from './demo-page.ts';

/** A file that is refused, for a problem to look at. */
const addEmptyFile = (page: Page): Promise<void> =>
  page
    .locator('input[type="file"]')
    .first()
    .setInputFiles({ name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.from('') });

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360] as const) {
    test(`has no serious violations, ${colorScheme}, ${width} px`, async ({ demo, page }) => {
      test.setTimeout(LONG);
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await demo.open();
      await expect(page.locator('device-badge summary')).toContainText('CPU');
      expect(await violations(page), 'first visit').toEqual([]);

      await page.getByRole('button', { name: 'Paste text…' }).click();
      expect(await violations(page), 'pasting').toEqual([]);
      await page.getByRole('button', { name: 'Cancel' }).click();

      await demo.paste(' ');
      expect(await violations(page), 'nothing to paste').toEqual([]);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await demo.paste(SHORT_TEXT);
      await demo.indexed(3);
      await addEmptyFile(page);
      await expect(demo.problems).toHaveCount(1);
      await demo.ask('How do I bake with wild yeast?');
      await expect(demo.answers.first().locator('mark')).toBeVisible();
      await page.locator('device-badge summary').click();
      expect(await violations(page), 'answers').toEqual([]);

      await page.getByRole('radio', { name: 'Remote' }).check();
      expect(await violations(page), 'remote').toEqual([]);
      await demo.expectNoOverflow();
    });
  }
}

test('fits 320 pixels in every state', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await page.setViewportSize({ width: 320, height: 640 });
  await demo.open();
  await demo.expectNoOverflow();
  await page.locator('device-badge summary').click();
  await demo.expectNoOverflow();
  const popover = await page.locator('device-badge .popover').boundingBox();
  expect(popover!.x).toBeGreaterThanOrEqual(0);
  expect(popover!.x + popover!.width).toBeLessThanOrEqual(320);
  await page.keyboard.press('Escape');
  await demo.paste(
    `${SHORT_TEXT}\n\n${'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz'.repeat(4)} is long.`,
  );
  await demo.indexed(4);
  await demo.ask('Which word has no end, and why does it need so many letters to say so little?');
  await demo.expectNoOverflow();
  await page.getByRole('radio', { name: 'Remote' }).check();
  await demo.expectNoOverflow();
});

test('works by keyboard alone', async ({ demo, page }) => {
  test.setTimeout(LONG);
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      return element.getAttribute('aria-label') ?? (element.textContent || element.id);
    });
  const tabTo = async (name: string): Promise<void> => {
    for (let presses = 0; presses < 30; presses++) {
      if ((await focused()).trim() === name) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches "${name}".`);
  };

  await demo.open();
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the question');
  await page.keyboard.press('Enter');
  await expect(demo.question).toBeFocused();

  await tabTo('Paste text…');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByLabel('Text', { exact: true })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
  expect((await focused()).trim()).toBe('Paste text…');
  await page.keyboard.press('Enter');
  await page.keyboard.insertText(SHORT_TEXT);
  await tabTo('Add text');
  await page.keyboard.press('Enter');
  await demo.indexed(3);

  await page.keyboard.press('/');
  await expect(demo.question).toBeFocused();
  await page.keyboard.type('wild yeast and/or baking');
  await expect(demo.question).toHaveValue('wild yeast and/or baking');
  await expect(demo.answers).toHaveCount(3, { timeout: LONG });
  await page.keyboard.press('ArrowDown');
  await expect(demo.answers.nth(0)).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(demo.answers.nth(1)).toBeFocused();
  await page.keyboard.press('End');
  await expect(demo.answers.nth(2)).toBeFocused();
  await page.keyboard.press('Home');
  const outline = await demo.answers.nth(0).evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(outline).toBe('solid');
  await page.keyboard.press('ArrowUp');
  await expect(demo.question).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Escape');
  await expect(demo.question).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(demo.question).toHaveValue('');
  await expect(demo.answers).toHaveCount(0);

  await page.getByRole('radio', { name: 'Local' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Remote' })).toBeChecked();
  await tabTo('api-key');
  await expect(page.getByLabel('API key', { exact: true })).toBeFocused();
});

test('switching between Local and Remote is announced', async ({ demo, page }) => {
  await demo.open();
  await page.getByRole('radio', { name: 'Remote' }).check();
  await expect(page.getByRole('status')).toHaveText('Remote: computed at api.jina.ai.');
  await page.getByRole('radio', { name: 'Local' }).check();
  await expect(page.getByRole('status')).toHaveText('Local: computed in this browser.');
});

test('removing one thing after the other keeps the focus in the list', async ({ demo, page }) => {
  await demo.openPage('classify/pictures');
  const remove = page.locator('.picture > button');
  await demo.tabTo(remove.nth(1));
  await page.keyboard.press('Enter');
  await expect(remove).toHaveCount(5);
  await expect(remove.nth(1)).toBeFocused();
  await remove.nth(4).focus();
  await page.keyboard.press('Enter');
  await expect(remove.nth(3)).toBeFocused();
});

test('answers are no stops of Tab, and a problem’s title is below the page’s', async ({ demo, page }) => {
  await demo.open();
  await demo.paste(SHORT_TEXT);
  await demo.indexed(3);
  await demo.ask('How do I bake with wild yeast?');
  await expect(demo.answers).toHaveCount(3);
  for (const answer of await demo.answers.all()) await expect(answer).toHaveAttribute('tabindex', '-1');
  await page.getByRole('radio', { name: 'Remote' }).check();
  await page.getByRole('link', { name: 'Rerank', exact: true }).click();
  await page.getByRole('button', { name: 'Rerank', exact: true }).click();
  await expect(demo.problems.getByRole('heading', { level: 3 })).toHaveText('An API key is needed');
});
