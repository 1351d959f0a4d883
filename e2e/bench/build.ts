import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { serveFile } from '../../tooling/serve-file.ts';
import { BROWSER_CONDITIONS, ISOLATION_HEADERS } from '../../tooling/vite-shared.ts';
import { BENCH_MODELS, modelDirectory } from './models.ts';

const pageDirectory = fileURLToPath(new URL('./page/', import.meta.url));
const outputDirectory = fileURLToPath(new URL('../../.cache/bench-page/', import.meta.url));

/** Builds the page as for production. */
export async function buildBenchPage(): Promise<void> {
  await build({
    configFile: false,
    root: pageDirectory,
    logLevel: 'warn',
    resolve: { conditions: BROWSER_CONDITIONS },
    worker: { format: 'es' },
    build: {
      outDir: outputDirectory,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4096,
    },
  });
}

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

export interface BenchServer {
  url: string;
  close(): Promise<void>;
}

/** Serves the page and the models on the loopback interface, cross-origin isolated. */
export async function serveBenchPage(): Promise<BenchServer> {
  const server: Server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) response.setHeader(name, value);
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const model = BENCH_MODELS.find((name) => path.startsWith(`/models/${name}/`));
    if (model) {
      request.url = path.slice(`/models/${model}`.length);
      await serveFile(modelDirectory(model), request, response);
      return;
    }
    const file = join(outputDirectory, normalize(path === '/' ? 'index.html' : path));
    try {
      const bytes = await readFile(file);
      const type = MEDIA_TYPES[extname(file)] ?? 'application/octet-stream';
      response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'max-age=3600' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
