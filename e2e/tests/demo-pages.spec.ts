/** Going from page to page: by address, by keyboard, on narrow screens. */
import { expect, test } from './demo-page.ts';

const PAGES = ['Search', 'Classify', 'Rerank', 'Segment', 'Models'];

test('every page has an address, a title, and is fetched when it is opened', async ({ demo, page }) => {
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
  await demo.open();
  const scripts = (): string[] => fetched.filter((path) => /-page-.*\.js$/u.test(path));
  expect(scripts()).toEqual([]);
  for (const name of PAGES.slice(1)) {
    await demo.openPage(name.toLowerCase());
    await expect(page).toHaveTitle(`${name} · Nearfield`);
    await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
    expect(scripts().some((path) => path.includes(`${name.toLowerCase()}-page-`))).toBe(true);
  }
  await page.goBack();
  await expect(page).toHaveTitle('Segment · Nearfield');
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
  await expect(page.getByRole('heading', { name: 'Models', level: 2 })).toBeVisible();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Models', level: 2 })).toBeFocused();
  await expect(page).toHaveURL(/#\/models$/u);
});

test('all links are on one line and in sight on narrow screens', async ({ demo, page }) => {
  await page.setViewportSize({ width: 360, height: 700 });
  await demo.open();
  const boxes = await Promise.all(
    PAGES.map((name) => page.getByRole('link', { name, exact: true }).boundingBox()),
  );
  for (const box of boxes) {
    expect(box!.y).toBe(boxes[0]!.y);
    expect(box!.height).toBeGreaterThanOrEqual(24);
    expect(box!.x + box!.width).toBeLessThanOrEqual(360);
  }
  await page.setViewportSize({ width: 320, height: 700 });
  for (const name of PAGES) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('link', { name, exact: true })).toHaveAttribute('aria-current', 'page');
    await expect(page.locator('main')).toHaveAttribute('aria-busy', 'false');
    await demo.expectNoOverflow();
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

test('says when the code of a page cannot be fetched', async ({ demo, page, consoleLog }) => {
  consoleLog.expectFailedRequests();
  await demo.open();
  await page.route('**/assets/rerank-page-*', (route) => route.abort());
  await page.getByRole('link', { name: 'Rerank', exact: true }).click();
  await demo.expectProblem('UNEXPECTED', 'Something unexpected happened');
});
