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

/** The demo's pages, each at its main job. */
export const SCENES: readonly Scene[] = [
  {
    name: 'search',
    hash: 'search',
    tour: 2500,
    async play(page, take) {
      await take(1200);
      await page.getByRole('button', { name: /sample passages/i }).click();
      await page.getByText(/^All \d+ passages are indexed/).waitFor();
      await page.locator('#question').fill('how do I keep bread fresh');
      await page.locator('#answers[data-question="how do I keep bread fresh"]').waitFor();
    },
  },
  {
    name: 'rerank',
    hash: 'rerank',
    tour: 2000,
    async play(page) {
      await page.getByRole('button', { name: 'Rerank', exact: true }).click();
      await page.locator('[data-order="after"] li').first().waitFor();
    },
  },
];
