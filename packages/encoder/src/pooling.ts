/** How the rows of a text's tokens become one row. */
import type { PoolingForm } from './plan/rows.ts';

/**
 * Weights of a text's rows from row `first` on; rows before and behind weigh nothing.
 * @param seen tokens that are not hidden: the first of the text.
 */
export function poolingWeights(how: PoolingForm, seen: number): { first: number; weights: Float32Array } {
  if (how === 'mean') return { first: 0, weights: new Float32Array(seen).fill(1 / seen) };
  return { first: how === 'first' ? 0 : seen - 1, weights: Float32Array.of(1) };
}
