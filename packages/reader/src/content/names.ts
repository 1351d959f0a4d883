import type { Block } from './blocks.ts';
import { blockTokens } from './tokens.ts';

/** What names and words say for or against a block, as training/fit.py writes it. */
export interface PackedNames {
  base: number;
  /** What one step of a weight is worth. */
  scale: number;
  /** Names and words with a blank between, in the order of the weights. */
  tokens: string;
  /** Steps of each, base64 of signed bytes. */
  weights: string;
}

/** Numbers of {@link Names.describe} for each block. */
export const NAME_FEATURES = [
  'names near',
  'names far',
  'words said',
  'names',
  'names least',
  'names most',
] as const;

/** Weights of the names of classes and of words. */
export class Names {
  readonly #base: number;
  readonly #weights = new Map<string, number>();

  constructor({ base, scale, tokens, weights }: PackedNames) {
    this.#base = base;
    const steps = atob(weights);
    tokens.split(' ').forEach((token, index) => {
      this.#weights.set(token.replaceAll('_', ' '), ((steps.charCodeAt(index) << 24) >> 24) * scale);
    });
  }

  /** Writes the {@link NAME_FEATURES} of a block into a row from `at` on. */
  describe(block: Block, row: Float32Array, at: number): void {
    let near = 0;
    let far = 0;
    let said = 0;
    let least = 0;
    let most = 0;
    for (const token of blockTokens(block)) {
      const weight = this.#weights.get(token);
      if (weight === undefined) continue;
      if (token.startsWith('w')) said += weight;
      else if (token.startsWith('f')) far += weight;
      else near += weight;
      least = Math.min(least, weight);
      most = Math.max(most, weight);
    }
    row.set([near, far, said, near + far + said + this.#base, least, most], at);
  }
}
