import type { Ranks } from './bpe.ts';

/** Encodings with token ranks of their own; others share them. */
export type RankName = 'cl100k_base' | 'o200k_base' | 'p50k_base' | 'r50k_base';

/** Loads token ranks by their encoding. */
export type RankSource = Readonly<Record<RankName, () => Promise<{ default: Ranks }>>>;

/**
 * Each a chunk of its own in a bundle (gzip: cl100k_base 0.44 MB, o200k_base 1.03 MB, the others 0.20 MB). Not imported by
 * the segmenter: in a page that is a file which bundlers copy without looking inside, so that it names no other.
 */
export const RANKS: RankSource = {
  cl100k_base: () => import('gpt-tokenizer/bpeRanks/cl100k_base'),
  o200k_base: () => import('gpt-tokenizer/bpeRanks/o200k_base'),
  p50k_base: () => import('gpt-tokenizer/bpeRanks/p50k_base'),
  r50k_base: () => import('gpt-tokenizer/bpeRanks/r50k_base'),
};
