import { html, type TemplateResult } from 'lit';
import type { Words } from '../words/en.ts';
import type { App } from './app.ts';
import '../search/search-page.ts';

/** A page of the demo. */
export interface Page {
  /** The part of the address after `#/`, up to the next slash. Its title is in the texts of the interface. */
  path: keyof Words['pages'];
  /** Fetches the page's code; absent for the page that is there from the start. */
  load?: () => Promise<unknown>;
  render(app: App): TemplateResult;
  /** Its place among the links: the work, what helps with it, and what is set. Default `work`. */
  group?: 'work' | 'tools' | 'settings';
  /** Where the skip link goes: the text that names it, and the element. */
  start: { label: 'skipToContent' | 'skipToQuestion'; selector: string };
}

const content: Page['start'] = { label: 'skipToContent', selector: 'main h2' };

/** All pages; the first is the one without a path in the address. */
export const PAGES: readonly [Page, ...Page[]] = [
  {
    path: 'search',
    render: (app) => html`<search-page .app=${app}></search-page>`,
    start: { label: 'skipToQuestion', selector: '#question' },
  },
  {
    path: 'classify',
    load: () => import('../classify/classify-page.ts'),
    render: (app) => html`<classify-page .app=${app}></classify-page>`,
    start: content,
  },
  {
    path: 'rerank',
    load: () => import('../rerank/rerank-page.ts'),
    render: (app) => html`<rerank-page .app=${app}></rerank-page>`,
    start: content,
  },
  {
    path: 'segment',
    load: () => import('../segment/segment-page.ts'),
    render: (app) => html`<segment-page .app=${app}></segment-page>`,
    start: content,
  },
  {
    path: 'read',
    load: () => import('../read/read-page.ts'),
    render: (app) => html`<read-page .app=${app}></read-page>`,
    start: content,
  },
  {
    path: 'playground',
    group: 'tools',
    load: () => import('../playground/playground-page.ts'),
    render: (app) => html`<playground-page .app=${app}></playground-page>`,
    start: content,
  },
  {
    path: 'models',
    group: 'tools',
    load: () => import('../models/models-page.ts'),
    render: (app) => html`<models-page .app=${app}></models-page>`,
    start: content,
  },
  {
    path: 'benchmark',
    group: 'tools',
    load: () => import('../benchmark/benchmark-page.ts'),
    render: (app) => html`<benchmark-page .app=${app}></benchmark-page>`,
    start: content,
  },
  {
    path: 'settings',
    group: 'settings',
    load: () => import('../settings/settings-page.ts'),
    render: (app) => html`<settings-page .app=${app}></settings-page>`,
    start: content,
  },
];

/**
 * Fetches the code of all pages while nothing else is to be done, so that they open at once, and without a network.
 * Whoever saves data fetches a page when it is opened; what does not arrive now is tried again then.
 */
export function prefetchPages(): void {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  if (connection?.saveData) return;
  const [next, ...later] = [...PAGES.flatMap(({ load }) => load ?? []), () => import('@nearfield/router')];
  const fetchOne = (load: () => Promise<unknown>): void => {
    void load().then(
      () => {
        const following = later.shift();
        if (following) whenIdle(() => fetchOne(following));
      },
      () => undefined,
    );
  };
  if (next) whenIdle(() => fetchOne(next));
}

/** Safari has no idle callbacks; a turn later is idle enough for what is fetched. */
const whenIdle = (run: () => void): void => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 5000 });
  else setTimeout(run, 500);
};

/** The page of an address such as `#/search` or `#/classify/pictures`. */
export const pageOf = (hash: string): Page => {
  const [, name] = /^#\/([^/?]*)/u.exec(hash) ?? [];
  return PAGES.find(({ path }) => path === name) ?? PAGES[0];
};
