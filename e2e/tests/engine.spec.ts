/** The engine in pages as browsers treat them: frozen and resumed, hidden, on slow networks. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import type { Browser } from '@playwright/test';
import { Hub } from '../../packages/core/test/hub.ts';
import type { EnginePage } from '../support/engine-page.ts';
import { type EngineServer, serveEnginePage } from '../support/engine-server.ts';
import { expect, test } from '../support/throttled-test.ts';
import { UnemulatedPage } from '../support/unemulated-page.ts';

declare global {
  var engine: EnginePage;
}

let server: EngineServer;
test.beforeAll(async () => {
  server = await serveEnginePage();
});
test.afterAll(() => server.close());

let sleeper: UnemulatedPage | undefined;
test.afterEach(async () => {
  await sleeper?.close();
  sleeper = undefined;
});

/** Opens the page, starts a foundation there and a long call on it, whose promise the page keeps. */
async function startCall(
  browser: Browser,
  device: 'wasm' | 'webgpu',
  shared: boolean,
): Promise<UnemulatedPage> {
  sleeper = await UnemulatedPage.open(browser, server.url);
  const page = sleeper;
  await expect.poll(() => page.evaluate(() => 'engine' in globalThis, null)).toBe(true);
  await page.evaluate(
    async ([wanted, isShared]) => {
      const { createLocal, tiny, embedded, kept } = globalThis.engine;
      const model = wanted === 'wasm' ? embedded : tiny;
      const foundation = createLocal({
        device: wanted,
        shared: isShared,
        models: [model],
        // Much less than the page will sleep: asleep, it must not count.
        unresponsiveAfter: 6000,
      });
      await foundation.load(model.id);
      // The page sleeps only as long as the test needs, and its clock then jumps as after a long sleep.
      const now = performance.now.bind(performance);
      let slept = 0;
      performance.now = () => now() + slept;
      document.addEventListener('freeze', () => {
        kept.isFrozen = true;
      });
      document.addEventListener('resume', () => {
        slept += 12_000;
      });
      const ticks = [performance.now()];
      setInterval(() => ticks.push(performance.now()), 50);
      const input = Array.from({ length: 1000 }, (_, index) => `${index} ${'rabbit '.repeat(index % 40)}`);
      const call = foundation
        .embeddings({ model: model.id, input })
        .then(({ data }) => data.map(({ embedding }) => embedding));
      Object.assign(kept, { foundation, call, ticks, model: model.id });
    },
    [device, shared] as const,
  );
  return page;
}

/** What became of the call, against some of its texts alone; and the longest time in which no timer fired. */
const outcome = (page: UnemulatedPage): Promise<{ count: number; furthest: number; longestGap: number }> =>
  page.evaluate(async () => {
    const { foundation, call, ticks = [], model = '' } = globalThis.engine.kept;
    const vectors = await call!;
    let furthest = 0;
    for (const index of [0, 39, 500, 999]) {
      const input = `${index} ${'rabbit '.repeat(index % 40)}`;
      const { data } = await foundation!.embeddings({ model, input });
      const alone = data[0]!.embedding;
      furthest = Math.max(furthest, ...alone.map((value, at) => Math.abs(value - vectors[index]![at]!)));
    }
    await foundation!.close();
    const gaps = ticks.slice(1).map((tick, index) => tick - ticks[index]!);
    return { count: vectors.length, furthest, longestGap: Math.max(...gaps) };
  }, null);

for (const [device, shared] of [
  ['wasm', false],
  ['wasm', true],
  ['webgpu', false],
] as const) {
  const where = `${device}${shared ? ', shared' : ''}`;
  test(`a page that is frozen in mid-call gets its answer when it is resumed (${where})`, async ({
    browser,
  }) => {
    const page = await startCall(browser, device, shared);
    await page.setState('frozen');
    await expect.poll(() => page.isTrue('engine.kept.isFrozen')).toBe(true);
    await page.setState('active');
    const { count, furthest, longestGap } = await outcome(page);
    expect(count).toBe(1000);
    expect(furthest).toBeLessThan(1e-5);
    // It really slept.
    expect(longestGap).toBeGreaterThan(10_000);
  });
}

test('a page that is hidden gets its answer, too', async ({ browser }) => {
  const page = await startCall(browser, 'wasm', false);
  // Freezing hides a page, and being active again does not show it.
  await page.setState('frozen');
  await page.setState('active');
  const { count, furthest } = await outcome(page);
  expect(await page.evaluate(() => document.visibilityState, null)).toBe('hidden');
  expect(count).toBe(1000);
  expect(furthest).toBeLessThan(1e-5);
});

test('an abort while a model is downloaded stops the download; the next load goes on with it', async ({
  page,
}) => {
  const path = 'onnx/model_quantized.onnx';
  const hub = await Hub.start({
    repositories: { 'example/minilm': await filesOf(miniLMDirectory()) },
  });
  try {
    // Hardly more comes, so that nothing but the abort ends it.
    hub.fail(path, { kind: 'crawl', after: 12e6 });
    await page.goto(server.url);
    await page.waitForFunction(() => 'engine' in globalThis);
    const aborted = await page.evaluate(async (remoteHost) => {
      const { createLocal, kept } = globalThis.engine;
      const like = 'all-MiniLM-L6-v2';
      kept.foundation = createLocal({
        device: 'wasm',
        hub: { remoteHost },
        models: [{ id: 'slow', like, source: 'example/minilm', dtypes: ['q8'] }],
      });
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      const other = kept.foundation.models.list();
      const error = await kept.foundation
        .load('slow', {
          signal: controller.signal,
          onProgress: (event) => {
            if (event.type === 'model-progress' && event.loaded > 9e6) controller.abort(reason);
          },
        })
        .catch((thrown: unknown) => thrown);
      await other;
      return error === reason;
    }, hub.url);
    expect(aborted).toBe(true);
    await expect.poll(() => hub.transfers(path).map(({ isOpen }) => isOpen)).toEqual([false]);
    hub.recover();
    const norm = await page.evaluate(async () => {
      const { foundation } = globalThis.engine.kept;
      const { data } = await foundation!.embeddings({ model: 'slow', input: 'white rabbit' });
      return Math.hypot(...data[0]!.embedding);
    });
    expect(norm).toBeCloseTo(1, 4);
    expect(hub.transfers(path).at(-1)!.range).not.toBe('bytes=0-');
  } finally {
    await hub.offline();
  }
});

/** A model folder's files by their paths. */
async function filesOf(directory: string): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const name = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.json$|quantized\.onnx$/.test(name) || name.endsWith('manifest.json')) continue;
    files[name.slice(directory.length + 1)] = await readFile(name);
  }
  return files;
}
