/** Against a real server, which serves parts as hosts do: several at once, one a request, or none. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { fetchLoader } from './loader.ts';

const FILE = Uint8Array.from({ length: 256 }, (_, index) => index);
let server: Server;
let requests: (string | undefined)[] = [];

async function serve(
  answer: (ranges: [number, number][], response: ServerResponse) => void,
): Promise<string> {
  requests = [];
  server = createServer((request: IncomingMessage, response) => {
    const { range } = request.headers;
    requests.push(range);
    if (request.url !== '/search/file.bin') {
      response.writeHead(404).end();
      return;
    }
    const ranges = [...(range ?? '').matchAll(/(\d+)-(\d+)/g)].map(([, start, end]): [number, number] => [
      Number(start),
      Number(end),
    ]);
    if (ranges.length === 0) response.end(FILE);
    else answer(ranges, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/search`;
}

const one = ([start, end]: [number, number], response: ServerResponse): void => {
  response
    .writeHead(206, { 'content-range': `bytes ${start}-${end}/256` })
    .end(FILE.subarray(start, end + 1));
};
const many = (ranges: [number, number][], response: ServerResponse): void => {
  response.writeHead(206, { 'content-type': 'multipart/byteranges; boundary=sep' });
  for (const [start, end] of ranges) {
    response.write(
      `\r\n--sep\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ${start}-${end}/256\r\n\r\n`,
    );
    response.write(FILE.subarray(start, end + 1));
  }
  response.end('\r\n--sep--\r\n');
};

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('parts', () => {
  const wanted = [
    [3, 5],
    [13, 20],
    [240, 256],
  ] as const;
  const expected = wanted.map(([start, end]) => [...FILE.subarray(start, end)]);
  const load = async (base: string) =>
    (await fetchLoader(base).ranges('file.bin', wanted, {})).map((part) => [...part]);

  it('come in one request where the host can', async () => {
    expect(await load(await serve(many))).toEqual(expected);
    expect(requests).toEqual(['bytes=3-4,13-19,240-255']);
  });

  it('come one a request where it sends the first alone', async () => {
    expect(await load(await serve(([first], response) => one(first!, response)))).toEqual(expected);
    expect(requests).toHaveLength(3);
  });

  it('are refused where it sends the whole, or something else', async () => {
    const NOT_SUPPORTED = { code: 'NOT_SUPPORTED' };
    await expect(load(await serve((_, response) => response.end(FILE)))).rejects.toMatchObject(NOT_SUPPORTED);
    expect(requests).toHaveLength(1);
    server.close();
    await expect(load(await serve((_, response) => one([100, 101], response)))).rejects.toMatchObject(
      NOT_SUPPORTED,
    );
  });
});

describe('files', () => {
  it('come whole', async () => {
    const loader = fetchLoader(await serve(many));
    expect(await loader.load('file.bin', {})).toEqual(FILE);
  });

  it('that are missing, or a host that is away, are typed errors', async () => {
    const base = await serve(many);
    await expect(fetchLoader(base).load('other.bin', {})).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(fetchLoader(base).load('file.bin', {})).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  });

  it('that are no longer wanted reject with the signal’s reason', async () => {
    const reason = new Error('enough');
    const loader = fetchLoader(await serve(many));
    await expect(loader.load('file.bin', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
