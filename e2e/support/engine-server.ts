/** Serves the page of engine.spec.ts and engine-memory.spec.ts, built as for production, and the embedded model. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { buildMiniLM, miniLMDirectory } from '@nearfield/model-minilm';
import { build } from 'vite';
import { serveFile } from '../../scripts/serve-file.ts';
import { browserConditions, isolationHeaders } from '../../scripts/vite-shared.ts';

const directory = fileURLToPath(new URL('../../.cache/engine-page/', import.meta.url));
const html = '<!doctype html><title>Engine</title><script type="module" src="/engine.js"></script>';
const models = '/models/all-MiniLM-L6-v2/';

export interface EngineServer {
  url: string;
  close(): Promise<void>;
}

export async function serveEnginePage(): Promise<EngineServer> {
  await buildMiniLM({ dtypes: ['q8'] });
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { conditions: browserConditions },
    worker: { format: 'es' },
    build: {
      outDir: directory,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4096,
      rolldownOptions: {
        input: fileURLToPath(new URL('./engine-page.ts', import.meta.url)),
        output: { entryFileNames: 'engine.js' },
      },
    },
  });
  const server = createServer((request, response) => {
    const { url = '/' } = request;
    if (url === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html', ...isolationHeaders }).end(html);
      return;
    }
    const isModel = url.startsWith(models);
    if (isModel) request.url = url.slice(models.length - 1);
    serveFile(isModel ? miniLMDirectory() : directory, request, response, isolationHeaders).catch(() =>
      response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
