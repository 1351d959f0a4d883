import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { expect, it } from 'vitest';
import { createHandler } from './handler.ts';
import { GuardedUrlReader } from './node/url-reader.ts';

const model = 'jina-embeddings-v3';

it('a batch reads its lines from an allowed URL and calls an allowed webhook when it ends', async () => {
  const lines = ['a', 'b'].map((input) => JSON.stringify({ custom_id: input, body: { input } })).join('\n');
  const server = createServer((request, response) => {
    if (request.method === 'GET') response.end(lines);
  });
  const called = once(server, 'request').then(() => once(server, 'request'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urls = new GuardedUrlReader({ allowed: [origin], isAllowedAddress: () => true });
  const handler = createHandler(new HashedFoundation(), { urls });
  const send = (method: string, path: string, body?: object) =>
    handler(
      new Request(`http://evil.example${path}`, {
        method,
        headers: { 'Content-Type': 'application/json', Host: 'localhost:8080' },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  const create = (fields: object) => send('POST', '/v1/batch/embeddings', { model, ...fields });
  // The name in the request is not the server's.
  expect((await create({ input_url: `${origin}/lines` })).status).toBe(403);

  const open = createHandler(new HashedFoundation(), { urls, publicUrl: 'https://search.example/api' });
  const response = await open(
    new Request('http://localhost/v1/batch/embeddings', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model, input_url: `${origin}/lines`, webhook_url: `${origin}/done` }),
    }),
  );
  expect(response.status, await response.clone().text()).toBe(200);
  const { batch_id } = (await response.json()) as { batch_id: string };
  const [request, answer] = await called;
  expect(request.url).toBe('/done');
  expect(JSON.parse(await text(request))).toMatchObject({
    batch_id,
    status: 'completed',
    stats: { completed: 2 },
    output_url: `https://search.example/api/v1/batch/${batch_id}/output`,
  });
  answer.end();
  server.close();
});

it('other webhooks are refused before there is a job', async () => {
  const handler = createHandler(new HashedFoundation(), { urls: new GuardedUrlReader({ allowed: [] }) });
  const response = await handler(
    new Request('http://localhost/v1/batch/embeddings', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model, input: [{ body: { input: 'a' } }], webhook_url: 'http://127.0.0.1:1/' }),
    }),
  );
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ error: { param: 'webhook_url' } });
  const jobs = await handler(new Request('http://localhost/v1/batches'));
  expect(await jobs.json()).toEqual([]);
});
