import { readdir, readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright';
import type { Bench } from './page/main.ts';
import type { PeerOptions } from './page/transformers-worker.ts';

export interface LoadingMemory {
  /** Growth of the page's process at its peak ÷ bytes of the model's files; null where it cannot be read. */
  peakOverModelBytes: number | null;
  modelBytes: number;
  note: string;
}

/**
 * How much the renderer process grows at most while a model loads. The runtime itself (script, compiled wasm)
 * is in the baseline: the model is loaded once in a worker that is ended before the peak is reset.
 */
export async function loadingMemory({
  executablePath,
  args,
  url,
  options,
}: {
  executablePath: string | undefined;
  args: string[];
  url: string;
  options: PeerOptions;
}): Promise<LoadingMemory> {
  if (process.platform !== 'linux') {
    return { peakOverModelBytes: null, modelBytes: 0, note: 'read from /proc, which only Linux has' };
  }
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.evaluate(
      async (value) => (globalThis as never as { bench: Bench }).bench.capabilities(value),
      options,
    );
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    await page.requestGC();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const id of renderers) await writeFile(`/proc/${id}/clear_refs`, '5');
    const before = await sum(renderers, 'VmRSS');
    const loaded = await page.evaluate(
      async (value) => (globalThis as never as { bench: Bench }).bench.holdOurs(value),
      options,
    );
    const peak = await sum(renderers, 'VmHWM');
    return {
      peakOverModelBytes: (peak - before) / loaded.bytes,
      modelBytes: loaded.bytes,
      note: 'growth of the renderer process over a baseline with the runtime compiled',
    };
  } finally {
    await browser.close();
  }
}

/** Bytes of one line of /proc/PID/status over processes. */
async function sum(ids: number[], field: string): Promise<number> {
  const known = new Set(await readdir('/proc'));
  let bytes = 0;
  for (const id of ids) {
    if (!known.has(String(id))) continue;
    const status = await readFile(`/proc/${id}/status`, 'utf8');
    bytes += Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  }
  return bytes;
}
