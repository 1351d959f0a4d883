/** Serves a packed benchmark: the page, its models, and the jobs that the page fetches and answers. */
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { Job } from './plan.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** Threads of WebAssembly need an isolated page. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** A page's answer. */
export type Answer = { readonly value: unknown } | { readonly error: string };

export interface PackServer {
  readonly url: string;
  /** Address of the page for a job, and its answer once the page has sent it. */
  open(job: Omit<Job, 'key'>): { readonly url: string; readonly answer: Promise<Answer> };
  close(): Promise<void>;
}

interface OpenJob {
  readonly job: Omit<Job, 'key'>;
  readonly settle: (answer: Answer) => void;
}

/**
 * @param folders what is served, by the first part of its path; '' for the page. A file that is missing but lies there
 *   compressed, as `NAME.br`, is sent so.
 */
export async function servePack(folders: Readonly<Record<string, string>>): Promise<PackServer> {
  const jobs = new Map<string, OpenJob>();
  const server = createServer((request, response) => {
    respond(request, response, folders, jobs).catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  const url = `http://127.0.0.1:${address.port}/`;
  let count = 0;
  return {
    url,
    open(job) {
      const id = String(count++);
      const answer = new Promise<Answer>((settle) => jobs.set(id, { job, settle }));
      return { url: `${url}?job=${id}`, answer };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  folders: Readonly<Record<string, string>>,
  jobs: ReadonlyMap<string, OpenJob>,
): Promise<void> {
  for (const [header, value] of Object.entries(HEADERS)) response.setHeader(header, value);
  const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
  const [, first = '', ...rest] = path.split('/');
  const open = first === 'jobs' ? jobs.get(rest.join()) : undefined;
  if (open && request.method === 'POST') {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    open.settle(JSON.parse(Buffer.concat(parts).toString()) as Answer);
    response.writeHead(204).end();
  } else if (open) {
    const { name, parameters } = open.job;
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ name, parameters }));
  } else {
    const folder = first === '' ? undefined : folders[first];
    const name = folder === undefined ? path : rest.join('/');
    await sendFile(join(folder ?? folders['']!, name === '/' ? 'index.html' : name), response);
  }
}

async function sendFile(file: string, response: ServerResponse): Promise<void> {
  const isThere = (name: string): Promise<boolean> =>
    stat(name).then(
      (found) => found.isFile(),
      () => false,
    );
  const isPlain = await isThere(file);
  if (!isPlain && !(await isThere(`${file}.br`))) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': MEDIA_TYPES[extname(file)] ?? 'application/octet-stream',
    'Cache-Control': 'max-age=3600',
    ...(!isPlain && { 'Content-Encoding': 'br' }),
  });
  response.end(await readFile(isPlain ? file : `${file}.br`));
}
