/* Two processes of `serve` on one real database: what one of them begins, the other one finishes. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tinyMiniLM } from '@nearfield/model-tiny';
import { PostgresServer } from '@nearfield/postgres-server';
import { createLimiter, type Limiter, PostgresWebhooks, postgresWindows } from '@nearfield/server/node';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServeCommand, serveCommand } from '../../../server/test/serve-command.ts';

let postgres: PostgresServer;
let directory: string;
let database: pg.Pool;
const running = new Set<ServeCommand>();

beforeAll(async () => {
  postgres = await PostgresServer.create();
  database = new pg.Pool({ connectionString: postgres.url, max: 2 });
  database.on('error', () => {});
  directory = await mkdtemp(join(tmpdir(), 'nearfield-database-'));
  for (const { path, bytes } of tinyMiniLM().files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), bytes);
  }
});
afterAll(async () => {
  await Promise.all([...running].map(stop));
  await database.end();
  await postgres.remove();
  await rm(directory, { recursive: true });
});

async function start(): Promise<ServeCommand> {
  const server = await serveCommand(
    [
      ...['--model', `tiny=all-MiniLM-L6-v2:${directory}`, '--data-dir', join(directory, 'data')],
      ...['--database-lease', '2', '--database-connections', '5', '--threads', '1'],
    ],
    { env: { NEARFIELD_DATABASE: postgres.url } },
  );
  running.add(server);
  await server.line(/^Ready$/);
  return server;
}

async function stop(server: ServeCommand): Promise<void> {
  running.delete(server);
  await server.end();
}

const ask = (server: ServeCommand, path: string, body?: object): Promise<Response> =>
  fetch(`${server.url}${path}`, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'Content-Type': 'application/json' },
  });

async function answer<Body>(server: ServeCommand, path: string, body?: object): Promise<Body> {
  const response = await ask(server, path, body);
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Body;
}

interface Status {
  batch_id: string;
  status: string;
  stats: { total: number; completed: number; failed: number } | null;
}

const linesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    custom_id: `line-${index}`,
    body: { input: `text number ${index} `.repeat(30) },
  }));

async function rows(text: string, values: unknown[] = []): Promise<number> {
  const { rows: found } = await database.query<{ count: number }>(
    `select count(*)::int as count from ${text}`,
    values,
  );
  return found[0]!.count;
}

/** The number that the autoscaler of `deploy/kubernetes.yaml` goes by. */
async function queueLength(): Promise<number> {
  const manifest = await readFile(new URL('../../../../deploy/kubernetes.yaml', import.meta.url), 'utf8');
  const [, query] = /^ +query: "(.+)"$/m.exec(manifest)!;
  const { rows: found } = await database.query<{ count: string }>(query!);
  return Number(found[0]!.count);
}

const pagesOf = (id: string): Promise<number> =>
  rows('nearfield.record where starts_with(key, $1)', [`batch-result/${id}/`]);

async function resultsOf(server: ServeCommand, id: string): Promise<string[]> {
  const response = await ask(server, `/v1/batch/${id}/output`);
  const text = await response.text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
}

describe('limits', () => {
  const windows = (pool: pg.Pool) => postgresWindows({ pool, schema: 'nearfield_limits' });
  const isFull = { code: 'RATE_REQUEST_LIMIT_EXCEEDED' };

  it('are counted for all servers together, without a word of the callers’ keys', async () => {
    const [first, second] = [0, 0].map(() =>
      createLimiter({ requestsPerMinute: 3, tokensPerMinute: 100, windows: windows(database) }),
    ) as [Limiter, Limiter];
    // They start together, and make the table together.
    const passes = await Promise.all([first.enter('Bearer secret'), second.enter('Bearer secret')]);
    await passes[0].leave(40);
    expect(await passes[1].leave(30)).toMatchObject({ 'X-RateLimit-Remaining-Tokens': '30' });
    await (await second.enter('Bearer secret')).leave(0);
    await expect(first.enter('Bearer secret')).rejects.toMatchObject(isFull);
    const other = await first.enter('Bearer other');
    await other.leave(100);
    await expect(second.enter('Bearer other')).rejects.toMatchObject({ code: 'RATE_TOKEN_LIMIT_EXCEEDED' });
    const { rows: kept } = await database.query<{ key: string }>(
      'select key from nearfield_limits.rate_limit',
    );
    expect(kept).toHaveLength(4);
    expect(kept.map(({ key }) => key).join()).not.toMatch(/secret|other/);
  });

  it('are counted by each server while the database is out of reach', async () => {
    const nowhere = new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/none', max: 1 });
    const limiter = createLimiter({ requestsPerMinute: 1, windows: windows(nowhere) });
    await (await limiter.enter('a')).leave(0);
    await expect(limiter.enter('a')).rejects.toMatchObject(isFull);
    await nowhere.end();
  });
});

it('calls of webhooks are shared: each is taken by one server, and again if that one is silent', async () => {
  const [first, second] = [0, 0].map(
    () => new PostgresWebhooks({ pool: database, schema: 'nearfield_webhooks' }),
  ) as [PostgresWebhooks, PostgresWebhooks];
  const ids = Array.from({ length: 30 }, (_, index) => `batch_${String(index).padStart(2, '0')}`);
  for (const id of ids) {
    await first.put({ id, url: 'https://hook.example/', output: '/o', errors: '/e', attempts: 1, due: 1000 });
  }
  expect((await second.claim(999, 5000)).due).toEqual([]);
  const claimed = await Promise.all([first.claim(1000, 5000), second.claim(1000, 5000)]);
  const taken = claimed.flatMap(({ due }) => due.map(({ id }) => id));
  const rest = (await first.claim(1000, 5000)).due.map(({ id }) => id);
  expect([...taken, ...rest].sort()).toEqual(ids);
  await Promise.all(ids.slice(1).map((id) => second.delete(id)));
  expect(await second.claim(5000, 9000)).toEqual({
    due: [{ id: ids[0], url: 'https://hook.example/', output: '/o', errors: '/e', attempts: 1, due: 9000 }],
    kept: 1,
  });
});

