import type { Locator, Page } from '@playwright/test';
import { test as base, expect } from '../support/throttled-test.ts';

/** What the console says where a test has no service worker. */
export const BLOCKED_REGISTRATION = 'Service Worker registration blocked by Playwright';

/** Model files and the texts of the page are large: what a test may wait for, in milliseconds. */
export const LONG = 240_000;

/** Three paragraphs that are far from each other. */
export const SHORT_TEXT = `Sourdough needs a starter of flour and water that wild yeast has settled in. Feed it daily until it doubles within hours.

A total eclipse of the Sun lasts a few minutes at most. The Moon's shadow races over the ground faster than an aeroplane.

Lift a fallen tree only with help and a plan. A trunk under tension can spring back when it is cut.`;

/** Titles of the demo's pages, in the order of their links. */
export const PAGES = [
  'Search',
  'Teach',
  'Classify',
  'Rerank',
  'Segment',
  'Map',
  'Read',
  'Playground',
  'Models',
  'Benchmark',
  'Settings',
];

/** The demo as a person uses it. */
export class DemoPage {
  readonly page: Page;
  readonly question: Locator;
  readonly answers: Locator;
  readonly problems: Locator;

  constructor(page: Page) {
    this.page = page;
    this.question = page.getByRole('searchbox', { name: 'Ask in plain words' });
    this.answers = page.locator('[data-answer]');
    this.problems = page.getByRole('alert').locator('[data-code]');
  }

  async open(parameters = '?device=wasm'): Promise<void> {
    await this.page.goto(`/${parameters}`);
    await expect(this.question).toBeVisible();
  }

  /** Opens another page than the search, such as `classify/pictures`, and waits for its code. */
  async openPage(path: string, parameters = '?device=wasm'): Promise<void> {
    const name = path.split('/')[0]!;
    await this.page.goto(`/${parameters}#/${path}`);
    const title = name.charAt(0).toUpperCase() + name.slice(1);
    await expect(this.page.getByRole('heading', { level: 2, name: title, exact: true })).toBeVisible();
  }

  async addSample(): Promise<void> {
    await this.page.getByRole('button', { name: /sample passages/i }).click();
  }

  async paste(text: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Paste text…' }).first().click();
    await this.page.getByRole('dialog').getByLabel('Text', { exact: true }).fill(text);
    await this.page.getByRole('button', { name: 'Add text' }).click();
  }

  async indexed(count: number): Promise<void> {
    const state = this.page.getByTestId('index-state').filter({
      hasText: count === 1 ? 'The only passage is indexed.' : `All ${count} passages are indexed.`,
    });
    const failed = this.page.locator('[data-origin="indexing"], [data-origin="device"]').first();
    await expect(state.or(failed).first()).toBeVisible({ timeout: LONG });
    expect(await failed.allTextContents()).toEqual([]);
  }

  /** Asks, and waits for the answers to this question. */
  async ask(question: string): Promise<void> {
    await this.question.fill(question);
    await expect(this.page.locator(`#answers[data-question=${JSON.stringify(question)}]`)).toBeVisible({
      timeout: LONG,
    });
  }

  /** Switches to Remote. Pages apart from the search choose their models by themselves. */
  async useRemote(settings: { apiKey: string; baseUrl: string; model?: string }): Promise<void> {
    await this.page.getByRole('radio', { name: 'Remote' }).check();
    await this.page.getByLabel('API key', { exact: true }).fill(settings.apiKey);
    await this.page.getByLabel('Server address').fill(settings.baseUrl);
    if (settings.model !== undefined) {
      await this.page.getByRole('form', { name: 'Remote settings' }).getByLabel('Model').fill(settings.model);
    }
    await this.page.keyboard.press('Tab');
  }

  /** Presses Tab until the element is focused. */
  async tabTo(target: Locator): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reaches ${target}.`);
  }

  /** Checks that one problem is shown, in words for a person. */
  async expectProblem(code: string, title: string): Promise<void> {
    const problem = this.problems.and(this.page.locator(`[data-code="${code}"]`));
    await expect(problem).toBeVisible({ timeout: LONG });
    await expect(problem.getByRole('heading')).toHaveText(title);
    const [message, advice, ...more] = await problem.getByRole('paragraph').allTextContents();
    for (const sentence of [message, advice]) expect(sentence).toMatch(/^\S.{15,}$/);
    expect(more).toEqual([]);
    expect(await problem.textContent(), 'no stack').not.toMatch(/\bat \S+ ?\(?\S+:\d+:\d+/);
  }

  /** Checks that a field says what is missing in it, and has the focus. */
  async expectGap(field: Locator, message: string | RegExp): Promise<void> {
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(message);
  }

  /** The page never scrolls sideways. */
  async expectNoOverflow(): Promise<void> {
    const overflow = await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  }
}

/** Console messages of the browser, and those that a test expects. */
interface ConsoleLog {
  readonly lines: string[];
  /** The browser itself logs failed requests. */
  expectFailedRequests(): void;
  /** The browser itself logs handlers of a document that is only parsed: the page's policy forbids to run them. */
  expectBlockedHandlers(): void;
}

interface Fixtures {
  demo: DemoPage;
  consoleLog: ConsoleLog;
}

/** A test of the demo. It fails when anything is left on the console of any of its pages. */
export const test = base.extend<Fixtures>({
  consoleLog: [
    async ({ context }, use) => {
      const lines: string[] = [];
      let failedRequests = false;
      let blockedHandlers = false;
      context.on('console', (message) => {
        // Said by Playwright in the page: playwright.config.ts.
        if (message.text() === BLOCKED_REGISTRATION) return;
        if (failedRequests && message.text().startsWith('Failed to load resource')) return;
        if (blockedHandlers && message.text().startsWith('Executing inline event handler violates')) return;
        lines.push(`${message.type()}: ${message.text()}`);
      });
      context.on('weberror', (error) => lines.push(`uncaught: ${error.error().message}`));
      await use({
        lines,
        expectFailedRequests: () => {
          failedRequests = true;
        },
        expectBlockedHandlers: () => {
          blockedHandlers = true;
        },
      });
      expect(lines, 'console').toEqual([]);
    },
    { auto: true },
  ],
  demo: async ({ page }, use) => {
    await use(new DemoPage(page));
  },
});

export { expect };
