/** Every page after its main job: direction, forced colours, less motion, zoom, targets, focus, and what is announced. */
import type { Page, Route } from '@playwright/test';
import { pseudoWords, stretched } from '../../demo/src/words/pseudo-language.ts';
import { violations } from './axe.ts';
import { expect, LONG, PAGES, test } from './demo-page.ts';
import {
  cutOff,
  invisibleInForcedColors,
  motions,
  smallTargets,
  takeShifts,
  watchShifts,
  wrongDirections,
} from './page-quality.ts';

const ARABIC = 'تتحول أوراق الأشجار إلى اللون الأحمر في الخريف.';
const HEBREW = 'החתול ישן על הספה כל היום.';
const ENGLISH = 'Sourdough needs a starter of flour and water.';
const TEXTS = [ARABIC, HEBREW, ENGLISH];

/** Sets off what is done by the keyboard, as somebody without a pointer would. */
async function press(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().focus();
  await page.keyboard.press('Enter');
}

/** The main job of each page, in any language of the interface, on texts in both directions. */
const JOBS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  search: async (page) => {
    await press(page, '.row.sources button:last-child');
    await page.locator('dialog textarea').fill(TEXTS.join('\n\n'));
    await press(page, 'dialog button.primary');
    await page.locator('#question').fill(HEBREW);
    await expect(page.locator('[data-answer] mark').first()).toBeVisible({ timeout: LONG });
  },
  teach: async (page) => {
    await press(page, '.starts button:nth-of-type(3)');
    await page.locator('#new-class').fill('خريف');
    await page.keyboard.press('Enter');
    await page.locator('#new-class').fill('חתול');
    await page.keyboard.press('Enter');
    await expect(page.locator('.class-row, [data-class]')).toHaveCount(2);
    await page.locator('#teach-lines').fill(`${ARABIC}
${HEBREW}`);
  },
  classify: async (page) => {
    await page.locator('textarea').first().fill(TEXTS.join('\n'));
    await press(page, 'main button.primary');
    await expect(page.locator('[data-prediction]')).toHaveCount(3, { timeout: LONG });
  },
  rerank: async (page) => {
    await page.locator('main input[type="text"], main input:not([type])').first().fill(ARABIC);
    await page.locator('textarea').first().fill(TEXTS.join('\n\n'));
    await press(page, 'main button.primary');
    await expect(page.locator('[data-order="after"] [data-passage]')).toHaveCount(3, { timeout: LONG });
  },
  segment: async (page) => {
    await page.locator('textarea').first().fill(TEXTS.join('\n\n'));
    await press(page, 'main button.primary');
    await expect(page.locator('.chunk').first()).toBeVisible({ timeout: LONG });
  },
  map: async (page) => {
    await page
      .locator('textarea')
      .first()
      .fill([...TEXTS, 'A cat sleeps.', 'Bread is baked.'].join('\n'));
    await press(page, '.map-form button[type="submit"]');
    await expect(page.getByTestId('accuracy').or(page.locator('canvas')).first()).toBeVisible({
      timeout: LONG,
    });
  },
  read: async (page) => {
    await page.locator('textarea').first().fill(`<h1>${ARABIC}</h1><p>${HEBREW}</p><p>${ENGLISH}</p>`);
    await press(page, 'main button.primary');
    await expect(page.locator('.read-content')).toContainText(HEBREW);
  },
  playground: async (page) => {
    await page.locator('textarea').first().fill(TEXTS.join('\n'));
    await press(page, 'main button.primary');
    await expect(page.locator('[data-outcome="embeddings"]')).toBeVisible({ timeout: LONG });
  },
  models: async (page) => {
    await expect(page.locator('.model-card').first()).toBeVisible();
  },
  benchmark: async (page) => {
    await expect(page.locator('main button.primary')).toBeVisible();
  },
  settings: async (page) => {
    await expect(page.locator('#settings-language')).toBeVisible();
  },
};

/** Opens a page as a link does, without another start of the app. */
async function show(page: Page, path: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${path}`);
  await expect(page.locator('nav a[aria-current="page"]')).toHaveAttribute('href', `#/${path}`);
  await expect(page.locator('main')).toHaveAttribute('aria-busy', 'false');
}

