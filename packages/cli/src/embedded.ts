/** The models that come with the command as packages. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Id of the embedder that comes with the command. */
export const EMBEDDER = 'all-MiniLM-L6-v2';

/** Id of the reranker that comes with the command. */
export const RERANKER = 'minilm-reranker';

/** A model on this disk. */
export interface EmbeddedModel {
  id: string;
  source: string;
}

/** The default embedder first. `needs` is a package without which the engine does not compute the model. */
const PACKAGES: readonly { readonly name: string; readonly needs?: string }[] = [
  { name: '@nearfield/model-minilm' },
  { name: '@nearfield/model-minilm-reranker' },
  { name: '@nearfield/model-icon-clip', needs: 'onnxruntime-node' },
];

/** Folder that has the files in the repository, for packages whose own folder is filled when they are packed. */
const COMMITTED = 'model';

/**
 * Those that are there: a package may be left out of an installation. In the repository some are built first, by
 * `npm run serve` and `npm run nearfield`.
 */
export function embeddedModels(): EmbeddedModel[] {
  const { resolve } = createRequire(import.meta.url);
  return PACKAGES.flatMap(({ name, needs }) => {
    let manifest: string;
    try {
      if (needs !== undefined) resolve(needs);
      manifest = resolve(`${name}/package.json`);
    } catch {
      return [];
    }
    const { nearfield } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      nearfield: { model: { id: string; folder: string } };
    };
    const { id, folder } = nearfield.model;
    const source = [folder, COMMITTED]
      .map((each) => join(dirname(manifest), each))
      .find((each) => existsSync(join(each, 'config.json')));
    return source === undefined ? [] : [{ id, source }];
  });
}
