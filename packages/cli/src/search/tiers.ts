/** Which parts of an index and which models answer a question. */
import type { SearchIndex, SearchOptions } from '@nearfield/search';
import type { SearchFoundation } from '@nearfield/spec';

import { RERANKER } from '../embedded.ts';

/** In the order in which they are reported. */
export const TIERS = ['keywords', 'table', 'keywords+table', 'model', 'keywords+model', 'all'] as const;
export type Tier = (typeof TIERS)[number];

/** Tiers that an index has files for. */
export function tiersOf({ manifest }: SearchIndex): Tier[] {
  const { meaning } = manifest;
  return TIERS.filter((tier) =>
    tier === 'keywords'
      ? true
      : tier.includes('table')
        ? meaning?.table !== undefined
        : meaning !== undefined,
  );
}

/** Search options of a tier. */
export function optionsOf(
  tier: Tier,
  { manifest }: SearchIndex,
  foundation: SearchFoundation | undefined,
  reranker = RERANKER,
): SearchOptions {
  const keywords = tier.includes('keywords') || tier === 'all';
  if (tier === 'keywords') return { keywords, meaning: false };
  if (tier === 'table' || tier === 'keywords+table') return { keywords, meaning: true };
  const meaning = { foundation: foundation!, model: manifest.meaning!.model };
  return {
    keywords,
    meaning,
    ...(tier === 'all' ? { rerank: { foundation: foundation!, model: reranker } } : {}),
  };
}

export const needsModel = (tier: Tier): boolean => tier.includes('model') || tier === 'all';
