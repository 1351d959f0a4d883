import { buildEmbeddedMiniLM } from '@nearfield/embedded-minilm';

/** Tests load the embedded default model: builds it where it is missing or stale. */
export default async function setup(): Promise<void> {
  await buildEmbeddedMiniLM();
}
