import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BatchStatus, type EmbeddingsResponse, findModel } from '@nearfield/spec';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryRecords } from '../../persistence/memory-records.ts';
import type { BatchSource } from '../../requests/batches.ts';
import { Batches, type BatchesOptions } from './batches.ts';

const MODEL = 'all-MiniLM-L6-v2';
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server on this machine. @returns its address */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/lines.jsonl`;
}

const line = JSON.stringify({ body: { input: 'text' } });

function create(options: Partial<BatchesOptions> = {}): { batches: Batches; records: MemoryRecords } {
  const records = new MemoryRecords();
  const batches = new Batches({
    records: async () => records,
    retryDelay: 0,
    answer: async ({ request }) =>
      ({
        model: request.model,
        object: 'list',
        usage: { total_tokens: 1, prompt_tokens: 1 },
        data: [{ object: 'embedding', index: 0, embedding: Float32Array.of(1) }],
      }) as EmbeddingsResponse,
    ...options,
  });
  closing.push(() => batches.close());
  return { batches, records };
}

let count = 0;
const make = (batches: Batches, source: BatchSource): Promise<BatchStatus> =>
  batches.create({
    id: `job-${++count}`,
    model: MODEL,
    entry: findModel(MODEL)!,
    defaults: { task: null, dimensions: null, normalized: true },
    source,
  });

async function ended(batches: Batches, id: string): Promise<BatchStatus> {
  for (;;) {
    const status = await batches.get(id);
    if (status.status !== 'pending' && status.status !== 'processing') return status;
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Never the reason why a test ends: what must not be waited for. */
const PATIENT = { stallTimeout: 3_600_000, timeout: 7_200_000 };

describe('a job whose lines come from a server', () => {
  it('is not waited for by others while its server says nothing more, and can be cancelled', async () => {
    const url = await serve((_, response) => void response.write('{"body":{"input":'));
    const { batches } = create({ inputLimits: PATIENT });
    const stalled: string[] = [];
    // More than are fetched at a time.
    for (let job = 0; job < 6; job++) stalled.push((await make(batches, { kind: 'url', url })).batch_id);
    const beside = await make(batches, { kind: 'lines', lines: [line] });
    expect(await ended(batches, beside.batch_id)).toMatchObject({ status: 'completed' });
    for (const id of stalled) expect(await batches.get(id)).toMatchObject({ status: 'pending' });
    // Also one that waits for its place among the downloads.
    for (const id of stalled) expect(await batches.cancel(id)).toMatchObject({ status: 'cancelled' });
    const after = await make(batches, {
      kind: 'url',
      url: await serve((_, answer) => void answer.end(line)),
    });
    expect(await ended(batches, after.batch_id)).toMatchObject({ status: 'completed' });
  });

  it.each([
    ['before its answer', false],
    ['in the middle of it', true],
  ])('fails where the server falls silent %s', async (_, isBegun) => {
    const url = await serve((_request, response) => {
      if (isBegun) response.write('0123456789abcdef');
    });
    const { batches, records } = create({ inputLimits: { stallTimeout: 20 } });
    const { batch_id: id } = await make(batches, { kind: 'url', url });
    expect(await ended(batches, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('nothing came for 0.02 seconds'),
    });
    expect(await records.keys('batch-input/')).toEqual([]);
  });

  it('fails where all of it takes too long, however lively the server is', async () => {
    const url = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'), 2);
      response.on('close', () => clearInterval(timer));
    });
    const { batches } = create({ inputLimits: { ...PATIENT, timeout: 50 } });
    const { batch_id: id } = await make(batches, { kind: 'url', url });
    expect(await ended(batches, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('it took more than 0.05 seconds'),
    });
  });

  it('reads no more than it may, keeps nothing of that, and asks once', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      const more = (): void => {
        while (response.write(`${line}\n`.repeat(100)));
      };
      response.on('drain', more);
      more();
    });
    const bytes = 100_000;
    const { batches, records } = create({ inputLimits: { ...PATIENT, bytes } });
    const { batch_id: id } = await make(batches, { kind: 'url', url });
    expect(await ended(batches, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining("'input_url'"),
    });
    expect((await batches.get(id)).error).toContain('at most 100.0 kB');
    expect(asked).toBe(1);
    expect(await records.keys('batch-input/')).toEqual([]);
  });

  it('reads nothing of what is announced to be too large', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-length', String(5e9));
      response.flushHeaders();
    });
    const { batches } = create({ inputLimits: PATIENT });
    const { batch_id: id } = await make(batches, { kind: 'url', url });
    expect(await ended(batches, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('has 5.00 GB; a job reads at most 1.07 GB'),
    });
  });

  it('takes exactly as many bytes as it may', async () => {
    const url = await serve((_, response) => void response.end(`${line}\n${line}`));
    const { batches } = create({ inputLimits: { ...PATIENT, bytes: 2 * line.length + 1 } });
    const { batch_id: id } = await make(batches, { kind: 'url', url });
    expect(await ended(batches, id)).toMatchObject({
      status: 'completed',
      stats: { total: 2, completed: 2 },
    });
  });

  it('fails where it is led in a circle, and says so', async () => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked++;
      response.writeHead(302, { location: request.url === '/a' ? '/b' : '/a' }).end();
    });
    const { batches } = create({ inputLimits: PATIENT });
    const { batch_id: id } = await make(batches, { kind: 'url', url });
    expect(await ended(batches, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('from address to address without an end'),
    });
    // Once round, and not again.
    expect(asked).toBeLessThan(30);
  });

  it('goes on after a connection that was lost', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      response.write(`${line}\n`);
      if (++asked === 1) setImmediate(() => response.destroy());
      else response.end(line);
    });
    const { batches } = create({ inputLimits: PATIENT });
    const { batch_id: id } = await make(batches, { kind: 'url', url });
    expect(await ended(batches, id)).toMatchObject({ status: 'completed', stats: { completed: 2 } });
    expect(asked).toBe(2);
  });
});
