import { MessageChannel } from 'node:worker_threads';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { afterEach, describe, expect, it } from 'vitest';
import {
  answerInThread,
  createThreadedServer,
  type ThreadedServer,
  type ThreadedServerOptions,
  type ThreadWorker,
} from './threads.ts';

/** A thread's two ends in this one: what crosses is copied as between threads. */
function thread(foundation: HashedFoundation, callers: ThreadedServerOptions['callers']): ThreadWorker {
  const { port1, port2 } = new MessageChannel();
  answerInThread(port2, foundation, callers);
  return {
    postMessage: (message, transfer = []) => port1.postMessage(message, transfer),
    on: (event, listener) => port1.on(event === 'exit' ? 'close' : event, listener),
    terminate: async () => {
      port1.close();
      return 0;
    },
  };
}

let server: ThreadedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(
  callers: ThreadedServerOptions['callers'],
  options: Partial<ThreadedServerOptions> = {},
  foundation = new HashedFoundation(),
): Promise<string> {
  server = await createThreadedServer({
    port: 0,
    engine: () => thread(foundation, callers),
    callers,
    ...options,
  });
  return server.url;
}

const model = 'jina-embeddings-v3';
const shop = 'https://shop.example';

const embed = (url: string, headers: Record<string, string> = {}, input: unknown = 'a') =>
  fetch(`${url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ model, input }),
  });

describe('limits', () => {
  it('are for callers with a key: nobody else uses them up', async () => {
    const url = await start({ apiKeys: ['right'] }, { limits: { requestsPerMinute: 2 } });
    const right = { Authorization: 'Bearer right' };
    for (let count = 0; count < 5; count++) {
      expect((await embed(url)).status).toBe(401);
      expect((await embed(url, { Authorization: 'Bearer wrong' })).status).toBe(401);
    }
    const first = await embed(url, right);
    expect(first.status).toBe(200);
    expect(first.headers.get('X-RateLimit-Remaining-Requests')).toBe('1');
    expect((await embed(url, right)).status).toBe(200);
    const third = await embed(url, right);
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('Retry-After'))).toBeGreaterThan(0);
  });

  it('are not used up by pages of other sites, nor by browsers that ask for permission', async () => {
    const url = await start({ cors: shop }, { limits: { requestsPerMinute: 1 } });
    expect((await embed(url, { Origin: 'https://evil.example' })).status).toBe(403);
    const preflight = await fetch(`${url}/v1/embeddings`, {
      method: 'OPTIONS',
      headers: { Origin: shop, 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect((await embed(url, { Origin: shop })).status).toBe(200);
    expect((await embed(url, { Origin: shop })).status).toBe(429);
  });
});

describe('answers that come from the thread which listens can be read by pages that may call', () => {
  /** Status, and the origin that may read. */
  const readable = async (answer: Promise<Response>): Promise<unknown> => {
    const { status, headers } = await answer;
    const exposed = headers.get('Access-Control-Expose-Headers') ?? '';
    return [status, headers.get('Access-Control-Allow-Origin'), exposed.includes('Retry-After')];
  };

  it('413, 429 and /health', async () => {
    const url = await start({ cors: [shop] }, { limits: { requestsPerMinute: 2 }, maxBodyBytes: 1000 });
    const headers = { Origin: shop };
    expect(await readable(embed(url, headers, 'x'.repeat(2000)))).toEqual([413, shop, true]);
    expect(await readable(embed(url, headers))).toEqual([200, shop, true]);
    expect(await readable(embed(url, headers))).toEqual([429, shop, true]);
    expect(await readable(fetch(`${url}/health`, { headers }))).toEqual([200, shop, true]);
    const other = await fetch(`${url}/health`, { headers: { Origin: 'https://evil.example' } });
    expect(other.headers.has('Access-Control-Allow-Origin')).toBe(false);
    expect(other.headers.get('Vary')).toContain('Origin');
  });

  it('503 of a server that is full', async () => {
    const foundation = new HashedFoundation();
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const started = new Promise<void>((resolve) => {
      const { embeddings } = foundation;
      foundation.embeddings = (async (...call: Parameters<typeof embeddings>) => {
        resolve();
        await held;
        return embeddings.apply(foundation, call);
      }) as typeof embeddings;
    });
    const url = await start({ cors: '*' }, { limits: { queue: 1 } }, foundation);
    const running = embed(url, { Origin: shop });
    await started;
    expect(await readable(embed(url, { Origin: shop }))).toEqual([503, '*', true]);
    release();
    expect((await running).status).toBe(200);
  });
});

it('says the memory of each thread', async () => {
  const url = await start(undefined);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(/^nearfield_thread_memory_bytes\{thread="engine",kind="heap"\} [1-9]\d+$/m);
});
