/**
 * Memory of the browser's processes, from /proc: `measureUserAgentSpecificMemory` never answers once a worker of the
 * page has ended, and a page's own counters do not know what lies in wasm or on a GPU. Only Linux has /proc.
 */
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright';

/** Process ids of the browser's renderers: pages with their workers. */
export async function rendererProcesses(browser: Browser): Promise<number[]> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
}

/**
 * Bytes over processes: `VmRSS` what they have in memory, `VmHWM` the most they had. One that ended counts nothing.
 */
export async function processMemory(ids: readonly number[], field: 'VmRSS' | 'VmHWM'): Promise<number> {
  let bytes = 0;
  for (const id of ids) {
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
    bytes += Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  }
  return bytes;
}
