/**
 * One foundation over several: in the page, at a server, and the browser's own embedder.
 *
 * @module
 */

export type { EmbeddingSpace } from '@nearfield/spec';
export type { Conditions } from './conditions.ts';
export type {
  Backend,
  PassedOver,
  Place,
  Policy,
  PolicyFunction,
  Route,
  RoutedCall,
  RouterOptions,
} from './options.ts';
export { createRouter, Router } from './router.ts';
export type { Routed, RouterCallOptions } from './routing.ts';
