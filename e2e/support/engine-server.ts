/** Serves the page of engine.spec.ts and its neighbours, built as for production, and the embedded model. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { buildMiniLM, miniLMDirectory } from '@nearfield/model-minilm/build';
import { tinyMiniLM } from '@nearfield/model-tiny';
import { build } from 'vite';
import { serveFile } from '../../tooling/serve-file.ts';
import { BROWSER_CONDITIONS, ISOLATION_HEADERS } from '../../tooling/vite-shared.ts';

/** Scripts by name: the first one is the page's. */
const ENGINE_PAGE = { engine: './engine-page.ts' };
const MODEL_FOLDER = '/models/all-MiniLM-L6-v2/';
const TINY_FOLDER = '/models/tiny/';

export interface EngineServer {
  url: string;
  /** Paths of files that were requested, in order. */
  readonly requests: string[];
  /** Lets a test change a response: headers set here are sent. @returns true if the request was answered here. */
  interfere: ((path: string, response: ServerResponse, request: IncomingMessage) => boolean) | undefined;
  close(): Promise<void>;
}

/**
 * @param headers of every answer. Default: those that make the page cross-origin isolated.
 * @param scripts modules of this folder by the names under which they are served; the page loads the first
 */
export async function serveEnginePage(
  headers: Readonly<Record<string, string>> = ISOLATION_HEADERS,
  scripts: Readonly<Record<string, string>> = ENGINE_PAGE,
): Promise<EngineServer> {
  const [name] = Object.keys(scripts);
  const directory = fileURLToPath(new URL(`../../.cache/${name}-page/`, import.meta.url));
  const html = `<!doctype html><title>Engine</title><script type="module" src="/${name}.js"></script>`;
  await buildMiniLM({ dtypes: ['q8'] });
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    resolve: { conditions: BROWSER_CONDITIONS },
    worker: { format: 'es' },
    build: {
      outDir: directory,
      emptyOutDir: true,
      target: 'es2023',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 4096,
      rolldownOptions: {
        input: Object.fromEntries(
          Object.entries(scripts).map(([key, path]) => [key, fileURLToPath(new URL(path, import.meta.url))]),
        ),
        output: { entryFileNames: '[name].js' },
      },
    },
  });
  const requests: string[] = [];
  const tinyFiles = new Map(tinyMiniLM().files.map(({ path, bytes }) => [TINY_FOLDER + path, bytes]));
  const server = createServer((request, response) => {
    const { url = '/' } = request;
    // Sizes are asked for by a first byte.
    if (request.headers.range !== 'bytes=0-0') requests.push(url);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (served.interfere?.(url, response, request)) return;
    if (url === '/') {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
      return;
    }
    // Browsers ask for it by themselves.
    if (url === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    if (url.startsWith(TINY_FOLDER)) {
      const bytes = tinyFiles.get(url);
      response.writeHead(bytes ? 200 : 404, { 'Content-Length': bytes?.length ?? 0 }).end(bytes);
      return;
    }
    const isModel = url.startsWith(MODEL_FOLDER);
    if (isModel) request.url = url.slice(MODEL_FOLDER.length - 1);
    serveFile(isModel ? miniLMDirectory() : directory, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const served: EngineServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    interfere: undefined,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return served;
}
