import { buildEmbeddedMiniLM } from '@nearfield/embedded-minilm';
import { buildMiniLMReranker } from '@nearfield/embedded-minilm-reranker';

/** Tests load the embedded models: builds those that are missing or stale. */
export default async function setup(): Promise<void> {
  await buildEmbeddedMiniLM();
  await buildMiniLMReranker();
}
