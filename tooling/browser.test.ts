import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensureBrowser, findBrowser } from './browser.mjs';

let folder: string;

/** A program that starts, or does not, as a browser without its libraries. */
async function program(path: string, exitCode = 0): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\nexit ${exitCode}\n`);
  await chmod(file, 0o755);
  return file;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearfield-browser-'));
  vi.stubEnv('NEARFIELD_CHROMIUM', undefined);
  vi.stubEnv('PATH', join(folder, 'bin'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

test("an explicit path wins over Playwright's browser, which wins over the system's", async () => {
  const system = await program('bin/chromium');
  expect(findBrowser()).toBe(system);
  const own = await program('playwright/chrome');
  expect(findBrowser(() => own)).toBe(own);
  const explicit = await program('explicit/chrome');
  vi.stubEnv('NEARFIELD_CHROMIUM', explicit);
  expect(findBrowser(() => own)).toBe(explicit);
});

test('an explicit path that is wrong is an error, never a fallback', async () => {
  await program('bin/chromium');
  vi.stubEnv('NEARFIELD_CHROMIUM', join(folder, 'missing'));
  expect(() => findBrowser()).toThrow(/NEARFIELD_CHROMIUM.*missing/);
});

test('gets a browser only when there is none, and stops at the first way that works', async () => {
  const own = join(folder, 'playwright/chrome');
  const download = vi.fn(() => program('playwright/chrome'));
  const distribution = vi.fn(async () => {});
  expect(await ensureBrowser(() => own, [download, distribution])).toBe(own);
  expect(await ensureBrowser(() => own, [download, distribution])).toBe(own);
  expect(download).toHaveBeenCalledTimes(1);
  expect(distribution).not.toHaveBeenCalled();
});

test.runIf(process.platform === 'linux')('a download that does not start does not hide another', async () => {
  const own = await program('playwright/chrome', 127);
  const system = await program('bin/chromium');
  expect(await ensureBrowser(() => own, [])).toBe(system);
});

test.skipIf(process.platform === 'darwin')('says what to do when none can be had', async () => {
  const failing = ensureBrowser(() => undefined, [async () => {}]);
  await expect(failing).rejects.toThrow(/No Chromium[\s\S]*playwright install[\s\S]*NEARFIELD_CHROMIUM=/);
});
