/**
 * Search in tiers without an interface: what `<nearfield-search>` is made of, for pages that draw their own.
 *
 * @module
 */

export type { Tier } from './tiers/later-tiers.ts';
export type { Engine, ModelState } from './tiers/optional-model.ts';
export type { ModelPolicy } from './tiers/policy.ts';
export type { SearchState, TieredIndex, TieredSearchOptions } from './tiers/search-state.ts';
export type { Slot } from './tiers/settle.ts';
export { TieredSearch } from './tiers/tiered-search.ts';
