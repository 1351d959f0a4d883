import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseRange, serveFile } from './serve-file.ts';

let folder: string;
let server: Server;
let origin: string;
const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 251);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearfield-models-'));
  await mkdir(join(folder, 'models/tiny/onnx'), { recursive: true });
  await writeFile(join(folder, 'models/tiny/onnx/model.onnx'), bytes);
  await writeFile(join(folder, 'models/tiny/config.json'), '{}');
  await writeFile(join(folder, 'models/tiny/empty.txt'), '');
  await writeFile(join(folder, 'models/tiny/.stamp.json'), '{}');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  server = createServer((incoming, response) => {
    serveFile(join(folder, 'models'), incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const body = async (response: Response): Promise<Uint8Array> => new Uint8Array(await response.arrayBuffer());

test('a file comes whole, with its size, type and validator', async () => {
  const response = await fetch(`${origin}/tiny/onnx/model.onnx?v=1`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-length')).toBe('300');
  expect(response.headers.get('content-type')).toBe('application/octet-stream');
  expect(response.headers.get('accept-ranges')).toBe('bytes');
  expect(await body(response)).toEqual(bytes);
  expect((await fetch(`${origin}/tiny/config.json`)).headers.get('content-type')).toBe('application/json');
  const head = await fetch(`${origin}/tiny/onnx/model.onnx`, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe('300');
  expect((await body(await fetch(`${origin}/tiny/empty.txt`))).length).toBe(0);
});

test('a known validator saves the bytes, and a download resumes only on the same file', async () => {
  const url = `${origin}/tiny/onnx/model.onnx`;
  const etag = (await fetch(url, { method: 'HEAD' })).headers.get('etag')!;
  expect((await fetch(url, { headers: { 'If-None-Match': etag } })).status).toBe(304);
  const rest = await fetch(url, { headers: { Range: 'bytes=290-', 'If-Range': etag } });
  expect(rest.status).toBe(206);
  expect(rest.headers.get('content-range')).toBe('bytes 290-299/300');
  expect(await body(rest)).toEqual(bytes.subarray(290));
  const changed = await fetch(url, { headers: { Range: 'bytes=290-', 'If-Range': '"other"' } });
  expect(changed.status).toBe(200);
  expect((await body(changed)).length).toBe(300);
});

test('a range past the end is refused with the size', async () => {
  const response = await fetch(`${origin}/tiny/onnx/model.onnx`, { headers: { Range: 'bytes=300-' } });
  expect(response.status).toBe(416);
  expect(response.headers.get('content-range')).toBe('bytes */300');
});

test('only model files are served, and only for reading', async () => {
  for (const path of [
    '/tiny/none.json',
    '/tiny',
    '/tiny/.stamp.json',
    '/%2e%2e%2fsecret.txt',
    '/%00',
    '/%zz',
  ]) {
    expect((await fetch(origin + path)).status, path).toBe(404);
  }
  // fetch() resolves the dots itself.
  const raw = await new Promise<number | undefined>((resolve, reject) => {
    const { port } = new URL(origin);
    request({ host: '127.0.0.1', port, path: '/../secret.txt' }, ({ statusCode }) => resolve(statusCode))
      .once('error', reject)
      .end();
  });
  expect(raw).toBe(404);
  expect((await fetch(`${origin}/tiny/config.json`, { method: 'POST', body: '' })).status).toBe(405);
});

test('ranges: first, last, suffix, reversed, several', () => {
  expect(parseRange('bytes=0-0', 10)).toEqual({ start: 0, end: 0 });
  expect(parseRange('bytes=4-', 10)).toEqual({ start: 4, end: 9 });
  expect(parseRange('bytes=4-99', 10)).toEqual({ start: 4, end: 9 });
  expect(parseRange('bytes=-3', 10)).toEqual({ start: 7, end: 9 });
  expect(parseRange('bytes=-99', 10)).toEqual({ start: 0, end: 9 });
  expect(parseRange('bytes=-0', 10)).toBe('unsatisfiable');
  expect(parseRange('bytes=10-', 10)).toBe('unsatisfiable');
  expect(parseRange('bytes=5-4', 10)).toBeUndefined();
  expect(parseRange('bytes=0-1,4-5', 10)).toBeUndefined();
  expect(parseRange('bytes=-', 10)).toBeUndefined();
  expect(parseRange(undefined, 10)).toBeUndefined();
});
