/** A real server with the embedded models, which the demo's Remote asks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNodeFoundation } from '@nearfield/core/node';
import { createNodeServer } from '@nearfield/server/node';

const KEY = 'jina_this-key-is-right';

const folder = (path: string): string => fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));

/** Values for the demo's Remote settings, and the server's end. */
interface DemoServer {
  apiKey: string;
  baseUrl: string;
  close(): Promise<void>;
}

/** Serves the embedded models' engine in Node, with classifiers in a folder of its own. */
export async function startDemoServer(): Promise<DemoServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'nearfield-demo-'));
  const foundation = createNodeFoundation({
    dataDirectory,
    models: [
      { id: 'all-MiniLM-L6-v2', source: folder('models/minilm/dist/all-MiniLM-L6-v2') },
      { id: 'minilm-reranker', source: folder('models/minilm-reranker/dist/minilm-reranker') },
      { id: 'icon-clip', source: folder('models/icon-clip/model') },
    ],
  });
  const server = await createNodeServer(foundation, { port: 0, apiKeys: [KEY], cors: '*' });
  return {
    apiKey: KEY,
    baseUrl: server.url,
    close: async () => {
      await server.close();
      await foundation.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
