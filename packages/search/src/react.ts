/**
 * Types of `<nearfield-search>` in JSX of React 19, which sets properties and listens to events of elements itself. For
 * types alone: `import type {} from '@nearfield/search/react'`.
 *
 * @module
 */
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { NearfieldSearch } from './element/nearfield-search.ts';
import type { ElementListeners, ElementProperties } from './element/properties.ts';

/** Attributes and properties of `<nearfield-search>` in JSX. */
export type NearfieldSearchProps = DetailedHTMLProps<HTMLAttributes<NearfieldSearch>, NearfieldSearch> &
  ElementProperties &
  ElementListeners;

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'nearfield-search': NearfieldSearchProps;
    }
  }
}
