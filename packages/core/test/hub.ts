import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What goes wrong with one transfer of a file. */
export type Fault =
  /**
   * The connection is destroyed after so many bytes of the body and some time to read them, or at `until`, before which
   * it crawls: what is read shows with the next byte only.
   */
  | { kind: 'cut'; after: number; until?: (() => Promise<unknown>) | undefined }
  | { kind: 'status'; status: number; retryAfter?: string }
  /** The announced length is the true one plus `by`; with a negative one the body ends there, properly. */
  | { kind: 'wrong-length'; by: number }
  /** One bit of the byte at this offset of the file is turned. */
  | { kind: 'flip'; at: number }
  /** The file becomes another one after so many bytes, and the connection is cut. */
  | { kind: 'change'; after: number; to: Uint8Array }
  /** A web page with status 200; `disguised` says that it is binary. */
  | { kind: 'html'; disguised?: boolean }
  /** So many bytes every so many milliseconds, or each time the promise resolves. */
  | { kind: 'trickle'; bytes: number; every: number | (() => Promise<unknown>) }
  /** So many bytes, then single ones, a few each second. */
  | { kind: 'crawl'; after: number }
  /** So many bytes, then silence on an open connection. */
  | { kind: 'stall'; after: number }
  /** The answer is the whole file, whatever range was asked for. */
  | { kind: 'no-range' };

export interface LoggedRequest {
  method: string;
  /** `api` for listings, `resolve` for the hub's addresses, `content` for where they lead. */
  kind: 'api' | 'resolve' | 'content';
  path: string;
  range: string | undefined;
  headers: IncomingMessage['headers'];
  status: number;
  /** Bytes of file content written to the connection. */
  bytes: number;
  /** Whether content is still on its way: the answer has neither ended nor lost its reader. */
  isOpen: boolean;
}

export interface HubOptions {
  /** Repositories by id, files by path. */
  repositories: Record<string, Record<string, Uint8Array>>;
  /** Repositories that need this token, and say so as gated ones do. */
  gated?: { token: string; repositories: readonly string[] };
  /** Files from this size on are listed with a SHA-256, smaller ones with git's id. Default 10 000. */
  lfsFrom?: number;
  /** `hub` lists files as a hub does, `manifest` has a manifest.json beside them, `none` neither. Default `hub`. */
  listing?: 'hub' | 'manifest' | 'none';
  /** Entries on one page of a listing. Default 1000. */
  pageSize?: number;
  /** Sends an ETag. Default true. */
  etags?: boolean;
  /** Response headers that a page of another origin may read. Default: those that hubs expose. */
  exposedHeaders?: string | undefined;
  /** Whether requests that need a CORS preflight get it granted. Default: only for `Authorization`. */
  allowedHeaders?: string;
}

/**
 * A model hub on this machine: `/api/models/{id}/tree/{revision}`, and `/{id}/resolve/{revision}/{path}` which
 * redirects to a second origin, where the content is, with ranges, ETags, CORS and gzip. Every transfer is
 * counted, and can be made to fail.
 */
export class Hub {
  /** The hub's origin, to be used as `remoteHost`. */
  url = '';
  /** The origin of the content. */
  contentUrl = '';
  readonly requests: LoggedRequest[] = [];
  /** Addresses for which a browser asked whether it may (CORS preflight). */
  readonly preflights: string[] = [];
  readonly repositories: Record<string, Record<string, Uint8Array>>;
  readonly #options: HubOptions;
  readonly #faults = new Map<string, Fault[]>();
  #servers: [Server, Server] | undefined;
  readonly #sockets = new Set<Socket>();
  #ports: [number, number] = [0, 0];

  constructor(options: HubOptions) {
    this.#options = options;
    this.repositories = structuredClone(options.repositories);
  }

  static async start(options: HubOptions): Promise<Hub> {
    const hub = new Hub(options);
    await hub.online();
    return hub;
  }

