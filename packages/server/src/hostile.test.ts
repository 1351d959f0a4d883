import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import type { FoundationError, SearchFoundation } from '@nearfield/spec';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ServeCommand, serveCommand } from '../test/serve-command.ts';
import { createHandler } from './handler.ts';
import { hasMoreValues, parseJsonBody } from './json-body.ts';

const model = 'jina-embeddings-v3';
const MEGABYTE = 'x'.repeat(1_000_000);
const labelled = '[{"text":"a","label":"b"},{"text":"c","label":"d"}]';

/** The command over the real engine, with little memory: what an answer to a bad request needs must not grow with it. */
let command: ServeCommand;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-hostile-'));
  command = await serveCommand(['--data-dir', directory], { nodeOptions: ['--max-old-space-size=900'] });
});
afterAll(async () => {
  await command.end();
  await rm(directory, { recursive: true });
});

async function expectSmallRefusal(
  path: string,
  body: BodyInit,
  headers: Record<string, string>,
): Promise<string> {
  const response = await fetch(`${command.url}${path}`, { method: 'POST', body, headers });
  const text = await response.text();
  expect(response.status, text.slice(0, 300)).toBeGreaterThanOrEqual(400);
  expect(response.status, text.slice(0, 300)).toBeLessThan(500);
  expect(text.length).toBeLessThan(8000);
  const { errors = [] } = JSON.parse(text) as { errors?: unknown[] };
  expect(errors.length).toBeLessThanOrEqual(20);
  expect(command.isAlive()).toBe(true);
  return text;
}

const json = { 'Content-Type': 'application/json' };

/** The text of a list of so many bytes. */
function listOf(item: string, bytes: number): string {
  const count = Math.floor(bytes / (item.length + 1));
  return `[${`${item},`.repeat(count)}${item}]`;
}

/** Every list of every endpoint: the request around it. */
const lists: [string, string, (list: string) => string][] = [
  ['/v1/embeddings', 'input', (list) => `{"model":"${model}","input":${list}}`],
  ['/v1/embeddings', 'content', (list) => `{"model":"${model}","input":[{"content":${list}}]}`],
  ['/v1/embeddings', 'embedding_type', (list) => `{"model":"${model}","input":"a","embedding_type":${list}}`],
  ['/v1/embeddings', 'a field that is none', (list) => `{"model":"${model}","input":"a","inputs":${list}}`],
  ['/v1/multi-vector', 'input', (list) => `{"model":"${model}","input":${list}}`],
  ['/v1/rerank', 'documents', (list) => `{"model":"${model}","query":"a","documents":${list}}`],
  ['/v1/classify', 'input', (list) => `{"model":"${model}","labels":["a"],"input":${list}}`],
  ['/v1/classify', 'labels', (list) => `{"model":"${model}","input":"a","labels":${list}}`],
  [
    '/v1/classify',
    'a group of labels',
    (list) => `{"model":"${model}","input":"a","labels":{"tone":${list}}}`,
  ],
  ['/v1/classify', 'input of a classifier', (list) => `{"classifier_id":"c","input":${list}}`],
  ['/v1/train', 'input', (list) => `{"model":"${model}","input":${list}}`],
  ['/v1/train', 'input of an update', (list) => `{"classifier_id":"c","input":${list}}`],
  ['/v1/batch/embeddings', 'input', (list) => `{"model":"${model}","input":${list}}`],
  ['/v1/segment', 'content', (list) => `{"content":${list}}`],
];

describe.each([6_000_000, 32_000_000])('a body of %i bytes', (bytes) => {
  it.each(lists)('%s: bad items of %s', async (path, _, request) => {
    for (const item of bytes > 10_000_000 ? ['5', '{}'] : ['5', '{}', '[]', '""', `"${'x'.repeat(1000)}"`]) {
      // A text is a good input, label or document; a list of as many is refused for its length alone.
      await expectSmallRefusal(path, request(listOf(item, bytes)), json);
    }
  });

  it('bad rows of an uploaded file', async () => {
    const form = new FormData();
    form.set('model', model);
    form.set('file', new File([`${'5\n'.repeat(bytes / 2)}`], 'rows.jsonl'));
    await expectSmallRefusal('/v1/bulk-embeddings', form, {});
  });
});

