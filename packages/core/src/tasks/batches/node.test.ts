import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { type BatchOutputLine, type BatchRequest, type BatchStatus, FoundationError } from '@nearfield/spec';
import { BatchesBodySchema, BatchStatusBodySchema, parse } from '@nearfield/spec/implement';
import { afterAll, describe, expect, it } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation } from '../../node.ts';

const MODEL = 'all-MiniLM-L6-v2';
const open: LocalFoundation[] = [];
const directory = temporaryDirectory('batches');
afterAll(async () => {
  await Promise.all(open.map((foundation) => foundation.close()));
});

function create(name: string): LocalFoundation {
  const foundation = createNodeFoundation({
    models: [{ id: MODEL, source: miniLMDirectory() }],
    dataDirectory: join(directory, name),
    threads: 1,
  });
  open.push(foundation);
  return foundation;
}

async function ended({ batches }: LocalFoundation, id: string): Promise<BatchStatus> {
  for (;;) {
    const status = await batches.get(id);
    if (status.status !== 'pending' && status.status !== 'processing') return status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const vectorOf = (line: BatchOutputLine | undefined): unknown => line?.response?.body.data[0]?.embedding;

describe('batches in Node', () => {
  it('embeds lines as embeddings() does, and reports those that fail', async () => {
    const foundation = create('lines');
    const created = await foundation.batches.create({
      model: MODEL,
      dimensions: 64,
      input: [
        { custom_id: 'plain', body: { input: 'hello world' } },
        {
          custom_id: 'many',
          body: { input: ['one', { text: 'two' }], dimensions: 32, embedding_type: 'base64' },
        },
        { body: { input: 'word '.repeat(300) } },
        { custom_id: 'odd', body: { input: { image: 'x' } } },
      ],
    });
    parse(BatchStatusBodySchema, created);
    const id = created.batch_id;
    const status = await ended(foundation, id);
    parse(BatchesBodySchema, await foundation.batches.list());
    const [plain, many] = await Promise.all([
      foundation.embeddings({ model: MODEL, input: 'hello world', dimensions: 64 }),
      foundation.embeddings({
        model: MODEL,
        input: ['one', 'two'],
        dimensions: 32,
        embedding_type: 'base64',
      }),
    ]);
    expect(status.stats).toEqual({
      total: 4,
      completed: 2,
      failed: 2,
      total_tokens: plain.usage.total_tokens + many.usage.total_tokens,
    });
    expect(await collect(foundation.batches.output(id))).toEqual([
      { custom_id: 'plain', response: { status_code: 200, body: plain }, error: null },
      { custom_id: 'many', response: { status_code: 200, body: many }, error: null },
    ]);
    expect(await collect(foundation.batches.errors(id))).toMatchObject([
      { custom_id: '3', line: 3, error: { code: 'INPUT_TOKEN_LIMIT_EXCEEDED' } },
      { custom_id: 'odd', line: 4, error: { code: 'INPUT_VALIDATION_FAILED' } },
    ]);
  });

  it('goes on in the next process where the last one ended', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `sentence number ${index} of many`);
    const input = new Blob(texts.map((text) => `${JSON.stringify({ body: { input: text } })}\n`));
    const first = create('resume');
    const { batch_id: id } = await first.batches.create({ model: MODEL, input });
    await expect
      .poll(async () => (await first.batches.get(id)).stats?.completed, { interval: 5 })
      .toBeGreaterThan(0);
    await first.close();
    const results = join(directory, 'resume', 'records', 'values', 'batch-result', id);
    const before = await readdir(results);
    expect(before.length).toBeLessThan(5);
    const second = create('resume');
    expect(await ended(second, id)).toMatchObject({
      status: 'completed',
      stats: { completed: 300, failed: 0 },
    });
    const output = await collect(second.batches.output(id));
    expect(output.map(({ custom_id }) => custom_id)).toEqual(texts.map((_, index) => String(index + 1)));
    const { data } = await second.embeddings({ model: MODEL, input: [texts[0]!, texts[150]!, texts[299]!] });
    expect([output[0], output[150], output[299]].map(vectorOf)).toEqual(
      data.map(({ embedding }) => embedding),
    );
  });

  it('fetches lines over HTTP', async () => {
    const server = createServer((request, response) => {
      if (request.url !== '/lines.jsonl') response.writeHead(404).end();
      else
        response.end(
          '{"custom_id":"a","body":{"input":"hello"}}\n{"custom_id":"b","body":{"input":"bye"}}\n',
        );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const foundation = create('http');
      const { batch_id: id } = await foundation.batches.create({
        model: MODEL,
        input_url: `${base}/lines.jsonl`,
      });
      expect(await ended(foundation, id)).toMatchObject({
        status: 'completed',
        stats: { total: 2, completed: 2 },
      });
      const { batch_id: other } = await foundation.batches.create({
        model: MODEL,
        input_url: `${base}/none`,
      });
      expect(await ended(foundation, other)).toMatchObject({
        status: 'failed',
        error: expect.stringMatching(/404/),
      });
      const url = URL.createObjectURL(new Blob(['{"body":{"input":"hi"}}']));
      const { batch_id: blob, stats } = await foundation.batches.create({ model: MODEL, input_url: url });
      expect(stats?.total).toBe(1);
      // Stored when the job was made: the URL is not needed any more.
      URL.revokeObjectURL(url);
      expect(await ended(foundation, blob)).toMatchObject({ status: 'completed' });
    } finally {
      server.close();
    }
  });

  it.each<[string, RegExp, object]>([
    ['INPUT_VALIDATION_FAILED', /input or input_url/, { model: MODEL }],
    [
      'INPUT_VALIDATION_FAILED',
      /input or input_url/,
      { model: MODEL, input: [{ body: {} }], input_url: 'https://x.y' },
    ],
    ['INPUT_VALIDATION_FAILED', /empty/, { model: MODEL, input: [] }],
    ['INPUT_VALIDATION_FAILED', /no lines/, { model: MODEL, input: new Blob([]) }],
    ['INPUT_VALIDATION_FAILED', /http/, { model: MODEL, input_url: 'gs://bucket/lines.jsonl' }],
    ['INPUT_VALIDATION_FAILED', /384/, { model: MODEL, input: [{ body: {} }], dimensions: 1024 }],
    ['INPUT_VALIDATION_FAILED', /no tasks/, { model: MODEL, input: [{ body: {} }], task: 'retrieval' }],
    ['INPUT_VALIDATION_FAILED', /window/, { model: MODEL, input: [{ body: {} }], window: '24h' }],
    ['INPUT_MODEL_NOT_FOUND', /no-such/, { model: 'no-such', input: [{ body: {} }] }],
    ['INPUT_MODEL_NOT_FOUND', /embeddings/, { model: 'jina-reranker-v1-tiny-en', input: [{ body: {} }] }],
    [
      'NOT_SUPPORTED',
      /webhook_url/,
      { model: MODEL, input: [{ body: {} }], webhook_url: 'https://x.y/hook' },
    ],
  ])('refuses with %s, saying %s', async (code, message, request) => {
    const error = await rejection(create('refuse').batches.create(request as BatchRequest));
    expect(FoundationError.isInstance(error)).toBe(true);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  it('knows no job that is not there, and no list of nothing', async () => {
    const { batches } = create('refuse');
    const calls: (() => Promise<unknown>)[] = [
      () => batches.get('nobody'),
      () => batches.cancel('nobody'),
      () => collect(batches.output('nobody')),
      () => collect(batches.errors('nobody')),
    ];
    for (const call of calls)
      expect(await rejection(call())).toMatchObject({ code: 'RESOURCE_NOT_FOUND', status: 404 });
    expect(await rejection(batches.list({ limit: 0 }))).toMatchObject({ param: 'limit' });
    expect(await batches.list()).toEqual([]);
  });
});
