import { fileURLToPath } from 'node:url';

const folder = (path: string): string => fileURLToPath(new URL(`../packages/${path}`, import.meta.url));

/** Folder of each embedded model, by the model's id. `buildEmbeddedModel()` fills those that are built. */
export const EMBEDDED_FOLDERS: Readonly<Record<string, string>> = {
  'all-MiniLM-L6-v2': folder('models/minilm/dist/all-MiniLM-L6-v2'),
  'minilm-reranker': folder('models/minilm-reranker/dist/minilm-reranker'),
  'icon-clip': folder('models/icon-clip/model'),
};
