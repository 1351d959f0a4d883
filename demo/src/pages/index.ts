import { html, type TemplateResult } from 'lit';
import type { App } from '../app/app.ts';
import './search-page.ts';

/** A page of the demo. */
export interface Page {
  /** The part of the address after `#/`. */
  path: string;
  title: string;
  render(app: App): TemplateResult;
}

/** All pages; the first is the one without a path in the address. */
export const pages: readonly [Page, ...Page[]] = [
  { path: 'search', title: 'Search', render: (app) => html`<search-page .app=${app}></search-page>` },
];

/** The page of an address such as `#/search`. */
export const pageOf = (hash: string): Page => pages.find(({ path }) => hash === `#/${path}`) ?? pages[0];
