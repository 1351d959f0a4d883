/** A page on plain http from another host: no secure context, so that much of the platform is missing. */
import { expect, test } from '@playwright/test';
import { CHROMIUM_ARGUMENTS, findBrowser } from '../../tooling/browser.mjs';
import type { EnginePage } from '../support/engine-page.ts';
import { type EngineServer, serveEnginePage } from '../support/engine-server.ts';

declare global {
  var engine: EnginePage;
}

const executablePath = findBrowser();
test.use({
  launchOptions: {
    ...(executablePath && { executablePath }),
    args: [...CHROMIUM_ARGUMENTS, '--host-resolver-rules=MAP insecure.example 127.0.0.1'],
  },
});

let server: EngineServer;
test.beforeAll(async () => {
  server = await serveEnginePage({});
});
test.afterAll(() => server.close());

for (const shared of [false, true]) {
  test(`embeds, trains, classifies, segments and runs a batch (shared: ${shared})`, async ({ page }) => {
    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => said.push(`uncaught: ${error.message}`));
    await page.goto(server.url.replace('127.0.0.1', 'insecure.example'));
    await page.waitForFunction(() => 'engine' in globalThis);
    expect(
      await page.evaluate(() => [isSecureContext, 'randomUUID' in crypto, 'locks' in navigator]),
    ).toEqual([false, false, false]);
    const result = await page.evaluate(async (isShared) => {
      const { createLocal, embedded } = globalThis.engine;
      const { id: model } = embedded;
      const foundation = createLocal({ models: [embedded], shared: isShared });
      const { data } = await foundation.embeddings({ model, input: ['a dog', 'a puppy', 'tax law'] });
      const cosine = (a: Float32Array, b: Float32Array): number =>
        a.reduce((sum, value, at) => sum + value * b[at]!, 0);
      const [dog, puppy, tax] = data.map(({ embedding }) => embedding) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const input = [
        { text: 'wonderful, I love it', label: 'good' },
        { text: 'great and lovely', label: 'good' },
        { text: 'awful, I hate it', label: 'bad' },
        { text: 'terrible and broken', label: 'bad' },
      ];
      const { classifier_id } = await foundation.train({ model, input, num_iters: 10 });
      const classified = await foundation.classify({
        classifier_id,
        input: ['simply lovely', 'it is awful'],
      });
      const { num_tokens } = await foundation.segment({ content: 'a dog', tokenizer: 'r50k_base' });
      const lines = ['first', 'second'].map((text) => JSON.stringify({ body: { model, input: text } }));
      const file = new Blob([`${lines.join('\n')}\n`]);
      const { batch_id } = await foundation.batches.create({ model, input: file });
      for (;;) {
        const { status } = await foundation.batches.get(batch_id);
        if (status === 'completed') break;
        if (status === 'failed' || status === 'cancelled') throw new Error(`The batch is ${status}.`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const custom: unknown[] = [];
      for await (const line of foundation.batches.output(batch_id)) custom.push(line);
      const { device, storage, restrictions } = await foundation.capabilities();
      const [usage] = await foundation.storage.usage();
      const persisted = await foundation.storage.persist();
      await foundation.close();
      return {
        near: cosine(dog, puppy),
        far: cosine(dog, tax),
        predictions: classified.data.map(({ prediction }) => prediction),
        num_tokens,
        lines: custom.length,
        batch_id,
        classifier_id,
        device,
        kind: storage?.kind,
        restrictions,
        complete: usage?.complete,
        persisted,
      };
    }, shared);
    expect(result.near).toBeGreaterThan(result.far + 0.3);
    expect(result).toMatchObject({
      predictions: ['good', 'bad'],
      num_tokens: 2,
      lines: 2,
      device: { device: 'wasm', threads: 1, reason: 'WebGPU needs a secure context (https or localhost).' },
      kind: 'indexeddb',
      complete: true,
      persisted: false,
    });
    expect(result.classifier_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(result.batch_id).toMatch(/^batch_[0-9a-f]{8}-/);
    expect(result.restrictions).toEqual([
      expect.stringContaining('in one tab at a time'),
      expect.stringContaining('how much room is left'),
      expect.stringContaining('hashed by script'),
      expect.stringContaining('transparency'),
    ]);
    expect(said).toEqual([]);
  });
}

test('a page on localhost has no such restrictions', async ({ page }) => {
  await page.goto(server.url);
  await page.waitForFunction(() => 'engine' in globalThis);
  const restrictions = await page.evaluate(async () => {
    const foundation = globalThis.engine.createLocal({ device: 'wasm' });
    const capabilities = await foundation.capabilities();
    await foundation.close();
    return capabilities.restrictions;
  });
  expect(restrictions).toEqual([]);
});
