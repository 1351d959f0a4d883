import type { Dtype } from './capabilities.ts';

/**
 * Vectors that can be compared: of one model in one family of precisions. Tasks, dimensions and scale are the
 * request's.
 */
export interface EmbeddingSpace {
  /** The same for the same space: keep it beside stored vectors. */
  id: string;
  model: string;
  /**
   * `float`: 32 or 16 bits, and the hosted API; `q8`, `q4`: quantised weights; `transformers …`: the same by
   * transformers.js; `server …`: another server, which does not say; `built-in`: the browser's own.
   */
  precision: string;
}

const FAMILIES: Readonly<Record<Dtype, 'float' | 'q8' | 'q4'>> = {
  fp32: 'float',
  fp16: 'float',
  q8: 'q8',
  q8e4: 'q8',
  int8: 'q8',
  uint8: 'q8',
  q4: 'q4',
  q4f16: 'q4',
  bnb4: 'q4',
};

/** The family of a precision: vectors of one model within it can be compared. */
export const precisionFamily = (dtype: Dtype): 'float' | 'q8' | 'q4' => FAMILIES[dtype];
