/**
 * Registers `<nearfield-search>`: a search box for a site with a static index.
 *
 * @module
 */
import { NearfieldSearch } from './element/nearfield-search.ts';

export type { Attributes } from './element/attributes.ts';
export type { FinishedSearch, SearchDetail, SearchEventMap, SelectDetail } from './element/events.ts';
export type { Messages, Plural } from './element/translation/messages.ts';
export { NearfieldSearch };

declare global {
  interface HTMLElementTagNameMap {
    'nearfield-search': NearfieldSearch;
  }
  interface HTMLElementEventMap extends SearchEvents {}
}
type SearchEvents = import('./element/events.ts').SearchEventMap;

// Two copies of the package on one page share the first.
if (globalThis.customElements?.get('nearfield-search') === undefined) {
  globalThis.customElements?.define('nearfield-search', NearfieldSearch);
}
