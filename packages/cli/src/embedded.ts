/** Models that come with the command, as packages. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeModel } from '@nearfield/core/node';

/** Id of the embedder that comes with the command. */
export const EMBEDDER = 'all-MiniLM-L6-v2';

/** Id of the reranker that comes with the command. */
export const RERANKER = 'minilm-reranker';

/** The embedded models whose files are there. In the repository they are built first: `npm run nearfield`. */
export async function embeddedModels(): Promise<NodeModel[]> {
  const packages = await Promise.all([
    import('@nearfield/model-minilm'),
    import('@nearfield/model-minilm-reranker'),
  ]);
  return packages
    .map(({ MODEL_ID, directory }) => ({ id: MODEL_ID, source: directory() }))
    .filter(({ source }) => existsSync(join(source, 'config.json')));
}
