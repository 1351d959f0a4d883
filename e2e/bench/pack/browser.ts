/** Opens pages in a Chromium that is not driven: it gets an address, and is ended when the page has answered. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Every headless run. */
const ALWAYS = ['--headless', '--no-first-run', '--disable-extensions', '--enable-unsafe-webgpu'];

/** WebGPU computed in software. */
export const SOFTWARE = ['--use-webgpu-adapter=swiftshader'];

/** WebGPU on a GPU of a Linux machine without a screen, by Vulkan, with float16 on NVIDIA's. */
export const GPU = [
  '--enable-features=Vulkan,WebGPU',
  '--use-vulkan=native',
  '--use-angle=vulkan',
  '--ignore-gpu-blocklist',
  '--disable-vulkan-surface',
  '--use-webgpu-adapter=default',
  '--enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia',
];

export interface Visit {
  readonly browser: string;
  readonly flags: readonly string[];
  readonly url: string;
  /** Folder of the browser's profile. Default: a new one that is deleted. */
  readonly profile?: string | undefined;
  /** Milliseconds after which the browser is ended. */
  readonly limit: number;
}

/**
 * Visits an address until `answer` settles, and ends the browser.
 * @throws Error if the browser ends or the time is over before.
 */
export async function visit<Value>(
  { browser, flags, url, profile, limit }: Visit,
  answer: Promise<Value>,
): Promise<Value> {
  const folder = profile ?? (await mkdtemp(join(tmpdir(), 'nearfield-pack-')));
  // As root a sandbox cannot be set up.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const process_ = spawn(browser, [...ALWAYS, ...sandbox, ...flags, `--user-data-dir=${folder}`, url], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      answer,
      new Promise<never>((_, reject) => {
        process_.once('error', reject);
        process_.once('exit', (code) => reject(new Error(`The browser ended with ${code}.`)));
        timer = setTimeout(() => reject(new Error(`No answer in ${limit / 1000} s.`)), limit);
      }),
    ]);
  } finally {
    clearTimeout(timer);
    // One that could not be started has no end to wait for.
    if (process_.pid !== undefined) {
      process_.kill('SIGKILL');
      await ended;
    }
    if (!profile) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
