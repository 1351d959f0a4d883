import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import { serveFile } from '../../tooling/serve-file.ts';
import { BROWSER_CONDITIONS, ISOLATION_HEADERS } from '../../tooling/vite-shared.ts';
import { modelDirectory, SERVED_MODELS } from './models.ts';

const pageDirectory = fileURLToPath(new URL('./page/', import.meta.url));
/** Folder of the built page. */
export const pageOutput = fileURLToPath(new URL('../../.cache/bench-page/', import.meta.url));

/** The page that measures, and one that only computes a vector. */
const PAGES = ['index.html', 'first-vector.html'];

/** Builds the page as for production. */
export async function buildBenchPage(): Promise<void> {
  await build({
    configFile: false,
    root: pageDirectory,
    logLevel: 'warn',
    resolve: { conditions: BROWSER_CONDITIONS },
    worker: { format: 'es' },
    build: {
      outDir: pageOutput,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4096,
      rolldownOptions: { input: PAGES.map((name) => join(pageDirectory, name)) },
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
  /** Files of the page, its workers and their runtimes that were asked for; not those of models. */
  readonly asked: Set<string>;
  close(): Promise<void>;
}

/** Bytes of files of the page as a server would send them: compressed with brotli. */
export async function compressedBytes(paths: Iterable<string>): Promise<number> {
  let sum = 0;
  for (const path of paths) sum += brotliCompressSync(await readFile(join(pageOutput, path))).length;
  return sum;
}

/**
 * Serves the page and the models on the loopback interface.
 * @param isIsolated whether the page is cross-origin isolated, which threads of WebAssembly need.
 */
export async function serveBenchPage(isIsolated = true): Promise<BenchServer> {
  const asked = new Set<string>();
  const server: Server = createServer(async (request, response) => {
    const headers: Readonly<Record<string, string>> = isIsolated ? ISOLATION_HEADERS : {};
    for (const [header, value] of Object.entries(headers)) response.setHeader(header, value);
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const model = SERVED_MODELS.find((name) => path.startsWith(`/models/${name}/`));
    if (model) {
      request.url = path.slice(`/models/${model}`.length);
      await serveFile(modelDirectory(model), request, response);
      return;
    }
    const name = normalize(path === '/' ? 'index.html' : path);
    const file = join(pageOutput, name);
    try {
      const bytes = await readFile(file);
      asked.add(name);
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
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