it('the same at once, several times', async () => {
  const body = `{"model":"${model}","input":${listOf('5', 6_000_000)}}`;
  await Promise.all(Array.from({ length: 8 }, () => expectSmallRefusal('/v1/embeddings', body, json)));
});

describe('a megabyte where a name belongs', () => {
  it.each<[string, string, object]>([
    ['/v1/embeddings', 'the model', { model: MEGABYTE, input: 'a' }],
    ['/v1/embeddings', 'the task', { model, input: 'a', task: MEGABYTE }],
    ['/v1/embeddings', 'an encoding', { model, input: 'a', embedding_type: MEGABYTE }],
    ['/v1/embeddings', 'a role', { model, input: 'a', prompt_name: MEGABYTE, input_type: MEGABYTE }],
    ['/v1/embeddings', 'a field', { model, input: 'a', [MEGABYTE]: 1 }],
    ['/v1/embeddings', 'an input’s field', { model, input: [{ [MEGABYTE]: 1 }] }],
    ['/v1/multi-vector', 'the model', { model: MEGABYTE, input: 'a' }],
    ['/v1/rerank', 'the model', { model: MEGABYTE, query: 'a', documents: ['a'] }],
    ['/v1/classify', 'the model', { model: MEGABYTE, input: 'a', labels: ['a'] }],
    ['/v1/classify', 'the classifier', { classifier_id: MEGABYTE, input: 'a' }],
    [
      '/v1/classify',
      'a group of empty labels',
      { model, input: 'a', labels: { [MEGABYTE]: new Array(64).fill('') } },
    ],
    [
      '/v1/classify',
      'a group of too many',
      { model, input: 'a', labels: { [MEGABYTE]: new Array(65).fill('a') } },
    ],
    ['/v1/train', 'the model', { model: MEGABYTE, input: JSON.parse(labelled) }],
    ['/v1/train', 'the classifier', { classifier_id: MEGABYTE, input: JSON.parse(labelled) }],
    ['/v1/train', 'the access', { model, input: JSON.parse(labelled), access: MEGABYTE }],
    ['/v1/batch/embeddings', 'the model', { model: MEGABYTE, input: [{ body: { input: 'a' } }] }],
    ['/v1/batch/embeddings', 'the task', { model, input: [{ body: { input: 'a' } }], task: MEGABYTE }],
    ['/v1/batch/embeddings', 'a name that is none', { model, input: [{ custom_id: [MEGABYTE], body: 5 }] }],
    ['/v1/batch/embeddings', 'an address', { model, input_url: `https://host.example/${MEGABYTE}` }],
    ['/v1/segment', 'the tokenizer', { content: 'a', tokenizer: MEGABYTE }],
    ['/v1/segment', 'the strategy', { content: 'a', strategy: MEGABYTE }],
  ])('%s: %s', async (path, _, body) => {
    await expectSmallRefusal(path, JSON.stringify(body), json);
  });

  it('a path and a media type, as long as they may be', async () => {
    const long = 'x'.repeat(12_000);
    for (const path of [`/${long}`, `/v1/models/${long}`, `/v1/batch/${long}`, `/v1/classifiers/${long}`]) {
      const response = await fetch(`${command.url}${path}`);
      expect([400, 404, 405]).toContain(response.status);
      expect((await response.text()).length).toBeLessThan(2000);
    }
    await expectSmallRefusal('/v1/embeddings', 'a', { 'Content-Type': long });
  });
});

describe('a body that is nested', () => {
  it.each([3000, 100_000, 5_000_000])('%i levels deep, in a document', async (levels) => {
    const data = '['.repeat(levels) + ']'.repeat(levels);
    const body = `{"model":"jina-reranker-v2-base-multilingual","query":"a","documents":[{"text":"a","data":${data}}]}`;
    expect(await expectSmallRefusal('/v1/rerank', body, json)).toMatch(/levels deep|values/);
  });
});

