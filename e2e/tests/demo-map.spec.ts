/** The map of embeddings: made of real texts by the real model and worker, used by pointer and by keyboard. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expectAccessible } from './axe.ts';
import { expect, LONG, test } from './demo-page.ts';

/** Three subjects, ten lines each. */
const LINES = Object.entries({
  bread: [
    'The oven must be hot before the loaf goes in',
    'Knead the dough for ten minutes',
    'Rye flour needs sourdough',
    'Let the dough rise under a cloth',
    'A crust cracks when it cools',
    'Yeast eats sugar and makes gas',
    'Butter goes well on fresh rolls',
    'Bake the baguette with steam',
    'Salt the dough after the first rest',
    'Old bread makes good dumplings',
  ],
  sky: [
    'Jupiter has more than ninety moons',
    'A comet shows its tail near the Sun',
    'The Moon pulls the tides',
    'Stars are suns far away',
    'Saturn has rings of ice',
    'An eclipse needs Sun, Moon and Earth in a line',
    'Mars looks red because of rust',
    'Galaxies hold billions of stars',
    'A meteor burns up in the air',
    'Venus is brighter than any star',
  ],
  bicycle: [
    'Oil the chain of the bicycle',
    'Pump the tyres before the ride',
    'The brake pads rub on the rim',
    'Shift to an easier gear uphill',
    'Patch the inner tube where it leaks',
    'Raise the saddle to hip height',
    'Tighten the spokes of the wheel',
    'Wear a helmet on the bike',
    'The pedals have left and right threads',
    'Lock the frame to a rack',
  ],
}).flatMap(([label, texts]) => texts.map((text) => ({ label, text })));

const CSV = `text,label\n${LINES.map(({ text, label }) => `"${text}",${label}`).join('\n')}\n`;

/** Makes the map of the lines, and waits until it is complete. */
async function mapLines(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Texts' }).fill(CSV);
  await page.getByRole('button', { name: 'Map these texts' }).click();
  await expect(page.getByTestId('map-quality')).toContainText(
    /Trustworthiness \d\.\d\d \(PCA\), \d\.\d\d \(UMAP\)/u,
    {
      timeout: LONG,
    },
  );
}

test('texts of one meaning lie together, are found by meaning, and are saved with their places', async ({
  demo,
  page,
}) => {
  test.setTimeout(LONG);
  await demo.openPage('map');
  await mapLines(page);
  await expect(page.getByTestId('map-answered')).toContainText('30 texts');
  await expect(page.getByTestId('map-answered')).toContainText('by all-MiniLM-L6-v2 in this browser');

  await page.getByRole('searchbox', { name: 'Find by meaning' }).fill('planets');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  const found = page.getByTestId('map-found').getByRole('listitem');
  await expect(found).toHaveCount(10);
  const texts = await found.locator('.text').allTextContents();
  const sky = LINES.filter(({ label }) => label === 'sky').map(({ text }) => text);
  expect(texts.slice(0, 5).filter((text) => sky.includes(text.trim()))).toHaveLength(5);
  const cosines = (await found.locator('.cosine').allTextContents()).map(Number);
  expect(cosines).toEqual([...cosines].sort((a, b) => b - a));
  // Neighbours of a text are told by the vectors.
  await found.first().getByRole('button').click();
  await expect(page.getByTestId('map-current')).toContainText('Nearest by the original vectors');
  await expect(page.getByTestId('map-current').getByRole('listitem')).toHaveCount(8);
  await expectAccessible(page);

  // A label's points are selected by its mark, and saved.
  await page.getByRole('button', { name: /^bicycle/u }).click();
  await expect(page.getByTestId('map-list')).toContainText('10 texts selected');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as JSON' }).click(),
  ]);
  const saved = JSON.parse(await readFile(await download.path(), 'utf8')) as {
    label: string;
    x: number;
    y: number;
  }[];
  expect(saved).toHaveLength(10);
  expect(new Set(saved.map(({ label }) => label))).toEqual(new Set(['bicycle']));
  // They lie together: nearer to their middle than the map is wide.
  const [x, y] = (['x', 'y'] as const).map((axis) => saved.reduce((sum, point) => sum + point[axis] / 10, 0));
  const spread = saved.map((point) => Math.hypot(point.x - x!, point.y - y!)).sort((a, b) => a - b);
  expect(spread[6]).toBeLessThan(0.3);
  await expect(demo.problems).toHaveCount(0);
});

