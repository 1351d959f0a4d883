/** Makes sure that the embedded model's files are there, whatever task needs them. */
import { buildEmbeddedMiniLM } from '../packages/embedded-minilm/src/index.ts';

/** Builds the model if it is missing or its code changed; says so on standard error. Gives its folder. */
export async function buildEmbeddedModel(): Promise<string> {
  const { directory, files, rebuilt } = await buildEmbeddedMiniLM();
  if (rebuilt) {
    console.error(`Built the embedded model in ${directory}`);
    for (const { path, size, sha256 } of files) {
      console.error(`  ${sha256}  ${(size / 1e6).toFixed(1).padStart(6)} MB  ${path}`);
    }
  }
  return directory;
}
