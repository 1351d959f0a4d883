/** Attributes of `<nearfield-search>`, each with the property of its name. */
import type { PropertyDeclarations } from 'lit';
import type { ModelPolicy } from '../tiers/policy.ts';

/** Attributes of `<nearfield-search>`, as its typed wrappers take them. */
export interface Attributes {
  /** Address of the index's folder. */
  index: string;
  /** Address of an index at a server, such as `https://search.example/v1/indexes/docs`, in place of `index`. @default none */
  server: string;
  /**
   * Address of the site's folder, which addresses of results are below.
   * @default the folder that holds the index's; of an index at a server the root of the page's host
   */
  site: string;
  /** A button that opens a dialog, or a field with its results in the page. @default 'dialog' */
  mode: 'dialog' | 'inline';
  /** Keys that open the dialog, apart by spaces; empty for none. @default 'mod+k /' */
  shortcuts: string;
  /** When the index's model may be loaded. @default 'if-cached' */
  model: ModelPolicy;
  /** When the reranker may be loaded. @default 'if-cached' */
  rerank: ModelPolicy;
  /** The engine's model for reranking. @default 'minilm-reranker' */
  reranker: string;
  /** Address of a module whose default export gives the foundation that runs models. @default none */
  engine: string;
  /** Pages shown at most. @default 10 */
  limit: number;
  /** Recent searches that are kept in this browser; 0 for none. @default 5 */
  recent: number;
  /** Searches to begin with, apart by `|`. @default none */
  suggestions: string;
  /** Names of the filters to offer, in their order, apart by commas. @default all with two values or more */
  facets: string;
  /** Parts to leave out, apart by spaces: `why facets keys tier highlights tool`. @default none */
  hide: string;
  /** Label of button, field and dialog. @default that of the form's field, or in the page's language */
  label: string;
  /** @default that of the form's field, or in the page's language */
  placeholder: string;
  /** The page's parameter that holds the query, such as `q`: read at the start, and inline kept up. @default none */
  parameter: string;
  /** Name of the tool that agents in the browser are given. @default 'search_site' */
  tool: string;
}

export const DEFAULTS: Attributes = {
  index: '',
  server: '',
  site: '',
  mode: 'dialog',
  shortcuts: 'mod+k /',
  model: 'if-cached',
  rerank: 'if-cached',
  reranker: 'minilm-reranker',
  engine: '',
  limit: 10,
  recent: 5,
  suggestions: '',
  facets: '',
  hide: '',
  label: '',
  placeholder: '',
  parameter: '',
  tool: 'search_site',
};

/** As lit takes them. */
export const ATTRIBUTES: PropertyDeclarations = {
  ...Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, {}])),
  mode: { reflect: true },
  limit: { type: Number },
  recent: { type: Number },
};
