import './app/quiet-lit.ts';
import { App } from './app/app.ts';
import { createConnections } from './app/connections.ts';
import { EMBEDDED_MODEL, REMOTE_MODEL } from './app/model-choices.ts';
import { readParameters } from './app/parameters.ts';
import { otherTabs } from './app/tabs.ts';
import './elements/nearfield-demo.ts';

const { device, baseUrl } = readParameters(location.search);
const app = new App({
  connections: createConnections(device),
  models: { local: EMBEDDED_MODEL, remote: REMOTE_MODEL },
  baseUrl,
  tabs: otherTabs(),
});

const demo = document.createElement('nearfield-demo');
demo.app = app;
document.querySelector('#starting')?.remove();
document.body.prepend(demo);
await app.refresh();
