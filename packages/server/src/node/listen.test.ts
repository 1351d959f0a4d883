import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { rawRequest } from '../../test/raw-http.ts';
import { listen, type NodeServer } from './listen.ts';

let server: NodeServer | undefined;
afterEach(() => server?.close());

/** Sends the start of a request and no more of it. Resolves with all that is answered until the connection ends. */
async function unfinished(port: number, start: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  let answer = '';
  socket.on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(start);
  await once(socket, 'close');
  return answer;
}

test('clients that never finish their requests are let go of, and hold up nobody', async () => {
  const bodies: string[] = [];
  let reading = 0;
  server = await listen(
    async (request) => {
      if (request.method === 'GET') return new Response('well');
      reading++;
      bodies.push(await request.text().catch(() => 'cut off'));
      return new Response('read');
    },
    { port: 0, host: '127.0.0.1' },
    () => undefined,
    { headers: 2000, request: 4000, checkEvery: 20 },
  );
  const { port } = server;
  const halfHeaders = Array.from({ length: 200 }, (_, index) =>
    unfinished(port, `GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow-${index}: `),
  );
  const halfBodies = Array.from({ length: 50 }, () =>
    unfinished(
      port,
      'POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"input":',
    ),
  );
  expect(await rawRequest(port, '/health')).toMatchObject({ status: 200, text: 'well' });
  for (const answer of await Promise.all([...halfHeaders, ...halfBodies])) {
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  }
  await expect.poll(() => bodies.length).toBe(reading);
  expect(new Set(bodies)).toEqual(new Set(['cut off']));
  expect(await rawRequest(port, '/health')).toMatchObject({ status: 200, text: 'well' });
});
