import { HashedFoundation } from '@nearfield/hashed-foundation';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServeCommand, startCommand } from '../../../server/test/serve-command.ts';
import type { CommandContext } from '../command.ts';
import { proxy } from './proxy.ts';

const KEY = 'jina_kept_here';
const model = 'jina-embeddings-v3';
const page = 'https://shop.example';

describe('nearfield proxy', () => {
  /** Stands for the hosted API: our server, that wants the key. */
  let hosted: NodeServer;
  let command: ServeCommand;
  beforeAll(async () => {
    hosted = await createNodeServer(new HashedFoundation(), { port: 0, apiKeys: [KEY], strict: true });
    const args = ['proxy', '--port', '0', '--base-url', hosted.url, '--cors', page, '--allow-model', model];
    command = await startCommand([...args, '--requests-per-minute', '7'], { env: { JINA_API_KEY: KEY } });
  });
  afterAll(async () => {
    await command.end();
    await hosted.close();
  });

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${command.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it('passes on what is allowed, for a page without a key', async () => {
    const answer = await post(
      '/v1/embeddings',
      { model, input: 'a', task: 'text-matching' },
      { Origin: page },
    );
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(page);
    expect(answer.headers.get('X-RateLimit-Remaining-Requests')).toBe('6');
    const full = await post('/v1/embeddings', { model: `jina-ai/${model}`, input: 'a' });
    expect(full.status).toBe(200);
  });

  it('refuses the rest, and keeps the key to itself', async () => {
    const other = await post('/v1/embeddings', { model: 'jina-clip-v2', input: 'a' });
    expect(other.status).toBe(400);
    expect(await other.json()).toMatchObject({
      code: 'INPUT_MODEL_NOT_FOUND',
      detail: expect.stringContaining(model),
    });
    const job = await post('/v1/batch/embeddings', { model, input: [{ body: { input: 'a' } }] });
    expect(job.status).toBe(403);
    const elsewhere = await post('/v1/embeddings', { model, input: 'a' }, { Origin: 'https://evil.example' });
    expect(elsewhere.status).toBe(403);
    const wrong = await post('/v1/embeddings', { model, input: 'a', dimensions: 5000 });
    expect(wrong.status).toBe(422);
    for (const answer of [job, elsewhere, wrong]) expect(await answer.text()).not.toContain(KEY);
    expect(command.log()).not.toContain(KEY);
  });

  it('lets one address ask so often', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post('/v1/segment', { content: 'a' })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(429);
  });

  it('wants a key before it listens', async () => {
    const context = { env: {}, stderr: () => {} } as unknown as CommandContext;
    await expect(proxy.run([], context)).rejects.toMatchObject({ code: 'AUTH_MISSING_API_KEY' });
  });
});
