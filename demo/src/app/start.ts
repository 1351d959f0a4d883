/** Makes an app of the page: it works without a network, takes files from the system, and can be installed. */
import type { App } from '../shell/app.ts';
import { words } from '../words/language.ts';
import { arrivals } from './arrivals.ts';
import { Installation } from './installation.ts';
import { persistOnceStored } from './persist.ts';
import { receiveFiles } from './receive.ts';
import { Version } from './registration.ts';

export const version = new Version();
export const installation = new Installation();

// The browser's offer may come while the rest of the page is still on its way.
installation.start();

/**
 * @param entry the address of the page's entry script, which names its version
 */
export async function startApp(app: App, entry: string): Promise<void> {
  const scope = new URL('./', document.baseURI).href;
  persistOnceStored(app, () => version.say('model-ready'));
  version.subscribe(() => {
    if (!version.state.justKept) return;
    version.update({ justKept: false });
    app.announce(words().app.worksOffline);
  });
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
