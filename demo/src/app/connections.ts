import { createLocal } from '@nearfield/core';
import { createRemote } from '@nearfield/remote';
import type { Connections } from './app.ts';
import type { DeviceChoice } from './parameters.ts';

/** The model that is served beside the page. */
export const EMBEDDED_MODEL = 'all-MiniLM-L6-v2';

/** The hosted model that Remote starts with. */
export const REMOTE_MODEL = 'jina-embeddings-v5-text-small';

/** Hosted embedding models, offered in the model field; any other name may be typed. */
export const REMOTE_MODELS: readonly string[] = [
  REMOTE_MODEL,
  'jina-embeddings-v5-text-nano',
  'jina-embeddings-v4',
  'jina-embeddings-v3',
  'jina-embeddings-v2-base-en',
];

/** Local and Remote differ in these lines only. */
export const createConnections = (device: DeviceChoice): Connections => ({
  local() {
    const source = new URL(`models/${EMBEDDED_MODEL}/`, document.baseURI);
    const foundation = createLocal({ device, models: [{ id: EMBEDDED_MODEL, source }] });
    return { foundation, storage: foundation.storage };
  },
  remote: ({ apiKey, baseUrl }) => createRemote({ apiKey, baseUrl }),
});
