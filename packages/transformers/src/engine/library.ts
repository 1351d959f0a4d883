import type * as transformers from '@huggingface/transformers';

/** transformers.js, in the build for a worker or for Node. */
export type Library = typeof transformers;
