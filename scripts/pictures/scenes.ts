import type { Page } from 'playwright';

/** Takes a frame of the tour, shown for so many milliseconds. */
type Take = (milliseconds: number) => Promise<void>;

/** What a picture of the demo shows. */
export interface Scene {
  name: string;
  /** The page's address after `#/`. */
  hash: string;
  /** What a person does there, on real texts. The tour has a frame wherever `take` is called. */
  play?(page: Page, take: Take): Promise<void>;
  /** Milliseconds that the tour shows the end for. @default the tour leaves the scene out */
  tour?: number;
}

/** Scrolls to what a person looks at in the end, below the form. */
const lookAt = (page: Page, selector: string): Promise<void> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => scrollBy(0, element.getBoundingClientRect().top - 16));

/** The demo's pages, each at its main job. */
export const SCENES: readonly Scene[] = [
  {
    name: 'search',
    hash: 'search',
    tour: 2500,
    async play(page, take) {
      await take(1200);
      await page.getByRole('button', { name: /sample passages/i }).click();
      await page
        .getByTestId('index-state')
        .filter({ hasText: /^\s*All \d+ passages/ })
        .waitFor();
      await page.locator('#question').fill('Why does it smell so good after rain?');
      await page.locator('#answers[data-question="Why does it smell so good after rain?"]').waitFor();
    },
  },
  {
    name: 'teach',
    hash: 'teach',
    tour: 2500,
    async play(page, take) {
      await page.getByRole('button', { name: /^Support tickets/ }).click();
      await page.getByTestId('accuracy').waitFor();
      await take(1500);
      await page.getByLabel('A text it has not seen').fill('The total on my bill is wrong.');
      await page.locator('.trial[data-prediction="billing"]').waitFor();
    },
  },
  {
    name: 'map',
    hash: 'map',
    tour: 2500,
    async play(page, take) {
      await page.getByRole('button', { name: 'Map the sample passages' }).click();
      await page.getByTestId('map-quality').filter({ hasText: '(UMAP)' }).waitFor();
      await take(1500);
      await page.getByRole('searchbox', { name: 'Find by meaning' }).fill('planets and moons');
      await page.getByRole('button', { name: 'Find', exact: true }).click();
      await page.getByTestId('map-found').getByRole('listitem').first().waitFor();
      await lookAt(page, '.map-find');
    },
  },
  {
    name: 'read',
    hash: 'read',
    tour: 2000,
    async play(page) {
      await page.getByRole('button', { name: 'Read', exact: true }).click();
      await page.getByTestId('read-title').waitFor();
    },
  },
  {
    name: 'rerank',
    hash: 'rerank',
    tour: 2000,
    async play(page) {
      await page.getByRole('button', { name: 'Rerank', exact: true }).click();
      await page.locator('[data-order="after"] li').first().waitFor();
      await lookAt(page, '.halves:has([data-order])');
    },
  },
  {
    name: 'segment',
    hash: 'segment',
    async play(page) {
      await page.getByRole('button', { name: 'Segment', exact: true }).click();
      await page.getByTestId('chunk-count').waitFor();
    },
  },
  {
    name: 'playground',
    hash: 'playground/embeddings',
    tour: 2500,
    async play(page) {
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator('[data-answered]').waitFor();
    },
  },
  { name: 'models', hash: 'models', tour: 1500 },
  { name: 'settings', hash: 'settings' },
];
