/** Serves the page of store.spec.ts, bundled from the sources. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const HTML = '<!doctype html><title>Store</title><script type="module" src="/store.js"></script>';

export interface StoreServer {
  /** The page. With `sandboxed` behind it, the same page in an origin of its own, where there is no storage. */
  url: string;
  close(): Promise<void>;
}

export async function serveStorePage(): Promise<StoreServer> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL('./store-page.ts', import.meta.url)),
    resolve: { conditionNames: ['@nearfield/source', 'browser', 'import', 'default'] },
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'es', codeSplitting: false });
  await bundle.close();
  const script = output[0].code;
  const server = createServer((request, response) => {
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (request.url === '/store.js') {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script);
      return;
    }
    if (request.url === '/sandboxed') response.setHeader('Content-Security-Policy', 'sandbox allow-scripts');
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(HTML);
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
