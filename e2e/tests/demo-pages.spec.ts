/** Going from page to page: by address, by keyboard, on narrow screens. */
import type { Route } from '@playwright/test';
import { expect, PAGES, test } from './demo-page.ts';

test('every page has an address and a title; all are fetched ahead, after the first is shown', async ({
  demo,
  page,
}) => {
  const fetched: string[] = [];
  const held: Route[] = [];
  let isHeld = true;
  await page.route(/-page-.*\.js$/u, (route) => {
    fetched.push(route.request().url());
    if (isHeld) held.push(route);
    else void route.continue();
  });
  // The page that is shown does not wait for the code of the others.
  await demo.open();
  isHeld = false;
  await Promise.all(held.map((route) => route.continue()));
  await expect.poll(() => fetched.length).toBe(PAGES.length - 1);
  for (const name of PAGES.slice(1)) {
    await demo.openPage(name.toLowerCase());
    await expect(page).toHaveTitle(`${name} · Nearfield`);
    await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
  }
  await page.goBack();
  await expect(page).toHaveTitle('Benchmark · Nearfield');
  await page.goto('/?device=wasm#/no-such-page');
  await expect(demo.question).toBeVisible();
});

test('the links work by keyboard, and the skip link leads past them', async ({ demo, page }) => {
  await demo.open();
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  await expect(links).toHaveText(PAGES);
  for (const [index, name] of PAGES.entries()) {
    await demo.tabTo(links.nth(index));
    await page.keyboard.press('Enter');
    await expect(links.nth(index)).toHaveAttribute('aria-current', 'page');
    await expect(links.nth(index)).toBeFocused();
    if (index > 0) await expect(page.getByRole('status')).toHaveText(`${name} page.`);
  }
  // A fresh page has its focus before the first link.
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Settings', level: 2 })).toBeVisible();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Settings', level: 2 })).toBeFocused();
  await expect(page).toHaveURL(/#\/settings$/u);
});

test('the head takes two lines on narrow screens, and the link of the page is in sight', async ({
  demo,
  page,
}) => {
  for (const [width, height] of [
    [320, 640],
    [390, 844],
    // 1280 pixels at 200 %.
    [640, 400],
  ] as const) {
    await page.setViewportSize({ width, height });
    await demo.open();
    const head = await page.locator('header').boundingBox();
    expect(head!.height).toBeLessThanOrEqual(104);
    for (const name of PAGES) {
      const link = page.getByRole('link', { name, exact: true });
      await link.click();
      await expect(link).toHaveAttribute('aria-current', 'page');
      await expect(page.locator('main')).toHaveAttribute('aria-busy', 'false');
      const box = (await link.boundingBox())!;
      expect(box.height).toBeGreaterThanOrEqual(24);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect((await page.locator('header').boundingBox())!.height).toBe(head!.height);
      await demo.expectNoOverflow();
    }
  }
});

test('no link moves when another page is shown', async ({ demo, page }) => {
  await demo.open();
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  const places = () => links.evaluateAll((all) => all.map((link) => link.getBoundingClientRect().left));
  const before = await places();
  for (const index of PAGES.keys()) {
    await links.nth(index).click();
    await expect(links.nth(index)).toHaveAttribute('aria-current', 'page');
    expect(await places()).toEqual(before);
  }
});

test('what was typed is still there after a visit to another page', async ({ demo, page }) => {
  await demo.openPage('rerank');
  await page.getByLabel('Query', { exact: true }).fill('Where do I find my invoices?');
  await page.getByRole('link', { name: 'Segment', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Segment', level: 2 })).toBeVisible();
  await page.getByRole('link', { name: 'Rerank', exact: true }).click();
  await expect(page.getByLabel('Query', { exact: true })).toHaveValue('Where do I find my invoices?');
});

test('says when the code of a page cannot be fetched, and fetches it on the same link', async ({
  demo,
  page,
  consoleLog,
}) => {
  consoleLog.expectFailedRequests();
  await page.route('**/assets/rerank-page-*', (route) => route.abort());
  await demo.open();
  const link = page.getByRole('link', { name: 'Rerank', exact: true });
  await link.click();
  await demo.expectProblem('PAGE_NOT_LOADED', 'A part of the page could not be loaded');
  // The page before is not shown under this one's name.
  await expect(demo.question).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
  await page.unroute('**/assets/rerank-page-*');
  await link.click();
  await expect(page.getByRole('heading', { level: 2, name: 'Rerank' })).toBeVisible();
  await expect(demo.problems).toHaveCount(0);
});

test('every page opens without a network once the first was shown', async ({
  demo,
  page,
  context,
  consoleLog,
}) => {
  // The browser itself asks for its icon again.
  consoleLog.expectFailedRequests();
  const fetched: string[] = [];
  const failed: string[] = [];
  page.on('requestfailed', (request) => failed.push(new URL(request.url()).pathname));
  page.on('requestfinished', (request) => fetched.push(request.url()));
  await demo.open();
  await expect.poll(() => fetched.filter((url) => /-page-.*\.js$/u.test(url)).length).toBe(PAGES.length - 1);
  await context.setOffline(true);
  for (const name of PAGES.slice(1)) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
  }
  await expect(demo.problems).toHaveCount(0);
  expect(failed.filter((path) => path !== '/favicon.svg')).toEqual([]);
});

test('going back leads to where the page was left', async ({ demo, page }) => {
  await demo.openPage('models');
  const row = page.locator('.model-card[data-model="jina-reranker-v2-base-multilingual"]');
  // What is known of the device and the storage makes the page longer.
  await expect(page.locator('device-badge summary')).toContainText('CPU');
  await expect(page.getByTestId('storage-state')).toBeVisible();
  await row.scrollIntoViewIfNeeded();
  const left = await page.evaluate(() => scrollY);
  expect(left).toBeGreaterThan(800);
  await page
    .getByRole('link', { name: 'Segment', exact: true })
    .evaluate((element: HTMLElement) => element.click());
  await expect(page.getByRole('heading', { level: 2, name: 'Segment' })).toBeVisible();
  // A page that is opened anew starts at its top.
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  await page.goBack();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(left);
  await page.reload();
  await expect(row).toBeVisible();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(left);
});
