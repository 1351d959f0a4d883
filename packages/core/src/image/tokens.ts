/** Number of tokens that the hosted API counts for a picture. */

/** So many tokens for every started tile; a catalogue entry's `imageTokens`. */
export interface ImageTokenRule {
  /** Side of a square tile in pixels. */
  readonly tile: number;
  readonly tokensPerTile: number;
}

/**
 * Tokens of a picture of `width` × `height` pixels, each axis rounded up to whole tiles. Source: the API's FAQ for
 * jina-clip-v1, tiles of 224 pixels at 1000 tokens; a 500 × 500 picture counts 9000.
 */
export function imageTokens(
  { width, height }: { readonly width: number; readonly height: number },
  { tile, tokensPerTile }: ImageTokenRule,
): number {
  return Math.ceil(width / tile) * Math.ceil(height / tile) * tokensPerTile;
}
