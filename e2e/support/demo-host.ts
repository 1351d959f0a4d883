/** The built demo as a plain host serves it: below a path, without headers, in two versions, and sometimes not at all. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveFile } from '../../tooling/serve-file.ts';

/** The folder of the built demo. */
export const DEMO_FOLDER = fileURLToPath(new URL('../../demo/dist', import.meta.url));
const PATH = '/some/where/';
/** A document that sends what another app would share, from a page that may have forms. */
const SHARE_FORM = 'share-form.html';

export interface DemoHost {
  /** Of the demo. */
  readonly url: string;
  /** Of the form that shares: fields `title`, `text`, `url` and `files`. */
  readonly shareForm: string;
  /** Paths below the demo that were requested, in order. */
  readonly requests: string[];
  /** The version that it serves. The files of the other one are gone. */
  version: 1 | 2;
  /** Whether no connection is answered. */
  isDown: boolean;
  close(): Promise<void>;
}

/**
 * The second version is the first one with other names of scripts in every file, and other revisions in the list of the
 * service worker: what a build makes of a change to a module that all others import.
 */
class SecondVersion {
  readonly #names: ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  /** The name of a file in the first version; undefined for files that the second one does not have. */
  original(path: string): string | undefined {
    const name = /^assets\/(.*)$/u.exec(path)?.[1];
    if (name === undefined) return path;
    return name.includes('.second.') ? `assets/${name.replace('.second.', '.')}` : undefined;
  }

  text(path: string, text: string): string {
    const renamed = text.replaceAll(/[\w.-]+\.\w+/gu, (name) =>
      this.#names.has(name) ? name.replace(/(\.\w+)$/u, '.second$1') : name,
    );
    if (path === 'index.html') return renamed.replace('<html', '<html data-version="2"');
    if (path !== 'service-worker.js') return renamed;
    return renamed.replaceAll(/(["'`])([0-9a-f]{32})\1/gu, (_, quote: string, revision: string) => {
      const other = [...revision].reverse().join('');
      return quote + other + quote;
    });
  }
}

const TEXT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
};

/** Serves the built demo from a port of its own. */
export async function serveDemo(): Promise<DemoHost> {
  const second = new SecondVersion(await readdir(join(DEMO_FOLDER, 'assets')));
  const answer = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = () => response.writeHead(404).end();
    if (path === SHARE_FORM) {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>Share</title>
        <link rel="icon" href="data:," />
        <form method="post" enctype="multipart/form-data" action="./share">
          <input name="title" /><input name="text" /><input name="url" />
          <input name="files" type="file" multiple /><button>Share</button>
        </form>`);
      return;
    }
    const file = host.version === 1 ? path : second.original(path);
    if (file === undefined) return void refuse();
    const type = host.version === 2 ? TEXT_TYPES[extname(file)] : undefined;
    if (type === undefined || file.startsWith('models/')) {
      request.url = `/${file}`;
      return serveFile(DEMO_FOLDER, request, response);
    }
    const text = await readFile(join(DEMO_FOLDER, file), 'utf8').catch(() => undefined);
    if (text === undefined) return void refuse();
    response
      .writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' })
      .end(second.text(file, text));
  };
  const server = createServer((request, response) => {
    if (host.isDown) {
      request.socket.destroy();
      return;
    }
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (!pathname.startsWith(PATH)) {
      response.writeHead(404).end();
      return;
    }
    const path = decodeURIComponent(pathname.slice(PATH.length)) || 'index.html';
    host.requests.push(path);
    answer(path, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
  const host: DemoHost = {
    url,
    shareForm: url + SHARE_FORM,
    requests: [],
    version: 1,
    isDown: false,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return host;
}
