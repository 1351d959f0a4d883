import type { Attributes } from './attributes.ts';
import type { SearchEventMap } from './events.ts';
import type { NearfieldSearch } from './nearfield-search.ts';

/** Everything that templates of frameworks may set on `<nearfield-search>`: attributes, and properties without an attribute. */
export type ElementProperties = Partial<
  Attributes &
    Pick<
      NearfieldSearch,
      'source' | 'foundation' | 'filters' | 'languages' | 'weights' | 'messages' | 'analytics'
    >
>;

/** Listeners by attribute, as React and Svelte write them: `onnearfield-search`. */
export type ElementListeners = {
  readonly [Name in keyof SearchEventMap as `on${Name}`]?: (event: SearchEventMap[Name]) => void;
};
