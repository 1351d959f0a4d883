/** The README's quick start, pasted into an empty folder. `npm run toolchains` runs it: it needs the registry. */
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { freePort } from '../../tooling/free-port.ts';
import { serveStatic } from '../support/consumer.ts';
import { SIMILARITY } from '../toolchains/page.ts';
import { type QuickStart, readQuickStarts } from '../toolchains/quick-starts.ts';
import { type Registry, serveRegistry } from '../toolchains/registry.ts';
import { runShell, startServer, userConfig } from '../toolchains/shell.ts';

test.skip(process.env.NEARFIELD_TOOLCHAINS !== 'all', 'npm run toolchains runs it');
// Generators of projects download what they generate.
test.setTimeout(600_000);

let registry: Registry;
let root: string;
let environment: NodeJS.ProcessEnv;
test.beforeAll(async () => {
  registry = await serveRegistry();
  root = await realpath(await mkdtemp(join(tmpdir(), 'nearfield-quick-start-')));
  environment = await userConfig(root, registry.url);
});
test.afterAll(async () => {
  await registry?.close();
  if (root) await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

/** Does what the README says. @returns the project's folder */
async function paste({ commands, files }: QuickStart): Promise<string> {
  const printed = await runShell(`${commands}\npwd`, root, environment);
  const folder = printed.trim().split('\n').at(-1)!;
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function expectSimilarity(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const shown = page.getByText(/0\.6\d\d/).first();
  await shown.waitFor({ timeout: 120_000 });
  const [figure] = /0\.6\d\d/.exec((await shown.textContent()) ?? '')!;
  expect(Number(figure)).toBeCloseTo(SIMILARITY, 2);
}

const starts = readQuickStarts();

for (const [name, command] of [
  ['Vite', (port: number) => `npx vite --host 127.0.0.1 --port ${port} --strictPort`],
  ['Next', (port: number) => `npx next dev -H 127.0.0.1 -p ${port}`],
] as const) {
  test(name, async ({ page }) => {
    const folder = await paste(starts.get(name)!);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/`;
    const stop = await startServer(command(port), folder, environment, url);
    await expectSimilarity(page, url).finally(stop);
  });
}

test('Plain HTML', async ({ page }) => {
  const folder = await paste(starts.get('Plain HTML')!);
  const server = await serveStatic({ '/': folder }, { 'Content-Security-Policy': '' });
  await expectSimilarity(page, `${server.origin}/`).finally(() => server.close());
});

test('Node', async () => {
  const folder = await paste(starts.get('Node')!);
  const figure = await runShell('node embed.mjs', folder, environment);
  expect(Number(figure)).toBeCloseTo(SIMILARITY, 2);
});
