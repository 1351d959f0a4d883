/** The models that come with the command as packages. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A model on this disk. */
export interface EmbeddedModel {
  id: string;
  source: string;
}

/** Folders of the embedded models in their packages, the default embedder first. */
const PACKAGES: readonly (readonly [id: string, packageName: string, folder: string])[] = [
  ['all-MiniLM-L6-v2', '@nearfield/model-minilm', 'dist/all-MiniLM-L6-v2'],
  ['minilm-reranker', '@nearfield/model-minilm-reranker', 'dist/minilm-reranker'],
  ['icon-clip', '@nearfield/model-icon-clip', 'model'],
];

/** Those that are there: a package may be left out of an installation. */
export function embeddedModels(): EmbeddedModel[] {
  const { resolve } = createRequire(import.meta.url);
  return PACKAGES.flatMap(([id, name, folder]) => {
    let source: string;
    try {
      source = join(dirname(resolve(`${name}/package.json`)), folder);
    } catch {
      return [];
    }
    return existsSync(join(source, 'config.json')) ? [{ id, source }] : [];
  });
}