describe('two servers on one database', () => {
  it('finish the batch of one that was killed: every line once', async () => {
    const first = await start();
    const input = linesOf(2000);
    const { batch_id: id } = await answer<Status>(first, '/v1/batch/embeddings', { model: 'tiny', input });
    // It is at work, and far from done.
    await expect.poll(() => pagesOf(id)).toBeGreaterThan(0);
    expect(await queueLength()).toBe(1);
    first.signal('SIGKILL');
    await first.ended;
    running.delete(first);
    const before = await pagesOf(id);
    expect(before).toBeLessThan(32);
    const { rows: kept } = await database.query<{ key: string; written: string }>(
      'select key, updated_at::text as written from nearfield.record where starts_with(key, $1)',
      [`batch-result/${id}/`],
    );
    // The second one comes to know of the batch by the database alone.
    const second = await start();
    await expect
      .poll(() => rows(`nearfield.record where starts_with(key, $1)`, [`batch-input/${id}/`]))
      .toBe(0);
    await expect
      .poll(() => answer<Status>(second, `/v1/batch/${id}`))
      .toMatchObject({ status: 'completed', stats: { total: 2000, completed: 2000, failed: 0 } });
    expect(await resultsOf(second, id)).toEqual(input.map(({ custom_id }) => custom_id));
    // Pages that were done are not done again.
    for (const { key, written } of kept) {
      expect(await rows('nearfield.record where key = $1 and updated_at::text = $2', [key, written])).toBe(1);
    }
    await expect.poll(queueLength).toBe(0);
    expect(await rows('nearfield.lock')).toBe(0);
    await stop(second);
  });

  it('are one service: classifiers, lists, restarts under load, and an outage of the database', async () => {
    let servers: readonly [ServeCommand, ServeCommand] = await Promise.all([start(), start()]);

    const { classifier_id: id } = await answer<{ classifier_id: string }>(servers[0], '/v1/train', {
      model: 'tiny',
      input: [
        { text: 'good', label: 'up' },
        { text: 'fine', label: 'up' },
        { text: 'bad', label: 'down' },
        { text: 'awful', label: 'down' },
      ],
    });
    const classify = async (server: ServeCommand): Promise<unknown> =>
      (await answer<{ data: unknown }>(server, '/v1/classify', { classifier_id: id, input: ['good'] })).data;
    expect(await classify(servers[1])).toEqual(await classify(servers[0]));

    // A batch runs, requests come all the time, and each server is replaced in turn: the balancer takes one out that
    // is told to end, and nobody repeats a request.
    const input = linesOf(1000);
    const { batch_id: batch } = await answer<Status>(servers[1], '/v1/batch/embeddings', {
      model: 'tiny',
      input,
    });
    let balanced: readonly ServeCommand[] = servers;
    let asked = 0;
    let isLoaded = true;
    const client = async (): Promise<void> => {
      while (isLoaded) {
        const next = (): ServeCommand => balanced[asked++ % balanced.length]!;
        await answer(next(), '/v1/embeddings', { model: 'tiny', input: ['a request'] });
        await answer(next(), '/v1/classify', { classifier_id: id, input: ['good'] });
        await answer(next(), `/v1/batch/${batch}`);
      }
    };
    const clients = Promise.all(Array.from({ length: 4 }, client));
    const replacements = await Promise.all([start(), start()]);
    for (const index of [0, 1] as const) {
      const old = servers[index];
      const next = replacements[index];
      servers = index === 0 ? [next, servers[1]] : [servers[0], next];
      balanced = servers;
      const goal = asked + 20;
      await expect.poll(() => asked).toBeGreaterThan(goal);
      await stop(old);
    }
    const goal = asked + 20;
    await expect.poll(() => asked).toBeGreaterThan(goal);
    isLoaded = false;
    await clients;
    await expect
      .poll(() => answer<Status>(servers[0], `/v1/batch/${batch}`))
      .toMatchObject({ status: 'completed', stats: { completed: 1000, failed: 0 } });
    expect(await resultsOf(servers[1], batch)).toEqual(input.map(({ custom_id }) => custom_id));

    await postgres.stop();
    for (const server of servers) {
      for (const path of [`/v1/batch/${batch}`, '/v1/classifiers']) {
        const refused = await ask(server, path);
        expect(refused.status).toBe(503);
        expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
      }
      // What needs no database is answered.
      await answer(server, '/v1/embeddings', { model: 'tiny', input: ['still here'] });
      expect((await ask(server, '/health')).status).toBe(200);
    }
    await postgres.start();
    for (const server of servers) {
      await answer<Status>(server, `/v1/batch/${batch}`);
      await classify(server);
    }
    const { batch_id: after } = await answer<Status>(servers[0], '/v1/batch/embeddings', {
      model: 'tiny',
      input: linesOf(3),
    });
    await expect
      .poll(() => answer<Status>(servers[1], `/v1/batch/${after}`))
      .toMatchObject({ status: 'completed' });
    await Promise.all(servers.map(stop));
  });
});