describe('headers that are tricks', () => {
  const body = '{"model":"nobody","input":"a"}';
  const post = 'POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  const length = `Content-Length: ${body.length}\r\n`;

  it.each<[string, string]>([
    ['two lengths', `${post}${length}Content-Length: 5\r\n\r\n${body}`],
    ['a length and chunks', `${post}${length}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a length that is no number', `${post}Content-Length: 1e3\r\n\r\n${body}`],
    ['a chunk that is none', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`],
    ['no host', `POST /v1/embeddings HTTP/1.1\r\n${length}\r\n${body}`],
    ['another host', `${post.replace('localhost', 'evil.example')}${length}\r\n${body}`],
    ['another host in its address', `${post.replace('/v1', 'http://evil.example/v1')}${length}\r\n${body}`],
    ['a null in a header', `${post}X-Request-Id: a\0b\r\n${length}\r\n${body}`],
    ['a header on two lines', `${post}X-Request-Id: a\r\n b\r\n${length}\r\n${body}`],
    ['20 kilobytes of headers', `${post}X-Long: ${'x'.repeat(20_000)}\r\n${length}\r\n${body}`],
    ['a line break in a path', `GET /v1/models/a\nSet-Cookie:b HTTP/1.1\r\nHost: localhost\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    const socket = connect(Number(new URL(command.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(bytes);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer.toString('latin1')).not.toMatch(/Set-Cookie/i);
    expect(command.isAlive()).toBe(true);
  });
});

it('after all that the server answers as before', async () => {
  const response = await fetch(`${command.url}/v1/models`);
  expect(response.status).toBe(200);
  expect(command.log()).toMatch(/^Listening on \S+/);
  expect(command.log()).not.toMatch(/[A-Z]+_(?:FAILED|ERROR)/);
});

describe('the values of a JSON text', () => {
  it.each<[string, number]>([
    ['[]', 2],
    ['[5,5,5]', 4],
    ['{"a":[{},{}]}', 6],
    ['["a,b,[{"]', 2],
    ['["a\\",b","\\\\",[]]', 5],
    ['["never closed,,,,', 2],
  ])('%s', (text, values) => {
    const padded = text + ' '.repeat(20);
    expect(hasMoreValues(padded, values)).toBe(false);
    expect(hasMoreValues(padded, values - 1)).toBe(true);
  });

  it('more of them than a request has are not read', () => {
    expect(() => parseJsonBody('{"input":[1,2,3,4,5,6,7]}', 8)).toThrow(/more than 8 values/);
    expect(parseJsonBody('{"input":[1,2,3,4,5,6]}', 8)).toEqual({ input: [1, 2, 3, 4, 5, 6] });
  });
});

describe('names of uploaded files', () => {
  const handler = createHandler(new HashedFoundation());
  const upload = async (name: string): Promise<{ _id: string; file_name: string }> => {
    const body = new FormData();
    body.set('model', model);
    body.set('file', new File(['a'], name));
    return (
      await handler(new Request('http://localhost/v1/bulk-embeddings', { method: 'POST', body }))
    ).json();
  };
  const nameOf = async (id: string): Promise<string> => {
    const answer = await handler(new Request(`http://localhost/v1/bulk-embeddings/${id}`));
    return ((await answer.json()) as { file_name: string }).file_name;
  };

  it('are cut, and only the last thousand are remembered', async () => {
    const first = await upload(`${MEGABYTE}.txt`);
    expect(first.file_name).toHaveLength(255);
    expect(await nameOf(first._id)).toBe(first.file_name);
    const second = await upload('second.txt');
    for (let count = 0; count < 999; count++) await upload('more.txt');
    expect(await nameOf(first._id)).toBe('');
    expect(await nameOf(second._id)).toBe('second.txt');
  });
});

describe('a caller that goes away', () => {
  /** A server that tells when its handler has answered, whether or not anybody was there to hear. */
  async function listen(foundation: SearchFoundation) {
    const told: FoundationError[] = [];
    const handler = createHandler(foundation, { onError: (error) => told.push(error) });
    let answered = 0;
    const fetchHandler = async (request: Request): Promise<Response> => {
      try {
        return await handler(request);
      } finally {
        answered++;
      }
    };
    const server = serve({ fetch: fetchHandler, port: 0, hostname: '127.0.0.1' });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      port,
      told,
      answered: () => answered,
      close: () => new Promise((done) => server.close(done)),
    };
  }
  const open = async (port: number, text: string) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    await new Promise((sent) => socket.write(text, sent));
    return socket;
  };
  const head = (path: string, type: string, length: number): string =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

  it.each([
    ['/v1/embeddings', 'application/json'],
    ['/v1/bulk-embeddings', 'multipart/form-data; boundary=----formdata-0123456789abcdef01'],
  ])('in the middle of its body is no error of the server: %s', async (path, type) => {
    const { port, told, answered, close } = await listen(new HashedFoundation());
    const sockets = await Promise.all(
      Array.from({ length: 50 }, () => open(port, `${head(path, type, 1000)}{"`)),
    );
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(() => expect(answered()).toBe(50), { timeout: 20_000 });
    expect(told).toEqual([]);
    await close();
  });

  it('while it is answered neither', async () => {
    const foundation = new HashedFoundation();
    const started: AbortSignal[] = [];
    foundation.embeddings = (_request, options) =>
      new Promise((_, reject) => {
        const signal = options?.signal as AbortSignal;
        signal.addEventListener('abort', () => reject(signal.reason));
        started.push(signal);
      });
    const { port, told, answered, close } = await listen(foundation);
    const body = JSON.stringify({ model, input: 'a' });
    const socket = await open(port, head('/v1/embeddings', 'application/json', body.length) + body);
    await vi.waitFor(() => expect(started).toHaveLength(1));
    socket.destroy();
    await vi.waitFor(() => expect(answered()).toBe(1));
    expect(told).toEqual([]);
    await close();
  });

  it('while lines are sent to it neither, and the lines are let go of', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const foundation = new HashedFoundation();
    let ended = 0;
    foundation.batches.output = async function* (_id, options) {
      try {
        for (;;) {
          options?.signal?.throwIfAborted();
          yield { custom_id: 'x'.repeat(100_000) };
          await new Promise((resolve) => setImmediate(resolve));
        }
      } finally {
        ended++;
      }
    };
    const { port, told, close } = await listen(foundation);
    const socket = await open(port, 'GET /v1/batch/b/output HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await vi.waitFor(() => expect(ended).toBe(1));
    await close();
    expect(told).toEqual([]);
    expect(logged).not.toHaveBeenCalled();
    logged.mockRestore();
  });
});

it('numbers that are none are never sent as null', async () => {
  const told: FoundationError[] = [];
  const foundation = new HashedFoundation();
  const handler = createHandler(foundation, { onError: (error) => told.push(error) });
  const send = async (path: string, body: object): Promise<Response> =>
    handler(
      new Request(`http://localhost${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) }),
    );
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const answer = { model, object: 'list', usage: { total_tokens: 1, prompt_tokens: 1 } };
    foundation.embeddings = async () =>
      ({
        ...answer,
        data: [{ object: 'embedding', index: 0, embedding: Float32Array.of(1, value) }],
      }) as never;
    foundation.classify = async () => ({ ...answer, data: [{ index: 0, score: value }] }) as never;
    expect((await send('/v1/embeddings', { model, input: 'a' })).status).toBe(424);
    expect((await send('/v1/classify', { model, input: 'a', labels: ['a'] })).status).toBe(424);
  }
  expect(told.map(({ code }) => code)).toEqual(new Array(4).fill('MODEL_INVALID'));
});