test('every page after its main job, in both directions of text', async ({ demo, page }) => {
  test.setTimeout(LONG);
  await watchShifts(page);
  await page.emulateMedia({ colorScheme: 'light' });
  await demo.open();
  await expect(page.locator('device-badge summary')).toContainText('CPU');
  for (const path of PAGES.map((name) => name.toLowerCase())) {
    await test.step(path, async () => {
      await show(page, path);
      await JOBS[path]!(page);
      const { sum, moved } = await takeShifts(page);
      expect.soft(sum, `${path}: moved without a hand: ${moved.join('; ')}`).toBeLessThanOrEqual(0.02);
      const hasFocus = await page.evaluate(() => document.activeElement !== document.body);
      if (!['models', 'benchmark', 'settings'].includes(path))
        expect.soft(hasFocus, `${path}: the focus is lost`).toBe(true);
      expect.soft(await page.getByRole('status').first().textContent(), `${path}: announced`).toMatch(/\S/u);
      expect.soft(await wrongDirections(page), `${path}: direction`).toEqual([]);
      expect.soft(await smallTargets(page), `${path}: targets`).toEqual([]);
      expect.soft(await violations(page, ['moderate', 'minor']), `${path}: axe, light`).toEqual([]);

      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      // The other theme has the same elements, in other colours.
      expect.soft(await violations(page, [], ['color-contrast']), `${path}: axe, dark`).toEqual([]);
      expect.soft(await motions(page), `${path}: motion`).toEqual([]);
      await page.emulateMedia({ forcedColors: 'active' });
      expect.soft(await invisibleInForcedColors(page), `${path}: forced colours`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: null, forcedColors: null });
      for (const [width, height] of [
        [320, 640],
        // 1280 pixels at 200 %.
        [640, 400],
        [1280, 720],
      ] as const) {
        await page.setViewportSize({ width, height });
        expect.soft(await cutOff(page), `${path}: beyond the edge at ${width} px`).toEqual([]);
      }
      await takeShifts(page);
    });
  }
});

test.describe('on a small touch screen, in a language of long words', () => {
  test.use({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true });

  test('nothing is cut off, and a finger finds everything', async ({ page }) => {
    test.setTimeout(LONG);
    // Another language is one file: this one takes the place of German's.
    await page.route(/\/assets\/de-[\w-]+\.js$/u, (route: Route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `${stretched}\n${pseudoWords}\nconst real = await import('${route.request().url()}?real');
          export const words = pseudoWords(real.words);`,
      }),
    );
    await page.addInitScript(() => localStorage.setItem('nearfield-language', 'de'));
    await page.goto('/?device=wasm');
    await expect(page.locator('nav a').first()).toHaveText(stretched('Suchen'));
    for (const path of PAGES.map((name) => name.toLowerCase())) {
      await show(page, path);
      expect.soft(await cutOff(page), `${path}: beyond the edge`).toEqual([]);
      expect.soft(await smallTargets(page), `${path}: targets`).toEqual([]);
    }
  });
});

test('a first visit: what blocks it, how soon it can be used, and what search engines read', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const look = (): void => {
      const question = document.querySelector<HTMLInputElement>('#question');
      if (question && !question.disabled && question.getBoundingClientRect().height > 0)
        performance.mark('usable');
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const times: number[] = [];
  for (let visit = 0; visit < 3; visit++) {
    await page.goto('about:blank');
    await page.goto('/?device=wasm');
    await page.waitForFunction(() => performance.getEntriesByName('usable').length > 0);
    times.push(await page.evaluate(() => performance.getEntriesByName('usable')[0]!.startTime));
  }
  // The best of them: what else the machine does says nothing of the page.
  expect(Math.min(...times)).toBeLessThan(2000);

  const { blocking, foreign } = await page.evaluate(() => {
    const files = performance.getEntriesByType('resource') as (PerformanceResourceTiming & {
      renderBlockingStatus?: string;
    })[];
    return {
      blocking: files
        .filter(({ renderBlockingStatus }) => renderBlockingStatus === 'blocking')
        .map(({ name }) => new URL(name).pathname.replace(/-[\w-]{8}\./u, '.')),
      foreign: files.map(({ name }) => name).filter((name) => new URL(name).origin !== location.origin),
    };
  });
  // The styles, and the few lines that choose the theme before anything is painted.
  expect(blocking.sort()).toEqual(['/assets/index.css', '/theme.js']);
  expect(foreign).toEqual([]);

  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.locator('meta[name="description"]')).toHaveAttribute('content', /^.{50,160}$/u);
  await expect(page.locator('meta[name="viewport"]')).not.toHaveAttribute(
    'content',
    /user-scalable|maximum-scale/u,
  );
  await expect(page).toHaveTitle(/^.{10,60}$/u);
  await expect(page.locator('link[rel="manifest"]')).toHaveCount(1);
  const unsized = await page.locator('img:not([width][height])').count();
  expect(unsized, 'pictures without a size').toBe(0);
});
