/** `<nearfield-search>` on the pages of a static site: under a path, with a strict policy, from its bundled file. */
import { type BrowserContext, type Locator, type Page, test } from '@playwright/test';
import { type SearchSite, serveSearchSite } from '../support/search-site.ts';
import { SITE_PAGES } from '../support/search-site-pages.ts';
import { violations } from './axe.ts';
import { expect } from './demo-page.ts';

test.use({ serviceWorkers: 'allow' });

let site: SearchSite;
let context: BrowserContext;
let page: Page;
/** What the browser wrote on the console, but for the requests that a test lets fail. */
const lines: string[] = [];
let expectsFailedRequests = false;

// One server and one page for all: what a test leaves behind is put away after it.
test.beforeAll(async ({ browser }) => {
  site = await serveSearchSite();
  context = await browser.newContext({ reducedMotion: 'reduce' });
  page = await context.newPage();
  context.on('console', (message) => {
    if (expectsFailedRequests && message.text().startsWith('Failed to load resource')) return;
    lines.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => lines.push(`uncaught: ${error.error().message}`));
});
test.afterAll(async () => {
  await context.close();
  await site.close();
});
test.beforeEach(() => {
  expectsFailedRequests = false;
  site.faults = [];
  site.requests.length = 0;
});
test.afterEach(() => {
  expect(lines.splice(0), 'console').toEqual([]);
});

const field = (): Locator => page.getByRole('combobox');
const groups = (): Locator => page.locator('nearfield-search [data-id]');
const titles = (): Promise<string[]> => page.locator('nearfield-search .page .title').allTextContents();
const status = (): Locator => page.locator('nearfield-search [part~="status"]');
const ids = (): Promise<(string | null)[]> =>
  groups().evaluateAll((all) => all.map((each) => each.getAttribute('data-id')));

async function open(path = '', query?: string): Promise<void> {
  await page.goto(`${site.url}${path}`);
  await page.locator('nearfield-search').evaluate((element) => customElements.whenDefined(element.localName));
  await page.keyboard.press('Control+k');
  await expect(field()).toBeFocused();
  if (query === undefined) return;
  await page.keyboard.type(query);
  await expect(groups().first()).toBeVisible();
}

test('is used with the keyboard alone, from the shortcut to the passage on its page', async () => {
  await page.goto(site.url);
  // A slash is a letter to whoever is writing.
  await page.getByRole('textbox', { name: 'Name' }).press('/');
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('/');
  await page.getByRole('textbox', { name: 'Name' }).blur();
  await page.keyboard.press('/');
  await expect(page.getByRole('dialog', { name: 'Find' })).toBeVisible();
  await expect(field()).toBeFocused();

  // A suggestion is a search.
  await page.keyboard.press('ArrowDown');
  await expect(page.locator('[aria-selected="true"]')).toHaveText('install the server');
  await page.keyboard.press('Enter');
  await expect(field()).toHaveValue('install the server');
  await expect(groups().first()).toContainText('Installation');

  await field().fill('host header');
  await expect(page.getByRole('status')).toHaveText(/^\d pages$/);
  await expect(field()).toHaveAttribute('aria-expanded', 'true');
  await expect(page.locator('nearfield-search mark').first()).toHaveText('Host header');
  await page.keyboard.press('ArrowDown');
  const active = await field().getAttribute('aria-activedescendant');
  await expect(page.locator(`#${active}`)).toHaveAttribute('aria-selected', 'true');
  // The reason is a cell of the row, and a row when it is shown.
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.locator('nearfield-search [part="explanation"]')).toContainText('100% · Host header');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/docs\/(guide\/install|reference\/errors)\//);
  // The address had the text to highlight, which the browser keeps from the page.
  expect(await page.evaluate(() => location.hash)).toMatch(/^#(proxy|e421)$/);

  // The search is remembered, and can be forgotten.
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('row', { name: 'host header' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('row')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('leads to the passage, with its text to be highlighted', async () => {
  await open('', 'check the proxy in front');
  const href = await page.locator('nearfield-search a').first().getAttribute('href');
  expect(href).toBe(`${site.url}reference/errors/#e421:~:text=Check%20the%20proxy%20in%20front%20of%20it.`);
});

test('has no violations, in both themes, wide and narrow, and with larger text', async () => {
  await open('', 'proxy');
  await page.keyboard.press('ArrowDown');
  await page.getByRole('button', { name: 'Why this result?' }).first().click();
  const textSize = (size: string): Promise<void> =>
    page.evaluate((fontSize) => {
      document.documentElement.style.fontSize = fontSize;
    }, size);
  for (const colorScheme of ['light', 'dark'] as const) {
    // 1280 pixels at 100, 200 and 400 %; and a reader's own text, twice as large.
    for (const [width, size] of [
      [1280, ''],
      [640, ''],
      [320, ''],
      [1280, '200%'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await textSize(size);
      expect(await violations(page, ['moderate', 'minor']), `${colorScheme}, ${width} px ${size}`).toEqual(
        [],
      );
      const overflow = await page.evaluate(() => {
        const panel = document.querySelector('nearfield-search')!.shadowRoot!.querySelector('.scroll')!;
        return panel.scrollWidth - panel.clientWidth;
      });
      expect(overflow, `beyond the edge at ${width} px`).toBe(0);
    }
  }
  await textSize('');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.keyboard.press('Escape');
  expect(await violations(page, ['moderate', 'minor'])).toEqual([]);
});

test('filters, and says what to do where nothing is left', async () => {
  await open('', 'server');
  const reference = page.getByRole('group', { name: 'kind' }).getByRole('checkbox', { name: /^reference/ });
  // The pages of the query, of three.
  await expect(reference).toHaveAccessibleName('reference 2');
  await reference.check();
  await expect.poll(ids).toEqual(expect.arrayContaining(['reference/backup/']));
  expect((await ids()).every((id) => id!.startsWith('reference/'))).toBe(true);
  await field().fill('megabyte');
  await expect(page.locator('nearfield-search [part="empty"]')).toContainText('Nothing found for “megabyte”');
  await page.getByRole('button', { name: 'Remove all filters' }).click();
  await expect(groups()).toHaveCount(1);
  await expect(reference).not.toBeChecked();
});

test('moves nothing that the reader holds when a later tier comes, and the rest once', async () => {
  let release!: () => void;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  site.faults = [{ path: /engine\.js$/, fault: gate }];
  await open('engine/', 'proxy');
  await expect(status()).toContainText('Refining');
  const words = await ids();
  expect(words.length).toBeGreaterThan(3);
  // The second is held by the pointer, the first by the focus.
  await groups().nth(1).hover();
  await groups().first().locator('a').focus();
  const places = (): Promise<string> =>
    groups().evaluateAll((all) =>
      JSON.stringify(
        all.slice(0, 2).map((each) => [each.getAttribute('data-id'), each.getBoundingClientRect()]),
      ),
    );
  const before = await places();
  await page.evaluate(() => {
    const list = document.querySelector('nearfield-search')!.shadowRoot!.querySelector('#popup')!;
    const orders = new Set<string>();
    Object.assign(window, { orders });
    const note = (): void => {
      orders.add([...list.querySelectorAll('[data-id]')].map((each) => each.getAttribute('data-id')).join());
    };
    note();
    new MutationObserver(note).observe(list, { subtree: true, childList: true, attributes: true });
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: 'layout-shift' });
  });
  release();
  await expect(status()).toContainText('meaning read by a model on this device');
  expect(await places()).toBe(before);
  await expect(groups().first().locator('a')).toBeFocused();
  const after = await ids();
  expect(after.slice(2)).not.toEqual(words.slice(2));
  const orders = await page.evaluate(() => [...(window as unknown as { orders: Set<string> }).orders]);
  expect(orders).toEqual([words.join(), after.join()]);
  // Marks move within lines whose text is another; nothing else does.
  const shift = await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    return (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0);
  });
  expect(shift).toBeLessThan(0.01);
});

test('tells of events, which a page may act on', async () => {
  await open();
  await page.evaluate(() => {
    const element = document.querySelector('nearfield-search')!;
    const events: unknown[] = [];
    Object.assign(window, { events });
    element.analytics = (search) => events.push(['analytics', search]);
    element.addEventListener('nearfield-search', ({ detail }) => events.push(['search', detail.query]));
    element.addEventListener('nearfield-select', (event) => {
      event.preventDefault();
      events.push(['select', event.detail.url, event.detail.place]);
    });
  });
  await field().fill('backup');
  await expect(groups()).toHaveCount(1);
  await groups().first().locator('a').first().click();
  await expect(page.getByRole('dialog')).toBeHidden();
  expect(page.url()).toBe(site.url);
  const events = await page.evaluate(() => (window as unknown as { events: unknown[] }).events);
  const url = expect.stringContaining(`${site.url}reference/backup/`);
  expect(events).toEqual([
    ['search', 'backup'],
    ['select', url, 0],
    [
      'analytics',
      { query: 'backup', results: 1, tier: 'keywords', filters: {}, selected: { url, place: 0 } },
    ],
  ]);
});

test('says that the index is missing, offers the plain form, and finds it when it is back', async () => {
  expectsFailedRequests = true;
  site.faults = [{ path: /manifest\.json$/, fault: 'missing' }];
  await open();
  await page.keyboard.type('proxy');
  const error = page.locator('nearfield-search [part~="error"]');
  await expect(error).toContainText('The search index cannot be found.');
  await expect(page.getByRole('status')).toHaveText('The search index cannot be found.');
  await error.getByText('Details').click();
  await expect(error).toContainText('manifest.json cannot be loaded');
  site.faults = [];
  await error.getByRole('button', { name: 'Try again' }).click();
  await expect(groups().first()).toBeVisible();
  await expect(error).toBeHidden();
});

test('says that a file is damaged, and answers from the rest where that is possible', async () => {
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.clearBrowserCache');
  await devtools.detach();
  site.faults = [{ path: /texts\.\w+\.bin$/, fault: 'damaged' }];
  await open();
  await page.keyboard.type('proxy');
  await expect(page.locator('nearfield-search [part~="error"]')).toContainText(
    'The search index is damaged.',
  );

  site.faults = [{ path: /bits\.\w+\.bin$/, fault: 'damaged' }];
  await open('engine/', 'proxy');
  await expect(page.locator('nearfield-search [part~="problem"]')).toContainText('Results may be missing');
  expect(await titles()).toContain('Proxy');
});

test('says that it is offline where nothing is stored, and works from what is', async () => {
  expectsFailedRequests = true;
  await open('', 'proxy');
  await context.setOffline(true);
  try {
    await field().fill('settings');
    await expect(groups().first()).toContainText('Settings');
    await page.evaluate(() => {
      const other = document.createElement('nearfield-search');
      other.mode = 'inline';
      other.index = '/docs/elsewhere/';
      document.querySelector('main')!.append(other);
      document.querySelector('nearfield-search')!.close();
      void other.search('proxy');
    });
    await expect(page.locator('main nearfield-search [part~="error"]')).toContainText('You are offline');
    // Another visit finds the index in the browser's cache.
    await page.evaluate(() => {
      const again =
        document.querySelector<HTMLElementTagNameMap['nearfield-search']>('main nearfield-search')!;
      again.index = '/docs/search/';
    });
    await expect(page.locator('main nearfield-search [data-id]').first()).toBeVisible();
  } finally {
    await context.setOffline(false);
  }
});

test('keeps answering from an index that was replaced, says so, and takes the new one on request', async () => {
  expectsFailedRequests = true;
  await open('', 'proxy');
  await page.keyboard.press('Escape');
  await site.publish(SITE_PAGES.slice(0, 2));
  try {
    await page.keyboard.press('Control+k');
    const notice = page.locator('nearfield-search [part~="outdated"]');
    await expect(notice).toContainText('updated since you opened the page');
    expect(await titles()).toContain('Errors');
    await notice.getByRole('button', { name: 'Search the new version' }).click();
    await expect(notice).toBeHidden();
    await expect.poll(ids).toEqual(['guide/install/', 'guide/settings/']);
  } finally {
    await site.publish(SITE_PAGES);
  }
});

test('searches an index at a server, and a live one of the page', async () => {
  expectsFailedRequests = true;
  await page.goto(`${site.url}find/`);
  const search = page.locator('nearfield-search');
  await search.evaluate((element: HTMLElementTagNameMap['nearfield-search']) => {
    element.server = '/docs/api/v1/indexes/docs';
    element.site = '/docs/';
  });
  await field().fill('too many requests');
  await expect(groups().first()).toContainText('Too many requests');
  // The server's model has ranked: nothing of the index's files was loaded.
  await expect(status()).toContainText('found by words and meaning');
  expect(site.requests.filter((path) => path.startsWith('/docs/search/'))).toEqual([]);
  await expect(groups().first().getByRole('link').first()).toHaveAttribute(
    'href',
    new RegExp(`^${site.url}reference/errors/#e429`),
  );
  await search.evaluate((element: HTMLElementTagNameMap['nearfield-search']) => {
    element.server = '/docs/api/v1/indexes/nothing';
  });
  await field().fill('proxy');
  await expect(page.locator('nearfield-search [part~="error"]')).toContainText('cannot be found');

  await search.evaluate(async (element: HTMLElementTagNameMap['nearfield-search']) => {
    const { openNotes } = (await import('/docs/engine.js' as string)) as {
      openNotes: NonNullable<typeof element.source>;
    };
    element.source = openNotes;
  });
  await field().fill('linen');
  await expect(groups()).toHaveCount(1);
  await expect(groups().first()).toContainText('Keep a loaf in a linen bag.');
});

test('works from a service worker’s store alone, after the tab was killed, and sees a new index later', async ({
  browser,
}) => {
  // Of its own: a service worker stays with its context.
  const visitor = await browser.newContext({ reducedMotion: 'reduce' });
  try {
    const first = await visitor.newPage();
    await first.goto(`${site.url}app/`);
    await first.evaluate(() => navigator.serviceWorker.ready);
    await first.close();

    // No server any more, nor anything in the cache of the browser's network.
    site.faults = [{ path: /./, fault: 'away' }];
    const again = await visitor.newPage();
    const devtools = await visitor.newCDPSession(again);
    await devtools.send('Network.clearBrowserCache');
    const found = again.locator('nearfield-search [data-id]');
    await again.goto(`${site.url}app/`);
    await again.keyboard.press('Control+k');
    await again.getByRole('combobox').pressSequentially('too many requests');
    await expect(found.first()).toContainText('Too many requests');
    await expect(again.locator('nearfield-search [part~="problem"]')).toBeHidden();

    // Killed with its process: nothing of the page can say goodbye.
    const crashed = again.waitForEvent('crash');
    void devtools.send('Page.crash').catch(() => undefined);
    await crashed;
    await again.close();
    const third = await visitor.newPage();
    await third.goto(`${site.url}app/`);
    await third.keyboard.press('Control+k');
    await third.getByRole('combobox').pressSequentially('proxy');
    await expect(third.locator('nearfield-search [data-id]').first()).toBeVisible();
    await expect(third.locator('nearfield-search [part~="outdated"]')).toBeHidden();

    // The server is back with another index: what is stored goes on answering.
    await site.publish(SITE_PAGES.slice(0, 2));
    site.faults = [];
    await third.keyboard.press('Escape');
    await third.keyboard.press('Control+k');
    const notice = third.locator('nearfield-search [part~="outdated"]');
    await expect(notice).toBeVisible();
    await third.getByRole('combobox').fill('too many requests');
    await expect(third.locator('nearfield-search [data-id]').first()).toContainText('Too many requests');
    await notice.getByRole('button').click();
    await third.getByRole('combobox').fill('settings');
    await expect(third.locator('nearfield-search [data-id]').first()).toContainText('Settings');
  } finally {
    site.faults = [];
    await visitor.close();
    await site.publish(SITE_PAGES);
  }
});

test('is a plain form without JavaScript, whose page answers with it', async ({ browser }) => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  try {
    const without = await plain.newPage();
    await without.goto(site.url);
    await without.getByRole('searchbox', { name: 'Find' }).fill('error 429');
    await without.getByRole('button', { name: 'Go' }).click();
    await without.waitForURL(`${site.url}find/?q=error+429`);
  } finally {
    await plain.close();
  }
  await page.goto(`${site.url}find/?q=error+429`);
  await expect(page.getByRole('combobox', { name: 'Search the manual' })).toHaveValue('error 429');
  await expect(groups().first()).toContainText('Too many requests');
  expect(await violations(page, ['moderate', 'minor'])).toEqual([]);
  await field().fill('backup');
  await expect(page).toHaveURL(`${site.url}find/?q=backup`);
});

test('speaks the language of its page, whose file alone is loaded, and reads from right to left', async () => {
  await open('de/', 'proxy');
  await expect(page.getByRole('button', { name: 'Schließen' })).toBeVisible();
  await expect(status()).toContainText('4 Seiten');
  expect(site.requests.filter((path) => path.includes('/translations/'))).toEqual([
    expect.stringMatching(/\/de\.[\w-]+\.js$/),
  ]);
  await open('ar/', 'proxy');
  await expect(status()).toContainText('4 صفحات');
  const middle = async (locator: Locator): Promise<number> => {
    const box = (await locator.boundingBox())!;
    return box.x + box.width / 2;
  };
  expect(await middle(page.getByRole('button', { name: 'إغلاق' }))).toBeLessThan(await middle(field()));
  // Sideways keys go where the text goes.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('[aria-selected="true"] button')).toHaveAttribute('title', 'لماذا هذه النتيجة؟');
  expect(await violations(page, ['moderate', 'minor'])).toEqual([]);
});

test('gives agents a tool where the browser takes tools', async () => {
  await page.addInitScript(() => {
    const tools = new Map<string, { execute(input: object): Promise<unknown> }>();
    Object.assign(window, { tools });
    Object.assign(document, {
      modelContext: {
        registerTool: async (
          tool: { name: string; execute(input: object): Promise<unknown> },
          { signal }: { signal: AbortSignal },
        ) => {
          tools.set(tool.name, tool);
          signal.addEventListener('abort', () => tools.delete(tool.name));
        },
      },
    });
  });
  await page.goto(site.url);
  const answer = await page.evaluate(async () => {
    const { tools } = window as unknown as {
      tools: Map<
        string,
        { execute(input: object): Promise<{ results: { title: string; passages: { url: string }[] }[] }> }
      >;
    };
    await customElements.whenDefined('nearfield-search');
    const { results } = await tools.get('search_site')!.execute({ query: 'too many requests' });
    document.querySelector('nearfield-search')!.remove();
    return { results, left: tools.size };
  });
  expect(answer.results[0]).toMatchObject({
    title: 'Errors',
    passages: [{ url: `${site.url}reference/errors/#e429` }],
  });
  expect(answer.left).toBe(0);
});
