/** A browser with an extension of the manifest's third version. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Worker } from '@playwright/test';
import { findBrowser } from '../../tooling/browser.mjs';

/** An extension that is loaded. */
export interface Extension {
  readonly context: BrowserContext;
  readonly background: Worker;
  /** Of its pages, with a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

/** Starts a browser of its own: extensions belong to a profile. */
export async function loadExtension(folder: string): Promise<Extension> {
  const profile = await mkdtemp(join(tmpdir(), 'nearfield-profile-'));
  const executablePath = findBrowser(() => chromium.executablePath());
  const context = await chromium.launchPersistentContext(profile, {
    channel: 'chromium',
    ...(executablePath && { executablePath }),
    args: [
      `--disable-extensions-except=${folder}`,
      `--load-extension=${folder}`,
      '--disable-features=DisableLoadExtensionCommandLineSwitch',
    ],
  });
  const close = async (): Promise<void> => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  };
  const background = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  return { context, background, origin: new URL('/', background.url()).href, close };
}
