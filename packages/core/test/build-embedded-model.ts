import { buildMiniLM } from '@nearfield/model-minilm/build';
import { buildMiniLMReranker } from '@nearfield/model-minilm-reranker/build';

/** Tests load the embedded models: builds those that are missing or stale. */
export default async function setup(): Promise<void> {
  await buildMiniLM();
  await buildMiniLMReranker();
}
