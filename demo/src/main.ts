import './shell/quiet-lit.ts';
import { startApp } from './app/start.ts';
import { App } from './shell/app.ts';
import { createConnections } from './shell/connections.ts';
import { readParameters } from './shell/parameters.ts';
import { keepSettings, keptSettings } from './shell/settings.ts';
import { otherTabs } from './shell/tabs.ts';
import './shell/nearfield-demo.ts';
import { firstLanguage, useLanguage } from './words/language.ts';

// English is part of the page: it is what there is where another language does not arrive.
await useLanguage(firstLanguage(navigator.languages)).catch(() => useLanguage('en'));

const kept = keptSettings();
const { device, baseUrl } = readParameters(location.search, kept);
const app = new App({
  connections: createConnections(),
  baseUrl,
  wantsKey: kept.wantsKey && kept.baseUrl === baseUrl,
  engine: { device, threads: kept.threads },
  preference: kept.preference,
  tabs: otherTabs(),
  keep: keepSettings,
});
// Remote is not taken up again: its key is gone, and nothing goes to a server that was not chosen in this visit.
if (kept.mode === 'auto') void app.setMode('auto');

const demo = document.createElement('nearfield-demo');
demo.app = app;
document.querySelector('#starting')?.remove();
document.body.prepend(demo);
await app.refresh();
await startApp(app, import.meta.url);
