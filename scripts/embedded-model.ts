/** Makes sure that the embedded models' files are there, whatever task needs them. */
import { buildMiniLM } from '../packages/models/minilm/src/build.ts';
import { buildMiniLMReranker } from '../packages/models/minilm-reranker/src/build.ts';

/** Builds what is missing or whose code changed; says so on standard error. Gives the folder of the embedder. */
export async function buildEmbeddedModel(): Promise<string> {
  const embedder = await buildMiniLM();
  for (const { directory, files, rebuilt } of [embedder, await buildMiniLMReranker()]) {
    if (!rebuilt) continue;
    console.error(`Built the embedded model in ${directory}`);
    for (const { path, size, sha256 } of files) {
      console.error(`  ${sha256}  ${(size / 1e6).toFixed(1).padStart(6)} MB  ${path}`);
    }
  }
  return embedder.directory;
}
