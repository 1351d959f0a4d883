/**
 * Search in tiers without an interface: what `<nearfield-search>` is made of, for pages that draw their own.
 *
 * @module
 */

export type { Tier } from './tiers/later-tiers.ts';
export type { Engine, ModelState } from './tiers/optional-model.ts';
export type { ModelPolicy } from './tiers/policy.ts';
export type { Slot } from './tiers/settle.ts';
export {
  type SearchState,
  type TieredIndex,
  TieredSearch,
  type TieredSearchOptions,
} from './tiers/tiered-search.ts';
