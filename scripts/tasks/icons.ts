/**
 * Draws the icons of the installed demo from its favicon: `npm run icons`, after the favicon has changed. What it draws
 * is committed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { APP_ICONS } from '../../tooling/app-icons.ts';
import { taskArguments } from '../../tooling/arguments.ts';
import { ensureBrowser } from '../../tooling/browser.mjs';
import { repository } from '../../tooling/process.mjs';

const USAGE = `npm run icons: draws the icons of the installed demo from its favicon, into demo/public/icons

Options:
  --help   this text`;

taskArguments(USAGE, { options: {} });

const folder = join(repository, 'demo/public');

/** The share of a maskable icon's width that no system cuts off: a circle of 80 percent, and what fits into it. */
const SAFE = 0.72;

const favicon = await readFile(join(folder, 'favicon.svg'), 'utf8');
const ground = /<rect[^>]* fill="([^"]+)"/u.exec(favicon)?.[1];
if (ground === undefined)
  throw new Error('favicon.svg has no <rect> with a fill, which is the ground of the icons.');

await mkdir(join(folder, 'icons'), { recursive: true });
const browser = await chromium.launch({
  executablePath: await ensureBrowser(() => chromium.executablePath()),
});
try {
  const page = await browser.newPage();
  for (const { src, size, isWhole } of APP_ICONS) {
    const inner = isWhole ? size : Math.round(size * SAFE);
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(
      `<body style="margin:0;height:100vh;display:grid;place-items:center;${isWhole ? '' : `background:${ground}`}">
        <img width="${inner}" height="${inner}" src="data:image/svg+xml,${encodeURIComponent(favicon)}" />`,
    );
    await page.evaluate(() => document.images[0]!.decode());
    await writeFile(join(folder, src), await page.screenshot({ omitBackground: true }));
  }
} finally {
  await browser.close();
}
