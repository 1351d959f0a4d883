/**
 * A page that is not cross-origin isolated, as most are: texts run on the encoder, and nothing of onnxruntime is asked
 * for until a model needs it.
 */
import { expect, type Page, test, type Worker } from '@playwright/test';
import type { EnginePage } from '../support/engine-page.ts';
import { type EngineServer, serveEnginePage } from '../support/engine-server.ts';

declare global {
  var engine: EnginePage;
}

let server: EngineServer;
test.beforeAll(async () => {
  server = await serveEnginePage({});
});
test.afterAll(() => server.close());
test.beforeEach(() => {
  server.interfere = undefined;
  server.requests.length = 0;
});

const runtimeFiles = (): string[] => server.requests.filter((path) => /\/ort[.-]/.test(path));

/** Embeds texts with one of the page's models; says what computed them. */
const embed = (page: Page, which: 'embedded' | 'tiny' = 'embedded') =>
  page.evaluate(async (name) => {
    const { createLocal, [name]: model } = globalThis.engine;
    const foundation = createLocal({ device: 'wasm', models: [model] });
    try {
      const input = ['white rabbit', 'A longer text, so that the two have lengths of their own.'];
      const { data } = await foundation.embeddings({ model: model.id, input });
      const alone = await foundation.embeddings({ model: model.id, input: input[0]! });
      const { loaded, device } = await foundation.capabilities();
      return {
        norms: data.map(({ embedding }) => Math.hypot(...embedding)),
        isSame: data[0]!.embedding.every((value, at) => value === alone.data[0]!.embedding[at]),
        runtime: loaded![0]!.runtime,
        check: loaded![0]!.check,
        threads: device!.threads,
      };
    } finally {
      await foundation.close();
    }
  }, which);

async function open(page: Page): Promise<void> {
  await page.goto(server.url);
  await page.waitForFunction(() => 'engine' in globalThis);
}

test('texts run on the encoder, and no file of onnxruntime is asked for', async ({ page }) => {
  // The strictest policy that lets WebAssembly be compiled.
  server.interfere = (path, response) => {
    if (path === '/' || path.endsWith('.js')) {
      response.setHeader('Content-Security-Policy', "script-src 'self' 'wasm-unsafe-eval'");
    }
    return false;
  };
  await open(page);
  for (const start of ['cold', 'warm']) {
    const found = await embed(page);
    expect(found, start).toMatchObject({
      isSame: true,
      threads: 1,
      runtime: { name: 'encoder', reason: 'the encoder reads its graph', workers: { running: 1 } },
    });
    for (const norm of found.norms) expect(norm).toBeCloseTo(1, 5);
    // Over the few published numbers of each golden.
    expect(found.check!.cosine).toBeGreaterThan(0.99);
  }
  expect(runtimeFiles()).toEqual([]);
  // Nor what only other calls need.
  expect(server.requests.filter((path) => /segmenter|base-/.test(path))).toEqual([]);
});

test('bulk calls are shared with a second worker, which may die', async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const { createLocal, embedded, kept } = globalThis.engine;
    kept.foundation = createLocal({ device: 'wasm', models: [embedded], threads: 2 });
    kept.model = embedded.id;
  });
  const helpers = (): Worker[] => page.workers().filter((worker) => worker !== engineWorker);
  const workers = () =>
    page.evaluate(async () => {
      const { loaded } = await globalThis.engine.kept.foundation!.capabilities();
      return loaded![0]!.runtime!.workers;
    });
  /** Forty texts in one call, or one after the other. */
  const vectors = (at: 'once' | 'turns') =>
    page.evaluate(async (how) => {
      const { foundation, model } = globalThis.engine.kept;
      const input = Array.from({ length: 40 }, (_, index) => `${'rabbit '.repeat((index * 7) % 60)}${index}`);
      const embed = (each: string | string[]) => foundation!.embeddings({ model: model!, input: each });
      const found: number[][] = [];
      const take = ({ data }: Awaited<ReturnType<typeof embed>>): void => {
        for (const { embedding } of data) found.push(Array.from(embedding));
      };
      if (how === 'once') take(await embed(input));
      else for (const each of input) take(await embed(each));
      return found;
    }, at);
  const alone = await vectors('turns');
  const [engineWorker] = page.workers();
  // Single queries start nobody.
  expect(helpers()).toHaveLength(0);
  expect(await workers()).toMatchObject({ most: 2, running: 1 });
  expect(await vectors('once')).toEqual(alone);
  await expect.poll(() => helpers().length).toBe(1);
  expect(await workers()).toEqual({ most: 2, running: 2, reason: 'asked for' });
  expect(await vectors('once')).toEqual(alone);
  // It ends in the midst of a call, without a word.
  const running = vectors('once');
  await helpers()[0]!.evaluate(() => globalThis.close());
  expect(await running).toEqual(alone);
  expect(await vectors('once')).toEqual(alone);
  expect(await workers()).toMatchObject({ most: 2, reason: 'asked for' });
  await page.evaluate(() => globalThis.engine.kept.foundation!.close());
  await expect.poll(() => page.workers()).toEqual([]);
  expect(runtimeFiles()).toEqual([]);
});

test('a precision that the encoder would round runs on onnxruntime', async ({ page }) => {
  await open(page);
  const found = await embed(page, 'tiny');
  expect(found.runtime).toEqual({
    name: 'onnxruntime',
    reason: 'the encoder would round fp32 weights to 8 bits',
  });
  for (const norm of found.norms) expect(norm).toBeCloseTo(1, 5);
  expect(runtimeFiles()).toHaveLength(3);
});

test('where WebAssembly is forbidden the line that would allow it is in the message', async ({ page }) => {
  server.interfere = (path, response) => {
    if (path.endsWith('.js')) response.setHeader('Content-Security-Policy', "script-src 'self'");
    return false;
  };
  await open(page);
  const failed = await page.evaluate(async () => {
    const { createLocal, embedded } = globalThis.engine;
    const foundation = createLocal({ device: 'wasm', models: [embedded] });
    try {
      await foundation.embeddings({ model: embedded.id, input: 'white rabbit' });
      return undefined;
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, message };
    } finally {
      await foundation.close();
    }
  });
  expect(failed).toMatchObject({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: expect.stringContaining(`"script-src 'self' 'wasm-unsafe-eval'"`),
  });
});
