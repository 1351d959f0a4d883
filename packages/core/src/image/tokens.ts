/** How many tokens the hosted API counts for a picture. */

/** A model's rule: so many tokens for every started tile. */
export interface ImageTokenRule {
  /** Side of a square tile in pixels. */
  readonly tile: number;
  readonly tokensPerTile: number;
  /** Whether a published document states the numbers. */
  readonly verified: boolean;
}

/** Rules by model id. jina-clip-v2's numbers are remembered, not documented: unverified. */
export const IMAGE_TOKEN_RULES = {
  'jina-clip-v1': { tile: 224, tokensPerTile: 1000, verified: true },
  'jina-clip-v2': { tile: 512, tokensPerTile: 4000, verified: false },
} as const satisfies Record<string, ImageTokenRule>;

/** Tokens of a picture of `width` × `height` pixels, each axis rounded up to whole tiles. */
export function imageTokens(
  { width, height }: { readonly width: number; readonly height: number },
  rule: ImageTokenRule,
): number {
  return Math.ceil(width / rule.tile) * Math.ceil(height / rule.tile) * rule.tokensPerTile;
}
