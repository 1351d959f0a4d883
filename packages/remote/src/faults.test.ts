/** The client behind a proxy that fails in every way, against the real server. Time is the driven clock's. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import { FoundationError } from '@nearfield/spec';
import { serializeError } from '@nearfield/spec/implement';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DrivenClock } from '../test/driven-clock.ts';
import { type Arrival, createFaultProxy, type Fault } from '../test/fault-proxy.ts';
import type { RemoteOptions } from './options.ts';
import { RemoteFoundation } from './remote.ts';

const KEY = 'jina_0123456789abcdef';
const MODEL = 'jina-embeddings-v3';
const DIMENSIONS = 32;
const MINUTE = 60_000;

const FAULTS: readonly Fault[] = [
  'latency',
  'too many',
  'too many, with Retry-After',
  'too many at once',
  500,
  503,
  504,
  'reset before the answer',
  'reset within the body',
  'cut JSON',
  'HTML',
  'slow body',
  'sent twice',
];

let server: NodeServer;
const foundation = new HashedFoundation();

beforeAll(async () => {
  server = await createNodeServer(foundation, { port: 0, apiKeys: [KEY] });
});
afterAll(() => server.close());

/** Every second request goes well; the others meet each fault in turn. */
const inTurn = (request: number): Fault =>
  request % 2 === 0 ? 'none' : FAULTS[(request >> 1) % FAULTS.length]!;

async function behindProxy(
  faultOf: (request: number) => Fault,
  options: RemoteOptions,
  run: (remote: RemoteFoundation, arrivals: Arrival[], clock: DrivenClock) => Promise<void>,
): Promise<void> {
  const clock = new DrivenClock();
  const proxy = await createFaultProxy(server.url, clock, faultOf);
  const remote = new RemoteFoundation(
    { baseUrl: proxy.url, apiKey: KEY, fetch: clock.fetch, ...options },
    clock,
  );
  try {
    await run(remote, proxy.arrivals, clock);
  } finally {
    await remote.close();
    await proxy.close();
  }
}

/** The most that arrived in any minute. */
function mostPerMinute(arrivals: readonly Arrival[], amountOf: (arrival: Arrival) => number): number {
  return Math.max(
    ...arrivals.map(({ at: start }) =>
      arrivals
        .filter(({ at }) => at >= start && at < start + MINUTE)
        .reduce((sum, arrival) => sum + amountOf(arrival), 0),
    ),
  );
}

const textsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `text number ${index} of group ${index % 7}`);

/** What the server's own foundation says, without a network. */
async function expected(input: string[]) {
  const parts = [];
  for (let start = 0; start < input.length; start += 2000) {
    parts.push(
      await new HashedFoundation().embeddings({
        model: MODEL,
        dimensions: DIMENSIONS,
        input: input.slice(start, start + 2000),
      }),
    );
  }
  return {
    vectors: parts.flatMap(({ data }) => data.map(({ embedding }) => embedding)),
    tokens: parts.reduce((sum, { usage }) => sum + usage.total_tokens, 0),
  };
}