  /** The address of a repository's files, to be used as a base URL. */
  baseUrl(repository: string): string {
    return `${this.contentUrl}/${repository}/`;
  }

  /** Applies to the next transfers of this path, one after the other. */
  fail(path: string, ...faults: Fault[]): void {
    this.#faults.set(path, [...(this.#faults.get(path) ?? []), ...faults]);
  }

  /** The same fault for the next `times` transfers. */
  failOften(path: string, times: number, fault: Fault): void {
    this.fail(path, ...Array.from({ length: times }, () => fault));
  }

  recover(): void {
    this.#faults.clear();
  }

  /** Transfers of a file's content. */
  transfers(path?: string): LoggedRequest[] {
    return this.requests.filter(
      (request) =>
        request.kind === 'content' &&
        (path === undefined || request.path === path) &&
        request.method === 'GET',
    );
  }

  /** Bytes of content sent for a path, over all transfers. */
  bytesSent(path?: string): number {
    return this.transfers(path).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Stops listening and cuts every connection; `online` listens on the same ports again. */
  async offline(): Promise<void> {
    const servers = this.#servers ?? [];
    this.#servers = undefined;
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  async online(): Promise<void> {
    if (this.#servers) return;
    const api = createServer((request, response) => this.#api(request, response));
    const content = createServer((request, response) => this.#content(request, response));
    this.#servers = [api, content];
    for (const server of this.#servers) {
      server.on('connection', (socket) => {
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
      });
    }
    this.#ports = [await listen(api, this.#ports[0]), await listen(content, this.#ports[1])];
    this.url = `http://127.0.0.1:${this.#ports[0]}`;
    this.contentUrl = `http://127.0.0.1:${this.#ports[1]}`;
  }

  close(): Promise<void> {
    return this.offline();
  }

  #api(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://hub');
    this.#cors(request, response);
    if (request.method === 'OPTIONS') {
      this.preflights.push(url.pathname);
      response.writeHead(204).end();
      return;
    }
    const tree = /^\/api\/models\/(.+)\/tree\/([^/]+)$/.exec(url.pathname);
    const resolve = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    const repository = decodeURIComponent((tree ?? resolve)?.[1] ?? '');
    const log = (kind: LoggedRequest['kind'], path: string, status: number): void => {
      this.requests.push({
        method: request.method ?? '',
        kind,
        path,
        range: request.headers.range,
        headers: request.headers,
        status,
        bytes: 0,
        isOpen: false,
      });
    };
    const refuse = (status: number, code: string, message: string): void => {
      log(tree ? 'api' : 'resolve', repository, status);
      response.writeHead(status, {
        'X-Error-Code': code,
        'X-Error-Message': message,
        'Content-Type': 'application/json',
      });
      response.end(JSON.stringify({ error: message }));
    };
    const { gated, listing = 'hub', pageSize = 1000, lfsFrom = 10_000 } = this.#options;
    if (
      gated?.repositories.includes(repository) &&
      request.headers.authorization !== `Bearer ${gated.token}`
    ) {
      if (request.headers.authorization)
        refuse(401, 'InvalidToken', 'Invalid credentials in Authorization header');
      else refuse(401, 'GatedRepo', `Access to model ${repository} is restricted.`);
      return;
    }
    const files = this.repositories[repository];
    if (tree && listing === 'hub') {
      if (!files) {
        refuse(404, 'RepoNotFound', 'Repository not found');
        return;
      }
      const start = Number(url.searchParams.get('cursor') ?? 0);
      const entries = Object.entries(files).map(([path, bytes]) =>
        bytes.length >= lfsFrom
          ? {
              type: 'file',
              oid: sha1(`pointer of ${path}`),
              size: bytes.length,
              path,
              lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 134 },
            }
          : { type: 'file', oid: gitId(bytes), size: bytes.length, path },
      );
      const folders = { type: 'directory', oid: '0'.repeat(40), size: 0, path: 'onnx' };
      if (start + pageSize < entries.length) {
        url.searchParams.set('cursor', String(start + pageSize));
        // As a mirror passes it on: with the original's host.
        response.setHeader('Link', `<https://hub.example${url.pathname}${url.search}>; rel="next"`);
      }
      log('api', repository, 200);
      const body = Buffer.from(JSON.stringify([folders, ...entries.slice(start, start + pageSize)]));
      response.writeHead(200, {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Encoding': 'gzip',
      });
      response.end(gzipSync(body));
      return;
    }
    const path = decodeURIComponent(resolve?.[3] ?? '');
    if (!files?.[path]) {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not Found');
      log(tree ? 'api' : 'resolve', path, 404);
      return;
    }
    log('resolve', path, 302);
    // The content host takes no token: what it needs is in the signed address.
    response.writeHead(302, { Location: `${this.contentUrl}/${repository}/${path}?signature=s` }).end();
  }

  #content(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://hub');
    this.#cors(request, response);
    if (request.method === 'OPTIONS') {
      this.preflights.push(url.pathname);
      response.writeHead(204).end();
      return;
    }
    const name = decodeURIComponent(url.pathname.slice(1));
    const repository = Object.keys(this.repositories).find((id) => name.startsWith(`${id}/`)) ?? '';
    const path = name.slice(repository.length + 1);
    const entry: LoggedRequest = {
      method: request.method ?? '',
      kind: 'content',
      path,
      range: request.headers.range,
      headers: request.headers,
      status: 200,
      bytes: 0,
      isOpen: true,
    };
    this.requests.push(entry);
    response.on('close', () => {
      entry.isOpen = false;
    });
    const { listing } = this.#options;
    const files = this.repositories[repository];
    const bytes =
      path === 'manifest.json' && listing === 'manifest' && files ? manifestOf(files) : files?.[path];
    if (!bytes) {
      entry.status = 404;
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('Not Found');
      return;
    }
    // A probe for the size is not a transfer.
    const isProbe = request.headers.range === 'bytes=0-0' || request.method === 'HEAD';
    const fault = isProbe ? undefined : this.#faults.get(path)?.shift();
    this.#send(request, response, entry, bytes, fault, repository);
  }

  #send(
    request: IncomingMessage,
    response: ServerResponse,
    entry: LoggedRequest,
    bytes: Uint8Array,
    fault: Fault | undefined,
    repository: string,
  ): void {
    const { path } = entry;
    if (fault?.kind === 'status') {
      entry.status = fault.status;
      if (fault.retryAfter !== undefined) response.setHeader('Retry-After', fault.retryAfter);
      response.writeHead(fault.status, { 'Content-Type': 'text/plain' }).end('no');
      return;
    }
    if (fault?.kind === 'html') {
      const type = fault.disguised ? 'application/octet-stream' : 'text/html; charset=utf-8';
      response.writeHead(200, { 'Content-Type': type }).end('<!doctype html><title>Sign in</title>');
      return;
    }
    const etag = `"${sha1(bytes)}"`;
    if (this.#options.etags !== false) response.setHeader('ETag', etag);
    response.setHeader('Accept-Ranges', 'bytes');
    const isText = /\.(json|txt)$/.test(path);
    response.setHeader('Content-Type', isText ? 'application/json' : 'application/octet-stream');
    const range = fault?.kind === 'no-range' ? undefined : parseRange(request, etag);
    let body = bytes;
    if (range) {
      if (range.start >= bytes.length) {
        entry.status = 416;
        response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}` }).end();
        return;
      }
      const end = Math.min(range.end ?? bytes.length, bytes.length);
      body = bytes.subarray(range.start, end);
      entry.status = 206;
      response.setHeader('Content-Range', `bytes ${range.start}-${end - 1}/${bytes.length}`);
    } else if (isText && /gzip/.test(request.headers['accept-encoding'] ?? '')) {
      body = gzipSync(bytes);
      response.setHeader('Content-Encoding', 'gzip');
      response.setHeader('ETag', `W/${etag}`);
    }
    let announced = body.length;
    if (fault?.kind === 'wrong-length') {
      announced += fault.by;
      if (range)
        response.setHeader(
          'Content-Range',
          `bytes ${range.start}-${range.start + announced - 1}/${bytes.length + fault.by}`,
        );
      if (fault.by < 0) body = body.subarray(0, announced);
    }
    if (fault?.kind === 'flip') {
      const at = fault.at - (range?.start ?? 0);
      if (at >= 0 && at < body.length) {
        body = body.slice();
        body[at]! ^= 1;
      }
    }
    response.writeHead(entry.status, { 'Content-Length': announced });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    void this.#write(response, entry, body, fault, repository);
  }

  async #write(
    response: ServerResponse,
    entry: LoggedRequest,
    body: Uint8Array,
    fault: Fault | undefined,
    repository: string,
  ): Promise<void> {
    const stop =
      fault?.kind === 'cut' || fault?.kind === 'change' || fault?.kind === 'stall' || fault?.kind === 'crawl'
        ? Math.min(fault.after, body.length)
        : body.length;
    const step = fault?.kind === 'trickle' ? fault.bytes : 64 * 1024;
    for (let at = 0; at < stop; at += step) {
      if (response.destroyed) return;
      const part = body.subarray(at, Math.min(at + step, stop));
      // Counted when handed over: what a client never read may be included, never left out.
      entry.bytes += part.length;
      const isFlowing = response.write(part);
      if (!isFlowing) await drained(response);
      if (fault?.kind === 'trickle') {
        const { every } = fault;
        await (typeof every === 'function' ? every() : new Promise((resolve) => setTimeout(resolve, every)));
      }
    }
    if (fault?.kind === 'stall') return;
    let isOver = false;
    const crawl = async (): Promise<void> => {
      for (let at = stop; at < body.length && !isOver && !response.destroyed; at++) {
        entry.bytes++;
        response.write(body.subarray(at, at + 1));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    if (fault?.kind === 'crawl') await crawl();
    if (fault?.kind === 'change') this.repositories[repository]![entry.path] = fault.to;
    if (fault?.kind === 'cut' || fault?.kind === 'change') {
      // A reset connection drops what the client's system holds but the client has not read.
      const until = fault.kind === 'cut' ? fault.until : undefined;
      if (until) {
        const crawling = crawl();
        await until();
        isOver = true;
        await crawling;
      } else {
        await new Promise((resolve) => setTimeout(resolve, stop > 0 ? 200 : 0));
      }
      response.destroy();
      return;
    }
    response.end();
    if (fault?.kind === 'wrong-length' && fault.by > 0) response.destroy();
  }

  #cors(request: IncomingMessage, response: ServerResponse): void {
    const { allowedHeaders = 'Authorization', exposedHeaders } = this.#options;
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
    response.setHeader('Vary', 'Origin');
    response.setHeader('Access-Control-Allow-Headers', allowedHeaders);
    response.setHeader(
      'Access-Control-Expose-Headers',
      exposedHeaders ?? 'X-Error-Code,X-Error-Message,ETag,Link,Accept-Ranges,Content-Range,Retry-After',
    );
    // Pages with COEP only take what says that it may be embedded; CORS covers fetch, this covers the rest.
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
  }
}

const sha1 = (bytes: string | Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const gitId = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

const manifestOf = (files: Record<string, Uint8Array>): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      files: Object.entries(files).map(([path, bytes]) => ({
        path,
        size: bytes.length,
        sha256: sha256(bytes),
      })),
    }),
  );

/** The range asked for, unless its `If-Range` is about another version. */
function parseRange(request: IncomingMessage, etag: string): { start: number; end?: number } | undefined {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!match) return undefined;
  return { start: Number(match[1]), ...(match[2] ? { end: Number(match[2]) + 1 } : {}) };
}

async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
