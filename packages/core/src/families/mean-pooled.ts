import type { TextEncoderFamily } from './family.ts';

/** Sentence-transformers style encoders: no prompts, the mean of the token vectors. */
export const meanPooled: TextEncoderFamily = {
  pooling: 'mean',
  prompt: () => '',
};
