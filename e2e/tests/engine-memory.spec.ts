/** What `close()` gives back, in bytes of the page's process. */
import { expect, type Page, test } from '@playwright/test';
import type { EnginePage } from '../support/engine-page.ts';
import { type EngineServer, serveEnginePage } from '../support/engine-server.ts';
import { processMemory, rendererProcesses } from '../support/process-memory.ts';

declare global {
  var engine: EnginePage;
}

const ROUNDS = 10;
/** Rounds in which the browser still fills pools and caches of its own, which it keeps. */
const WARM_UP = 3;

let server: EngineServer;
test.beforeAll(async () => {
  server = await serveEnginePage();
});
test.afterAll(() => server.close());

/** Loads the embedded model and runs it. @returns bytes of its files */
const open = (page: Page, shared: boolean): Promise<number> =>
  page.evaluate(async (isShared) => {
    const { createLocal, embedded, kept } = globalThis.engine;
    kept.foundation = createLocal({ device: 'wasm', models: [embedded], shared: isShared });
    await kept.foundation.embeddings({ model: embedded.id, input: Array(64).fill('some words in a row') });
    return (await kept.foundation.load(embedded.id)).bytes;
  }, shared);

async function close(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { kept } = globalThis.engine;
    await kept.foundation?.close();
    delete kept.foundation;
  });
  await expect.poll(() => page.evaluate(() => globalThis.engine.workers()), { intervals: [20] }).toBe(0);
}

for (const shared of [false, true]) {
  const where = shared ? 'a shared worker' : 'a worker';
  test(`a model loaded in ${where} and closed ten times leaves nothing behind`, async ({ page, browser }) => {
    test.skip(process.platform !== 'linux', 'Memory of processes is read from /proc, which only Linux has.');
    await page.goto(server.url);
    await page.waitForFunction(() => 'engine' in globalThis);
    const memory = async (): Promise<number> => processMemory(await rendererProcesses(browser), 'VmRSS');
    const afterClose: number[] = [];
    let modelBytes = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      modelBytes = await open(page, shared);
      const loaded = await memory();
      await close(page);
      // Threads that ended are unmapped a second later; a worker that stayed would keep all of the model.
      await expect
        .poll(
          async () => {
            await page.requestGC();
            return loaded - (await memory());
          },
          { message: `bytes that came back in round ${round}`, intervals: [250] },
        )
        .toBeGreaterThan(modelBytes);
      afterClose.push(await memory());
    }
    const growth = afterClose[ROUNDS - 1]! - afterClose[WARM_UP - 1]!;
    const list = afterClose.map((bytes) => Math.round(bytes / 1e6)).join(', ');
    // A model, its wasm memory or its session kept in only one of the seven rounds would be more than that.
    expect(growth, `MB after each round: ${list}`).toBeLessThan(modelBytes);
    test.info().annotations.push({ type: 'MB after each round', description: list });
  });
}
