/**
 * Types of `<nearfield-search>` in templates of Vue. For types alone: `import type {} from '@nearfield/search/vue'`.
 *
 * @module
 */
import type { HTMLAttributes, PublicProps } from 'vue';
import type { SearchEventMap } from './element/events.ts';
import type { ElementProperties } from './element/properties.ts';

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** `@nearfield-search`, as Vue's compiler writes it. */
type Listeners = {
  [Name in keyof SearchEventMap as `on${Capitalize<CamelCase<Name>>}`]?: (
    event: SearchEventMap[Name],
  ) => void;
};

declare module 'vue' {
  interface GlobalComponents {
    'nearfield-search': new () => {
      $props: HTMLAttributes & PublicProps & ElementProperties & Listeners;
    };
  }
}
