import { CLIP_MODELS } from './clip.ts';
import { CODE_EMBEDDINGS } from './code.ts';
import { COLBERT_MODELS } from './colbert.ts';
import { EMBEDDED_MODELS } from './embedded.ts';
import { EMBEDDINGS_V2 } from './embeddings-v2.ts';
import { EMBEDDINGS_V3, EMBEDDINGS_V4 } from './embeddings-v3-v4.ts';
import { EMBEDDINGS_V5 } from './embeddings-v5.ts';
import { OTHER_MODELS } from './others.ts';
import { RERANKERS } from './rerankers.ts';
import type { ModelEntry } from './types.ts';

/** Every model of the API's document, and those that run locally without being in it. */
export const CATALOGUE: readonly ModelEntry[] = [
  ...EMBEDDED_MODELS,
  ...EMBEDDINGS_V2,
  EMBEDDINGS_V3,
  EMBEDDINGS_V4,
  ...EMBEDDINGS_V5,
  ...CODE_EMBEDDINGS,
  ...CLIP_MODELS,
  ...COLBERT_MODELS,
  ...RERANKERS,
  ...OTHER_MODELS,
];
