/**
 * `npm run pictures [-- --only NAME]`: pictures of the demo's pages in light, dark and on a phone, and the tour as one
 * animation, into docs/pictures. They are made by a real Chromium from the production build, so they show what it does.
 */
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright';
import sharp from 'sharp';
import { preview } from 'vite';
import { taskArguments, UsageError } from '../../tooling/arguments.ts';
import { CHROMIUM_ARGUMENTS, ensureBrowser } from '../../tooling/browser.mjs';
import { freePort } from '../../tooling/free-port.ts';
import { repository } from '../../tooling/process.mjs';
import { buildDemo } from '../packaging/build.ts';
import { SCENES, type Scene } from '../pictures/scenes.ts';

const TOUR = 'tour';
const USAGE = `npm run pictures [-- --only NAME]: pictures of the demo and its tour, into docs/pictures

Options:
  --only NAME   these alone (repeatable): ${[...SCENES.map(({ name }) => name), TOUR].join(', ')}
  --no-build    of the demo that demo/dist holds already`;

const { values } = taskArguments(
  USAGE,
  { options: { only: { type: 'string', multiple: true }, 'no-build': { type: 'boolean' } } },
  ({ values: { only = [] } }) => {
    const unknown = only.find((name) => name !== TOUR && !SCENES.some((scene) => scene.name === name));
    if (unknown !== undefined) throw new UsageError(`There is no picture '${unknown}'.`);
  },
);
const isWanted = (name: string): boolean => values.only?.includes(name) ?? true;

const VARIANTS: readonly { name: string; options: BrowserContextOptions }[] = [
  { name: 'light', options: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' } },
  { name: 'dark', options: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' } },
  {
    name: 'mobile',
    options: {
      viewport: { width: 390, height: 844 },
      colorScheme: 'light',
      deviceScaleFactor: 2,
      isMobile: true,
    },
  },
];
/** Size of the tour's frames in pixels. */
const TOUR_SIZE = { width: 1000, height: 640 };
const QUALITY = 82;

const folder = join(repository, 'docs/pictures');

/** Opens a page of the demo in a context of its own, and closes that afterwards. */
async function inDemo(
  browser: Browser,
  options: BrowserContextOptions,
  run: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL, serviceWorkers: 'block', locale: 'en', ...options });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(240_000);
    await run(page);
  } finally {
    await context.close();
  }
}

async function open(page: Page, { hash }: Scene): Promise<void> {
  await page.goto(`/?device=wasm#/${hash}`);
  await page.locator('main h2, main #question').first().waitFor();
}

/** A picture once fonts and what moves have settled. */
async function shot(page: Page): Promise<Buffer> {
  await page.evaluate(() => document.fonts.ready);
  return page.screenshot({ animations: 'disabled', caret: 'hide' });
}

async function takePictures(browser: Browser): Promise<void> {
  for (const scene of SCENES.filter(({ name }) => isWanted(name))) {
    for (const { name, options } of VARIANTS) {
      await inDemo(browser, options, async (page) => {
        await open(page, scene);
        await scene.play?.(page, async () => undefined);
        const path = join(folder, `${scene.name}-${name}.webp`);
        await sharp(await shot(page))
          .webp({ quality: QUALITY, effort: 6 })
          .toFile(path);
        console.log(relative(repository, path));
      });
    }
  }
}

/** All scenes one after the other, each in the few states that its play stops at. */
async function takeTour(browser: Browser): Promise<void> {
  const frames: Buffer[] = [];
  const delays: number[] = [];
  await inDemo(browser, { viewport: TOUR_SIZE, colorScheme: 'light' }, async (page) => {
    const take = async (milliseconds: number): Promise<void> => {
      frames.push(await shot(page));
      delays.push(milliseconds);
    };
    for (const scene of SCENES.filter(({ tour }) => tour !== undefined)) {
      await open(page, scene);
      await scene.play?.(page, take);
      await take(scene.tour!);
    }
  });
  const path = join(folder, `${TOUR}.webp`);
  await sharp(frames, { join: { animated: true } })
    .webp({ quality: 70, effort: 6, delay: delays, loop: 0 })
    .toFile(path);
  const seconds = delays.reduce((sum, delay) => sum + delay, 0) / 1000;
  console.log(`${relative(repository, path)}: ${frames.length} frames, ${seconds.toFixed(1)} s`);
}

if (!values['no-build']) await buildDemo();
await mkdir(folder, { recursive: true });
const port = await freePort();
const baseURL = `http://localhost:${port}`;
const server = await preview({
  configFile: `${repository}/vite.config.ts`,
  preview: { port, strictPort: true },
  logLevel: 'warn',
});
const browser = await chromium.launch({
  executablePath: await ensureBrowser(() => chromium.executablePath()),
  args: CHROMIUM_ARGUMENTS,
});
try {
  await takePictures(browser);
  if (isWanted(TOUR)) await takeTour(browser);
} finally {
  await browser.close();
  await server.close();
}
