/** The demo as `npm run demo` serves it: not built, its parts put together in the browser. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { createServer } from 'vite';
import { BLOCKED_REGISTRATION } from './demo-page.ts';

test('every page has its styles, and nothing is on the console', async ({ page }) => {
  const server = await createServer({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    server: { port: 0, host: '127.0.0.1' },
  });
  try {
    await server.listen();
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.text() === BLOCKED_REGISTRATION) return;
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));
    const base = server.resolvedUrls!.local[0]!;
    await page.goto(`${base}?device=wasm`);
    await expect(page.getByRole('searchbox', { name: 'Ask in plain words' })).toBeVisible();
    for (const name of ['Classify', 'Rerank', 'Segment', 'Map', 'Read', 'Models']) {
      await page.goto(`${base}?device=wasm#/${name.toLowerCase()}`);
      await expect(page.getByRole('heading', { level: 2, name, exact: true })).toBeVisible();
    }
    // A rule of a page's own: the cards of the catalogue lie beside each other.
    await expect(page.locator('.model-cards')).toHaveCSS('display', 'grid');
    expect(problems).toEqual([]);
  } finally {
    await server.close();
  }
});