test('is used by the keyboard alone, and with a lasso', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await demo.openPage('map');
  await mapLines(page);
  const map = page.getByRole('application', { name: 'Map of 30 texts' });
  await demo.tabTo(map);
  await page.keyboard.press('ArrowRight');
  const current = page.getByTestId('map-current').locator('.map-text');
  const first = await current.textContent();
  await page.keyboard.press('ArrowLeft');
  await expect(current).not.toHaveText(first!);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('map-list')).toContainText('1 text selected');
  await page.keyboard.press('Escape');
  await expect(current).toHaveCount(0);

  await page.getByRole('radio', { name: 'Lasso' }).check();
  const { x, y, width, height } = (await map.boundingBox())!;
  await page.mouse.move(x + 5, y + 5);
  await page.mouse.down();
  for (const [right, down] of [
    [width - 5, 5],
    [width - 5, height - 5],
    [5, height - 5],
  ] as const)
    await page.mouse.move(x + right, y + down, { steps: 3 });
  await page.mouse.up();
  await expect(page.getByTestId('map-list')).toContainText('30 texts selected');
  await page.getByRole('button', { name: 'Clear the selection' }).click();

  // The same without a pointer: by words.
  await page.getByRole('searchbox', { name: 'Words in texts, names and labels' }).fill('dough');
  await page.getByRole('button', { name: /^Select \d texts$/u }).click();
  await expect(page.getByTestId('map-list')).toContainText('4 texts selected');

  // Groups by the vectors are named by their words.
  await page.getByRole('radio', { name: 'Group' }).check();
  await page.getByRole('spinbutton', { name: 'Groups' }).fill('3');
  await page.keyboard.press('Tab');
  const names = page.getByRole('region', { name: 'What the marks mean' }).getByRole('button');
  await expect(names).toHaveCount(3);
  await expect(names.filter({ hasText: 'dough' })).toHaveCount(1);
  await expect(page.getByRole('radio', { name: 'PCA' })).toBeEnabled();
  await demo.expectNoOverflow();
});

/** A sample picture of the demo. */
const picture = (name: string): string =>
  new URL(`../../demo/src/classify/samples/${name}.png`, import.meta.url).pathname;

test('pictures and texts are on one map, and found by what they mean', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await demo.openPage('map');
  const names = ['pizza', 'dog-face', 'sailboat', 'guitar', 'hammer', 'cloud-with-rain'];
  const files = page.getByLabel('Files', { exact: true }).and(page.locator('input'));
  const pictures = names.map(async (name) => ({
    name: `${name}.png`,
    mimeType: 'image/png',
    buffer: await readFile(picture(name)),
  }));
  await files.setInputFiles([
    ...(await Promise.all(pictures)),
    { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
  ]);
  const answered = page.getByTestId('map-answered');
  await expect(answered).toContainText('6 pictures', { timeout: LONG });
  await expect(answered).toContainText('by icon-clip in this browser');
  await expect(page.getByRole('application', { name: 'Map of 6 pictures' })).toBeVisible({ timeout: LONG });
  await page.getByText('Texts, pictures and model').click();
  await expect(page.getByText(/broken\.png/u)).toBeVisible();

  // Texts come to them by the same model, as their vectors are compared.
  await page.getByRole('checkbox', { name: 'Add to what is on the map' }).check();
  await page.getByRole('textbox', { name: 'Texts' }).fill('my puppy barks\nbake it with cheese and tomatoes');
  await page.getByRole('button', { name: 'Map these texts' }).click();
  await expect(answered).toContainText('8 texts and pictures', { timeout: LONG });
  await expect(answered).toContainText('6 vectors kept from before');

  await page.getByRole('searchbox', { name: 'Find by meaning' }).fill('a dog');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  const found = page.getByTestId('map-found').getByRole('listitem');
  await expect(found).toHaveCount(5, { timeout: LONG });
  await expect(found.nth(0)).toContainText('dog-face.png');
  await expect(found.nth(0).locator('img')).toBeVisible();
  await expect(found.nth(1)).toContainText('my puppy barks');
  await found.nth(0).getByRole('button').click();
  const shown = page.getByTestId('map-current').getByRole('img', { name: 'dog-face.png' });
  expect(
    await shown.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth)),
  ).toBeGreaterThan(0);
  await expectAccessible(page);
  await expect(demo.problems).toHaveCount(0);
});
