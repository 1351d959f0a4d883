/** Makes an app of the page: it works without a network, takes files from the system, and can be installed. */
import type { App } from '../shell/app.ts';
import { words } from '../words/language.ts';
import { arrivals } from './arrivals.ts';
import { Installation } from './installation.ts';
import { persistOnceStored } from './persist.ts';
import { receiveFiles } from './receive.ts';
import { Version, type VersionState } from './registration.ts';
import type { RuntimeDevice } from './scope.ts';

export const version = new Version();
export const installation = new Installation();

// The browser's offer may come while the rest of the page is still on its way.
installation.start();

/**
 * @param entry the address of the page's entry script, which names its version
 */
export async function startApp(app: App, entry: string): Promise<void> {
  const scope = new URL('./', document.baseURI).href;
  persistOnceStored(app);
  watchRuntimes(app);
  announceVersions(app);
  // The dev server has no service worker: what it serves changes all the time.
  if (import.meta.env.PROD) void version.start(new URL('service-worker.js', scope).href, entry);
  await receiveFiles({
    arrivals,
    scope,
    open: (hash) => {
      location.hash = hash;
    },
    report: (error) => app.report(error, 'files'),
  });
}

/** What a page says of a newer version. */
export const updateText = (update: Exclude<VersionState['update'], 'none'>): string =>
  update === 'ready' ? words().app.newVersion : words().app.newVersionElsewhere;

/** Says what is shown to screen readers, too, and once that the app works without a network. */
function announceVersions(app: App): void {
  let last: VersionState['update'] = 'none';
  let isKeptSaid = false;
  version.subscribe(() => {
    const { kept, update } = version.state;
    // For the eye it stands in the foot of the page: in a toast it would cover the first results.
    if (kept === 'now' && !isKeptSaid) {
      isKeptSaid = true;
      app.announceQuietly(words().app.worksOffline);
    }
    if (update !== last && update !== 'none') app.announceQuietly(updateText(update));
    last = update;
  });
}

/** Has onnxruntime's code kept that models of this page run on. */
function watchRuntimes(app: App): void {
  const said = new Set<RuntimeDevice>();
  app.subscribe(() => {
    for (const { runtime, device } of app.state.capabilities.local?.loaded ?? []) {
      if (runtime?.name !== 'onnxruntime' || (device !== 'wasm' && device !== 'webgpu') || said.has(device))
        continue;
      said.add(device);
      version.say(`uses-${device}`);
    }
  });
}
