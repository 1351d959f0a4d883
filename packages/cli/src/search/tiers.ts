/** Which parts of an index and which models answer a question. */
import { HttpIndex, type HttpSearchOptions, type SearchAnswer, type SearchOptions } from '@nearfield/search';
import type { SearchFoundation } from '@nearfield/spec';
import { RERANKER } from '../embedded.ts';
import type { PlacedIndex } from './places.ts';

/** In the order in which they are reported. */
export const TIERS = ['keywords', 'table', 'keywords+table', 'model', 'keywords+model', 'all'] as const;
export type Tier = (typeof TIERS)[number];

/** Tiers that an index can be searched by. */
export function tiersOf(index: PlacedIndex): Tier[] {
  const hasTable = 'hasTable' in index && index.hasTable;
  return TIERS.filter((tier) =>
    tier === 'keywords' ? true : tier.includes('table') ? hasTable : index.model !== undefined,
  );
}

/** A search by one tier. */
export interface TierOptions {
  readonly tier: Tier;
  /** Runs models. An index at a server has the server's. */
  readonly foundation: SearchFoundation | undefined;
  readonly reranker?: string | undefined;
}

/** Searches an index by a tier. */
export function searchBy(
  index: PlacedIndex,
  query: string,
  { tier, foundation, reranker = RERANKER }: TierOptions,
  more: Omit<SearchOptions, 'keywords' | 'meaning' | 'rerank'> = {},
): Promise<SearchAnswer> {
  const keywords = tier.includes('keywords') || tier === 'all';
  if (tier === 'keywords') return index.search(query, { ...more, keywords, meaning: false });
  const isByTable = !needsModel(tier);
  if (index instanceof HttpIndex) {
    const options: HttpSearchOptions = {
      ...more,
      keywords,
      meaning: isByTable ? 'table' : true,
      rerank: tier === 'all',
    };
    return index.search(query, options);
  }
  if (isByTable) return index.search(query, { ...more, keywords, meaning: true });
  return index.search(query, {
    ...more,
    keywords,
    meaning: { foundation: foundation!, model: index.model! },
    ...(tier === 'all' ? { rerank: { foundation: foundation!, model: reranker } } : {}),
  });
}

export const needsModel = (tier: Tier): boolean => tier.includes('model') || tier === 'all';
