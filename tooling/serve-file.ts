/** Serves the files of a folder over HTTP, as dev servers and static hosts do. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.onnx': 'application/octet-stream',
  '.onnx_data': 'application/octet-stream',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** Whether a relative path may be read: build stamps, half-written and hidden files are not for others. */
export const isServed = (path: string): boolean =>
  !path.split(sep).some((part) => part.startsWith('.') || part.endsWith('.tmp'));

/**
 * Answers one request for a file of `directory`; the request's URL is relative to it. A file that is not
 * there is 404, never the page that dev servers send for unknown paths. Knows ranges, validators and HEAD.
 * @param extra further headers of files that are sent
 */
export async function serveFile(
  directory: string,
  request: IncomingMessage,
  response: ServerResponse,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const refuse = (status: number, message: string, headers: Record<string, string> = {}): void => {
    response
      .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers })
      .end(`${message}\n`);
  };
  const method = request.method ?? 'GET';
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'Only GET and HEAD', { Allow: 'GET, HEAD' });
  const file = requestedFile(directory, request.url ?? '/');
  const info = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (file === undefined || !info?.isFile()) return refuse(404, 'No such file');

  const etag = `"${info.size.toString(36)}-${Math.trunc(info.mtimeMs).toString(36)}"`;
  const headers: Record<string, string | number> = {
    ...extra,
    'Content-Type': MEDIA_TYPES[extname(file)] ?? 'application/octet-stream',
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'no-cache',
    'Last-Modified': info.mtime.toUTCString(),
    ETag: etag,
  };
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.some((tag) => tag === etag || tag === '*')) {
    response.writeHead(304, headers).end();
    return;
  }
  const condition = request.headers['if-range'];
  const range =
    method === 'GET' && (condition === undefined || condition === etag)
      ? parseRange(request.headers.range, info.size)
      : undefined;
  if (range === 'unsatisfiable') {
    return refuse(416, 'The range starts past the end', { 'Content-Range': `bytes */${info.size}` });
  }
  const { start, end } = range ?? { start: 0, end: info.size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Length': end - start + 1,
    ...(range && { 'Content-Range': `bytes ${start}-${end}/${info.size}` }),
  });
  if (method === 'HEAD' || info.size === 0) {
    response.end();
    return;
  }
  // A reader that leaves midway is everyday: the page was closed, or the download cancelled.
  await pipeline(createReadStream(file, { start, end }), response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

/** The file that a URL names, or undefined when it is outside of `directory` or not to be served. */
function requestedFile(directory: string, url: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  const file = resolve(directory, `.${path}`);
  const inside = relative(directory, file);
  return inside !== '' && !inside.startsWith('..') && isServed(inside) ? file : undefined;
}

/** Inclusive byte positions of a `Range` header with one range; undefined when the whole file is to be sent. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}
