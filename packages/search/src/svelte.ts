/**
 * Types of `<nearfield-search>` in Svelte's markup. For types alone: `import type {} from '@nearfield/search/svelte'`.
 *
 * @module
 */
import type { HTMLAttributes } from 'svelte/elements';
import type { NearfieldSearch } from './element/nearfield-search.ts';
import type { ElementListeners, ElementProperties } from './element/properties.ts';

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'nearfield-search': HTMLAttributes<NearfieldSearch> & ElementProperties & ElementListeners;
  }
}