describe('10,000 inputs', () => {
  const input = textsOf(10_000);
  const limits = { requestsPerMinute: 40, tokensPerMinute: 16_000, concurrency: 4 };

  it('arrive complete, in order and counted once, whatever fails; budgets are kept', async () => {
    const reference = await expected(input);
    await behindProxy(inTurn, { limits, retries: 10 }, async (remote, arrivals, clock) => {
      const seen: number[] = [];
      const answer = await remote.embeddings(
        { model: MODEL, dimensions: DIMENSIONS, input },
        { onProgress: (event) => event.type === 'work-progress' && seen.push(event.inputs.done) },
      );
      expect(answer.data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
      expect(answer.data.map(({ embedding }) => embedding)).toEqual(reference.vectors);
      expect(answer.usage).toEqual({ total_tokens: reference.tokens, prompt_tokens: reference.tokens });
      // Every fault was met.
      expect(new Set(arrivals.map(({ fault }) => fault))).toEqual(new Set(['none', ...FAULTS]));
      expect(mostPerMinute(arrivals, () => 1)).toBeLessThanOrEqual(limits.requestsPerMinute);
      expect(mostPerMinute(arrivals, ({ tokens }) => tokens)).toBeLessThanOrEqual(limits.tokensPerMinute);
      expect(Math.max(...arrivals.map(({ atOnce }) => atOnce))).toBeLessThanOrEqual(limits.concurrency);
      // It could not have been faster than the tokens allow, and was not idle for long.
      expect(clock.now()).toBeGreaterThan((reference.tokens / limits.tokensPerMinute - 1) * MINUTE);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      expect(seen.at(-1)).toBe(input.length);
    });
  });

  it('use the budget: without faults, several requests are under way at a time', async () => {
    const budget = { ...limits, tokensPerMinute: 1_000_000 };
    await behindProxy(
      () => 'latency',
      { limits: budget },
      async (remote, arrivals) => {
        await remote.embeddings({ model: MODEL, dimensions: DIMENSIONS, input });
        expect(Math.max(...arrivals.map(({ atOnce }) => atOnce))).toBe(limits.concurrency);
        expect(arrivals.length).toBe(20);
      },
    );
  });
});

describe('a call that is not to be split', () => {
  it('is one request, or refused if the API does not take so many inputs', async () => {
    await behindProxy(
      () => 'none',
      { split: false },
      async (remote, arrivals) => {
        const request = { model: MODEL, dimensions: DIMENSIONS };
        expect((await remote.embeddings({ ...request, input: textsOf(2048) })).data).toHaveLength(2048);
        expect(arrivals).toHaveLength(1);
        await expect(remote.embeddings({ ...request, input: textsOf(2049) })).rejects.toMatchObject({
          code: 'INPUT_VALIDATION_FAILED',
          param: 'input',
        });
        expect(arrivals).toHaveLength(1);
      },
    );
  });
});

describe('a call whose parts fail for good', () => {
  const input = textsOf(2000);
  const request = { model: MODEL, dimensions: DIMENSIONS, input };
  /** The second request and its repetitions fail. */
  const options = { retries: 1, limits: { concurrency: 1 } };
  const second = (request: number): Fault => (request === 1 || request === 2 ? 503 : 'none');

  it('rejects with the failure', async () => {
    await behindProxy(second, options, async (remote) => {
      await expect(remote.embeddings(request)).rejects.toMatchObject({ status: 503, retryable: true });
    });
  });

  it('with partial, resolves with the rest and names what failed', async () => {
    await behindProxy(second, options, async (remote) => {
      const { data, errors, usage } = await remote.embeddings(request, { partial: true });
      const failed = errors.map(({ index }) => index);
      expect(failed).toEqual(Array.from({ length: 512 }, (_, index) => 512 + index));
      expect(errors[0]!.error).toMatchObject({ status: 503 });
      const rest = input.map((_, index) => index).filter((index) => !failed.includes(index));
      expect(data.map(({ index }) => index)).toEqual(rest);
      const reference = await expected(rest.map((index) => input[index]!));
      expect(data.map(({ embedding }) => embedding)).toEqual(reference.vectors);
      expect(usage.total_tokens).toBe(reference.tokens);
    });
  });

  it('with partial, rejects where nothing succeeded', async () => {
    await behindProxy(
      () => 500,
      options,
      async (remote) => {
        await expect(remote.embeddings(request, { partial: true })).rejects.toMatchObject({ status: 500 });
      },
    );
  });
});

describe('repeating', () => {
  const one = { model: MODEL, dimensions: DIMENSIONS, input: 'a' };

  it.each<[Fault, number]>([
    [500, 4],
    [503, 4],
    [504, 4],
    ['reset before the answer', 4],
    ['reset within the body', 4],
    ['cut JSON', 4],
    ['HTML', 4],
    ['too many', 4],
  ])('%s: %i requests, then the error', async (fault, requests) => {
    await behindProxy(
      () => fault,
      {},
      async (remote, arrivals) => {
        await expect(remote.embeddings(one)).rejects.toThrow(FoundationError);
        expect(arrivals).toHaveLength(requests);
      },
    );
  });

  it('waits as long as Retry-After says', async () => {
    const fault = (request: number): Fault => (request < 2 ? 'too many, with Retry-After' : 'none');
    await behindProxy(fault, {}, async (remote, arrivals) => {
      await remote.embeddings(one);
      expect(arrivals.map(({ at }) => at)).toEqual([0, 7000, 14_000]);
    });
  });

  it('ends at the deadline of the call, without waiting for what would come after it', async () => {
    await behindProxy(
      () => 'too many, with Retry-After',
      {},
      async (remote, arrivals, clock) => {
        await expect(remote.embeddings(one, { timeout: 10_000 })).rejects.toMatchObject({
          status: 429,
          retryAfter: 7,
        });
        expect(arrivals).toHaveLength(2);
        expect(clock.now()).toBe(7000);
      },
    );
    await behindProxy(
      () => 'latency',
      {},
      async (remote, _, clock) => {
        await expect(remote.embeddings(one, { timeout: 3000 })).rejects.toMatchObject({
          code: 'SERVICE_TIMEOUT',
        });
        expect(clock.now()).toBe(3000);
      },
    );
  });

  it('does not train twice: only a refusal is repeated', async () => {
    const input = [
      { text: 'a', label: 'x' },
      { text: 'b', label: 'y' },
    ];
    const request = { model: MODEL, input };
    for (const fault of [500, 503, 'reset within the body', 'cut JSON'] as const) {
      await behindProxy(
        () => fault,
        {},
        async (remote, arrivals) => {
          await expect(remote.train(request)).rejects.toThrow(FoundationError);
          expect(arrivals).toHaveLength(1);
        },
      );
    }
    await behindProxy(
      (count) => (count === 0 ? 'too many' : 'none'),
      {},
      async (remote, arrivals) => {
        expect((await remote.train(request)).num_samples).toBe(2);
        expect(arrivals).toHaveLength(2);
      },
    );
  });

  it('is over when the call is aborted or the foundation closed', async () => {
    const stop = new AbortController();
    await behindProxy(
      () => 503,
      {},
      async (remote, arrivals, clock) => {
        clock.after(1, () => stop.abort(new DOMException('Enough.', 'AbortError')));
        await expect(remote.embeddings(one, { signal: stop.signal })).rejects.toMatchObject({
          name: 'AbortError',
        });
        expect(arrivals).toHaveLength(1);
        clock.after(1, () => void remote.close());
        await expect(remote.embeddings(one)).rejects.toMatchObject({ code: 'CLOSED' });
      },
    );
  });
});

describe('the key', () => {
  it('is in no error, whatever quotes it, and in no log', async () => {
    const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
    const logs = methods.map((name) => vi.spyOn(console, name));
    const quoted = JSON.stringify({ model: KEY, object: KEY, data: [KEY], usage: KEY });
    const bodies: [number, string, Record<string, string>?][] = [
      [200, `${KEY} is not JSON`],
      [200, `${'x'.repeat(30)}${KEY}`],
      [200, quoted],
      [401, JSON.stringify({ detail: `Key ${KEY} is invalid`, request_id: KEY })],
      [422, JSON.stringify({ detail: [{ loc: ['body', KEY], msg: KEY, type: KEY }] })],
      [400, JSON.stringify({ error: { message: KEY, param: KEY } })],
      [302, '', { Location: `https://example.com/?key=${KEY}` }],
      [500, `<html>${KEY}</html>`],
    ];
    for (const [status, body, headers] of bodies) {
      const fetch = async () => new Response(body, { status, headers: { 'X-Request-Id': KEY, ...headers } });
      const remote = new RemoteFoundation({ baseUrl: 'https://example.com', apiKey: KEY, fetch, retries: 0 });
      const error = await remote.embeddings({ model: MODEL, input: 'a' }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(FoundationError);
      // A part of it would be enough to recognise it.
      expect(JSON.stringify(serializeError(error))).not.toContain(KEY.slice(0, 10));
    }
    const own = new RemoteFoundation({
      baseUrl: 'https://example.com',
      headers: { 'X-Api-Key': KEY },
      fetch: async (_, init) => {
        throw new TypeError(`Bad header ${new Headers(init?.headers).get('x-api-key')}`);
      },
      retries: 0,
    });
    const error = await own.embeddings({ model: MODEL, input: 'a' }).catch((reason: unknown) => reason);
    expect(JSON.stringify(serializeError(error))).not.toContain(KEY);
    for (const log of logs) {
      expect(log).not.toHaveBeenCalled();
      log.mockRestore();
    }
    // Nor in what a debugger's or a logger's dump of the foundation shows.
    expect(inspect(own, { showHidden: true, depth: 9 }) + JSON.stringify(own)).not.toContain(KEY);
  });

  it('is not in the code that could store it: the package stores nothing', async () => {
    const sources = await readdir(import.meta.dirname);
    for (const name of sources.filter((file) => !file.endsWith('.test.ts'))) {
      const source = await readFile(join(import.meta.dirname, name), 'utf8');
      expect(source, name).not.toMatch(
        /\b(localStorage|sessionStorage|indexedDB|caches)\b|document\.cookie|node:fs/,
      );
    }
  });
});
