import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { expect, it } from 'vitest';
import { createHandler } from './handler.ts';
import { FileWebhooks } from './node/file-webhooks.ts';
import { GuardedUrlReader } from './node/url-reader.ts';
import { Announcer, MemoryWebhooks } from './webhooks.ts';

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

it('a call that fails is made ten times in some hours, then given up and reported', async () => {
  let time = 0;
  const at: number[] = [];
  const store = new MemoryWebhooks();
  const closing = new AbortController();
  const failed = new Promise<[unknown, string]>((resolve) => {
    const announcer = new Announcer({
      store,
      batches: { get: async (id) => ({ batch_id: id, status: 'completed' }) as never },
      notify: async () => {
        at.push(time);
        throw new Error('status 500');
      },
      closing: closing.signal,
      onError: (error, id) => resolve([error, id]),
      now: () => time,
      sleep: async (milliseconds) => {
        time += milliseconds;
        await new Promise((next) => setImmediate(next));
      },
    });
    void announcer.add({ id: 'b', url: 'https://hook.example/', output: '/o', errors: '/e' });
  });
  expect(await failed).toEqual([new Error('status 500'), 'b']);
  const pauses = at.slice(1).map((each, index) => (each - at[index]!) / 1000);
  expect(pauses).toEqual([1, 4, 16, 64, 256, 1024, 3600, 3600, 3600]);
  expect((await store.claim(Number.POSITIVE_INFINITY, 0)).kept).toBe(0);
  closing.abort();
});

it('a call that is owed when the server ends is made by the next one, signed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'nearfield-webhooks-'));
  const receiver = createServer();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const foundation = new HashedFoundation();
  const start = (closing: AbortController) =>
    createHandler(foundation, {
      urls: new GuardedUrlReader({ allowed: [origin], isAllowedAddress: () => true }),
      publicUrl: 'https://search.example/',
      webhooks: new FileWebhooks(directory),
      webhookSecret: 'a secret',
      closing: closing.signal,
    });

  const first = new AbortController();
  const called = once(receiver, 'request');
  const created = await start(first)(
    new Request('http://localhost/v1/batch/embeddings', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ model, input: [{ body: { input: 'a' } }], webhook_url: `${origin}/done` }),
    }),
  );
  const { batch_id: id } = (await created.json()) as { batch_id: string };
  const [, refused] = await called;
  // The server ends while the call has no answer.
  first.abort();
  const again = once(receiver, 'request');
  const second = new AbortController();
  start(second);
  refused.writeHead(500).end();

  const [request, answer] = await again;
  const body = await text(request);
  expect(JSON.parse(body)).toMatchObject({
    batch_id: id,
    status: 'completed',
    output_url: `https://search.example/v1/batch/${id}/output`,
  });
  const { 'x-nearfield-timestamp': timestamp, 'x-nearfield-signature': signature } = request.headers;
  expect(signature).toBe(
    `sha256=${createHmac('sha256', 'a secret').update(`${timestamp}.${body}`).digest('hex')}`,
  );
  expect(request.headers['x-nearfield-delivery']).toBe(id);
  answer.end();
  receiver.close();
  await expect.poll(() => readdir(directory)).toEqual([]);
  second.abort();
  await rm(directory, { recursive: true });
});
