/** The folders of examples/: how each is built, and its main job on real input. */
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { loadExtension } from './extension.ts';
import type { Workspace } from './workspace.ts';

/** A folder of examples/. */
export interface Example {
  /** Name of the folder. */
  readonly id: string;
  /** Its npm scripts that are run first. */
  readonly build?: readonly string[];
  /** Folder to serve with the strict policy, once it is built. */
  readonly site?: string;
  /** Or a command that serves. */
  readonly serve?: (port: number) => string;
  /** A command that serves for development; `npm run toolchains` tries it too. */
  readonly develop?: (port: number) => string;
  /** Does the job in a page of what is served. */
  readonly use?: (page: Page) => Promise<void>;
  /** Does the job of an example that is no site. */
  readonly run?: (workspace: Workspace, port: number) => Promise<void>;
  /** Whether `npm test` runs it; `npm run toolchains` runs all. */
  readonly isUsual: boolean;
}

const results = (page: Page) => page.getByRole('listitem');

async function useSearchWidget(page: Page): Promise<void> {
  await page.keyboard.press('/');
  // Neither word is on the page that answers.
  await page.getByRole('combobox').fill('stay fresh');
  const first = page.locator('nearfield-search [data-id]').first();
  await expect(first).toHaveAttribute('data-id', 'storing.html');
  await first.getByRole('link').first().click();
  await page.waitForURL(/storing\.html/);
}

async function usePlainScript(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Find answers' }).click();
  await expect(results(page)).toHaveCount(3);
  await expect(results(page).first()).toContainText('has not been delivered');
  await page.getByRole('textbox').fill('when is the shop open');
  await page.getByRole('button', { name: 'Find answers' }).click();
  await expect(results(page).first()).toContainText('Lisbon');
}

async function useServiceWorker(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page.locator('output')).toHaveText(/^The first is nearer: 0\.\d\d and/);
  await page.context().setOffline(true);
  await page.getByLabel('Sentence').fill('We need a place for dinner tonight');
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(page.locator('output')).toHaveText(/^The second is nearer/);
}

async function useReact(page: Page): Promise<void> {
  const find = page.getByRole('searchbox', { name: 'Find a note' });
  await find.fill('who can open my door');
  await expect(results(page).first()).toContainText('spare key');
  await page.getByRole('textbox', { name: 'New note' }).fill('The plumber comes on Tuesday at nine.');
  await page.getByRole('button', { name: 'Keep' }).click();
  await find.fill('who repairs the pipes');
  await expect(results(page).first()).toContainText('plumber');
  // Notes outlive the page.
  await page.reload();
  await find.fill('who repairs the pipes');
  await expect(results(page).first()).toContainText('plumber');
}

async function useVue(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sort' }).click();
  await expect(results(page)).toContainText([
    /charged twice.*billing/,
    /parcel.*delivery/,
    /crashes.*technical problem/,
  ]);
}

async function useSvelte(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Compare' }).click();
  await expect(results(page)).toHaveCount(2);
  await expect(results(page).first()).toContainText('password');
  await expect(results(page).last()).toContainText(
    'Where is your shop? / What is the address of your store?',
  );
  // The pairs follow the threshold without the model.
  await page.getByRole('slider').fill('1');
  await expect(results(page)).toHaveCount(0);
}

async function useNext(page: Page): Promise<void> {
  await expect(results(page).first()).toContainText('sea');
  await page.getByRole('textbox', { name: 'Search' }).fill('buying a house');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(results(page).first()).toContainText('mortgage');
}

async function useOfflineClassifier(page: Page): Promise<void> {
  const classify = async (text: string): Promise<void> => {
    await page.getByLabel('Text', { exact: true }).fill(text);
    await page.getByRole('button', { name: 'Classify' }).click();
  };
  await page.getByRole('button', { name: 'Teach' }).click();
  await expect(page.locator('output')).toHaveText('Learnt from 6 examples.');
  await classify('Claim your free gift card today');
  await expect(page.locator('output')).toHaveText(/^spam/);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.context().setOffline(true);
  await page.reload();
  await classify('Shall we have lunch tomorrow?');
  await expect(page.locator('output')).toHaveText(/^mail/);
}

async function runNodeOpenai(workspace: Workspace, port: number): Promise<void> {
  const url = `http://localhost:${port}`;
  const stop = await workspace.serve('node-openai', `env PORT=${port} node server.js`, `${url}/health`);
  try {
    const ask = `OPENAI_BASE_URL=${url}/v1 node ask.js "how do I get my money back?"`;
    expect(await workspace.run('node-openai', ask)).toMatch(/^0\.\d\d {2}Refunds reach/);
  } finally {
    await stop();
  }
}

async function runExtension(workspace: Workspace): Promise<void> {
  const extension = await loadExtension(join(workspace.folder('extension'), 'extension'));
  try {
    for (const title of [
      'Timetable of the trains to Porto',
      'Pancakes with blueberries',
      'Weather in Oslo',
    ]) {
      const tab = await extension.context.newPage();
      await tab.goto('about:blank');
      await tab.evaluate((name) => {
        document.title = name;
      }, title);
    }
    const popup = await extension.context.newPage();
    await popup.goto(`${extension.origin}popup.html`);
    await popup.getByRole('searchbox').fill('something sweet for breakfast');
    await expect(popup.getByRole('button').first()).toHaveText('Pancakes with blueberries');
    const nearest = extension.background.evaluate(async () => {
      type Rank = (query: string) => Promise<{ title: string }[]>;
      const { rankOffscreen } = globalThis as unknown as { rankOffscreen: Rank };
      return (await rankOffscreen('going somewhere by rail'))[0]?.title;
    });
    expect(await nearest).toBe('Timetable of the trains to Porto');
  } finally {
    await extension.close();
  }
}

const vite = (port: number): string => `npm run dev -- --host 127.0.0.1 --port ${port} --strictPort`;

const withVite = (id: string, use: NonNullable<Example['use']>, isUsual: boolean): Example => ({
  id,
  build: ['build'],
  site: 'dist',
  develop: vite,
  use,
  isUsual,
});

export const EXAMPLES: readonly Example[] = [
  { id: 'search-widget', build: ['build'], site: 'site', use: useSearchWidget, isUsual: true },
  // The test of docs/policies.md uses it in any case.
  { id: 'plain-script', build: ['build'], site: 'public', use: usePlainScript, isUsual: false },
  { id: 'node-openai', run: runNodeOpenai, isUsual: true },
  withVite('service-worker', useServiceWorker, true),
  { id: 'extension', build: ['build'], run: runExtension, isUsual: true },
  withVite('react', useReact, false),
  withVite('vue', useVue, false),
  withVite('svelte', useSvelte, false),
  {
    id: 'next',
    build: ['build'],
    serve: (port) => `npm start -- -H 127.0.0.1 -p ${port}`,
    develop: (port) => `npm run dev -- -H 127.0.0.1 -p ${port}`,
    use: useNext,
    isUsual: false,
  },
  {
    id: 'offline-classifier',
    build: ['build'],
    // Its service worker belongs to what is built.
    serve: (port) => `npm run preview -- --host 127.0.0.1 --port ${port} --strictPort`,
    use: useOfflineClassifier,
    isUsual: false,
  },
];
