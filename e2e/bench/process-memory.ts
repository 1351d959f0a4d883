import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright';
import { processMemory, rendererProcesses } from '../support/process-memory.ts';
import type { Bench } from './page/main.ts';
import type { PeerOptions } from './page/transformers-worker.ts';
import { median } from './statistics.ts';

export interface LoadingMemory {
  /** Growth of the page's process at its peak ÷ bytes of the model's files; null where it cannot be read. */
  peakOverModelBytes: number | null;
  modelBytes: number;
  note: string;
}

interface Options {
  executablePath: string | undefined;
  args: string[];
  url: string;
  options: PeerOptions;
}

const ROUNDS = 3;

/**
 * How much the renderer process grows at most while a cached model loads, the median of three loads. The runtime
 * (script, compiled wasm, threads) is in the baseline: a tiny model was run by it before.
 */
export async function loadingMemory({ executablePath, args, url, options }: Options): Promise<LoadingMemory> {
  if (options.model === 'tiny') {
    return {
      peakOverModelBytes: null,
      modelBytes: 0,
      note: 'a tiny model is lost in the noise of a process',
    };
  }
  if (process.platform !== 'linux') {
    return { peakOverModelBytes: null, modelBytes: 0, note: 'read from /proc, which only Linux has' };
  }
  const profile = await mkdtemp(join(tmpdir(), 'nearfield-bench-'));
  const launch = (): Promise<BrowserContext> =>
    chromium.launchPersistentContext(profile, { ...(executablePath && { executablePath }), args });
  try {
    const first = await launch();
    const filling = await first.newPage();
    await filling.goto(url);
    await filling.evaluate(
      async (value) => (globalThis as never as { bench: Bench }).bench.startOurs(value),
      options,
    );
    await first.close();

    const growths: number[] = [];
    let modelBytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const context = await launch();
      const page = await context.newPage();
      await page.goto(url);
      await page.evaluate(
        async (value) => (globalThis as never as { bench: Bench }).bench.holdRuntime(value),
        options,
      );
      const renderers = await rendererProcesses(context.browser()!);
      await page.requestGC();
      await new Promise((resolve) => setTimeout(resolve, 2000));
      // 5 sets the peak to the present size.
      for (const id of renderers) await writeFile(`/proc/${id}/clear_refs`, '5');
      const before = await processMemory(renderers, 'VmRSS');
      const loaded = await page.evaluate(
        async (model) => (globalThis as never as { bench: Bench }).bench.holdModel(model),
        options.model,
      );
      const peak = await processMemory(renderers, 'VmHWM');
      await context.close();
      modelBytes = loaded.bytes;
      growths.push(peak - before);
    }
    return {
      peakOverModelBytes: median(growths) / modelBytes,
      modelBytes,
      note: 'growth of the renderer process over a baseline with a tiny model running',
    };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
