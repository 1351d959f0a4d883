import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { tinyMiniLM, tinyRerankerV3 } from '@nearfield/model-tiny';
import { openHttpIndex } from '@nearfield/search';
import { buildIndex, documentsOfJsonl } from '@nearfield/search/build';
import { writeIndex } from '@nearfield/search/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServeCommand, serveCommand } from '../../../server/test/serve-command.ts';
import { type CommandContext, UsageError } from '../command.ts';
import { serve } from './serve.ts';

let directory: string;
let models: string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-serve-'));
  const folders = { embedder: tinyMiniLM(), reranker: tinyRerankerV3() };
  for (const [name, { files }] of Object.entries(folders)) {
    for (const { path, bytes } of files) {
      await mkdir(dirname(join(directory, name, path)), { recursive: true });
      await writeFile(join(directory, name, path), bytes);
    }
  }
  models = [
    '--model',
    `tiny=all-MiniLM-L6-v2:${join(directory, 'embedder')}`,
    '--model',
    `jina-reranker-v3=${join(directory, 'reranker')}`,
    '--data-dir',
    join(directory, 'data'),
  ];
});
afterAll(() => rm(directory, { recursive: true }));

const post = (url: string, path: string, body: object) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const texts = (count: number): string[] => Array.from({ length: count }, (_, n) => `text ${n} `.repeat(20));

describe('a server that is running', () => {
  let command: ServeCommand;
  const handbook = (): string => join(directory, 'handbook');
  const publish = async (title: string): Promise<void> => {
    const documents = documentsOfJsonl(JSON.stringify({ id: 'a', title, text: 'Keep it in a linen bag.' }));
    await writeIndex(handbook(), await buildIndex({ documents }));
  };

  beforeAll(async () => {
    await publish('Bread');
    command = await serveCommand([...models, '--index', handbook(), '--log', 'json', '--max-body', '8']);
    await command.line(/^Ready$/);
  });
  afterAll(() => command.end());

  it('says what it serves, how to ask and where the documents are', async () => {
    const log = command.log();
    expect(log).toContain(`tiny`);
    expect(log).toContain(`${join(directory, 'embedder')}, used like all-MiniLM-L6-v2`);
    const [, line] = /^Try: curl (.+)$/m.exec(log)!;
    const [, url, json] = /^(\S+) .* -d '(.+)'$/.exec(line!)!;
    const answer = await post(new URL(url!).origin, new URL(url!).pathname, JSON.parse(json!));
    expect(answer.status).toBe(200);
    const [, docs] = /^Docs: (\S+)$/m.exec(log)!;
    expect(await (await fetch(docs!)).text()).toContain('/v1/embeddings');
    expect((await fetch(`${command.url}/ready`)).status).toBe(200);
  });

  it('searches its indexes, also one that was built again', async () => {
    const address = `${command.url}/v1/indexes/handbook`;
    expect(command.log()).toContain(`${address}/search`);
    const index = await openHttpIndex(address);
    const titles = async (): Promise<string[]> =>
      (await index.search('linen')).results.map(({ title }) => title);
    expect(await titles()).toEqual(['Bread']);
    await publish('Cheese');
    expect(await titles()).toEqual(['Cheese']);
    await expect(openHttpIndex(`${command.url}/v1/indexes/nothing`)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      message: expect.stringContaining('handbook'),
    });
  });

  it('reads pages as r.jina.ai does, and no address that it was not told to', async () => {
    const html = '<title>Bread</title><main><h1>Bread</h1><p>Keep it in a linen bag.</p></main>';
    for (const path of ['/r', '/']) {
      const answer = await post(command.url, path, {
        html,
        url: 'https://food.example/',
        targetSelector: 'main',
      });
      expect(await answer.text()).toMatch(/^Title: Bread\n[\s\S]*Keep it in a linen bag\.\n$/);
    }
    for (const url of [`${command.url}/docs`, 'https://food.example/']) {
      const refused = await fetch(`${command.url}/r/${url}`);
      expect(refused.status).toBe(422);
      expect(await refused.json()).toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
    }
  });

  it('ranks with the reranker that it was given', async () => {
    const answer = await post(command.url, '/v1/rerank', { query: 'test', documents: ['doc1', 'doc2'] });
    expect(await answer.json()).toMatchObject({ model: 'jina-reranker-v3' });
  });

  it('logs each request without its contents', async () => {
    const id = `log-${process.pid}`;
    await fetch(`${command.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Request-Id': id },
      body: JSON.stringify({ model: 'tiny', input: ['confidential'] }),
    });
    const line = await command.line(new RegExp(id));
    expect(JSON.parse(line)).toMatchObject({ route: '/v1/embeddings', status: 200, model: 'tiny' });
    expect(command.log()).not.toContain('confidential');
  });

  it('answers health while it computes: before what was asked first', async () => {
    const order: string[] = [];
    const note = (what: string) => () => void order.push(what);
    const long = `${'word '.repeat(1_000_000)}`;
    const heavy = [
      post(command.url, '/v1/embeddings', { model: 'tiny', input: texts(1500) }).then(note('embeddings')),
      post(command.url, '/v1/embeddings', { model: 'tiny', input: long, truncate: true }).then(note('long')),
      post(command.url, '/v1/segment', { content: long, return_chunks: true }).then(note('segment')),
    ];
    for (let count = 0; count < 5; count++) {
      expect((await fetch(`${command.url}/health`)).status).toBe(200);
    }
    order.push('health');
    await Promise.all(heavy);
    expect(order[0]).toBe('health');
  });

  it('answers 64 connections at a time to the bit as it answers one', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    /** Status and body; the id of a request is its own. */
    const ask = async ([path, body]: readonly [string, object]): Promise<string> => {
      const sent = request(`${command.url}${path}`, {
        agent,
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
      });
      sent.end(JSON.stringify(body));
      const [response] = await once(sent, 'response');
      const answer = await text(response);
      return `${response.statusCode} ${answer.replace(/"request_id":"\w+"/, '')}`;
    };
    const input = texts(20);
    const mix = [
      ...input.map((each) => ['/v1/embeddings', { model: 'tiny', input: each }] as const),
      ['/v1/embeddings', { model: 'tiny', input, embedding_type: 'base64' }],
      ['/v1/rerank', { query: 'text 3', documents: input.slice(0, 5) }],
      ['/v1/classify', { model: 'tiny', input: input.slice(0, 2), labels: ['one', 'two'] }],
      ['/v1/segment', { content: input.join('\n'), return_chunks: true }],
      ['/v1/embeddings', { model: 'nobody', input: 'a' }],
      ['/v1/embeddings', { model: 'tiny', input: [] }],
    ] as const;
    const alone: string[] = [];
    for (const each of mix) alone.push(await ask(each));
    expect(alone.map((answer) => answer.slice(0, 3)).slice(-3)).toEqual(['200', '400', '422']);
    const order = Array.from({ length: 256 }, (_, n) => (n * 7) % mix.length);
    const answers = await Promise.all(order.map((index) => ask(mix[index]!)));
    agent.destroy();
    expect(answers.filter((answer, at) => answer !== alone[order[at]!])).toEqual([]);
  });

  it('refuses bodies that are too large, and counts its answers', async () => {
    const answer = await post(command.url, '/v1/segment', { content: 'x'.repeat(9 * 1024 * 1024) });
    expect(answer.status).toBe(413);
    const metrics = await (await fetch(`${command.url}/metrics`)).text();
    expect(metrics).toMatch(
      /nearfield_requests_total\{method="POST",route="\/v1\/rerank",status="200"\} [1-9]/,
    );
  });

  it('streams the lines of a batch', async () => {
    const input = texts(50).map((text, index) => ({ custom_id: `line-${index}`, body: { input: text } }));
    const created = await post(command.url, '/v1/batch/embeddings', { model: 'tiny', input });
    const { batch_id } = (await created.json()) as { batch_id: string };
    await expect
      .poll(async () => (await (await fetch(`${command.url}/v1/batch/${batch_id}`)).json()) as object)
      .toMatchObject({ status: 'completed', output_url: `${command.url}/v1/batch/${batch_id}/output` });
    const output = await fetch(`${command.url}/v1/batch/${batch_id}/output`);
    const lines = (await output.text()).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id)).toEqual(
      input.map(({ custom_id }) => custom_id),
    );
  });
});

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s lets a request finish that is running', async (signal) => {
    const command = await serveCommand(models);
    // The models are still being loaded, so the answer is not there yet.
    const answer = post(command.url, '/v1/embeddings', { model: 'tiny', input: texts(200) });
    await expect
      .poll(async () => await (await fetch(`${command.url}/metrics`)).text())
      .toMatch(/nearfield_requests_running [2-9]/);
    command.signal(signal);
    await command.line(/^Finishing/);
    const response = await answer;
    expect(response.status).toBe(200);
    expect(((await response.json()) as { data: unknown[] }).data).toHaveLength(200);
    expect(await command.ended).toBe(0);
  });

  it('a second one ends at once', async () => {
    const command = await serveCommand(models);
    await command.line(/^Ready$/);
    // A body that never comes whole.
    const open = request(`${command.url}/v1/embeddings`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Content-Length': 1000 },
    });
    open.on('error', () => {});
    open.write('{');
    await expect
      .poll(async () => await (await fetch(`${command.url}/metrics`)).text())
      .toMatch(/nearfield_requests_running [2-9]/);
    command.signal('SIGTERM');
    await command.line(/^Finishing/);
    command.signal('SIGTERM');
    expect(await command.ended).toBe(143);
  });
});

describe('what cannot be served stops the command', () => {
  const context: CommandContext = {
    stdin: process.stdin,
    stdout: () => {},
    stderr: () => {},
    terminal: { stdin: false, stdout: false, stderr: false },
    env: {},
    script: new URL('../cli.ts', import.meta.url),
  };

  it.each<[string, string[], RegExp]>([
    [
      'a directory that is not there',
      ['--model', 'mine=./no/such/folder'],
      /no directory .*no\/such\/folder/,
    ],
    ['a folder without a model', ['--model', `mine=${tmpdir()}`], /no config\.json/],
    ['no source', ['--model', 'mine'], /--model takes/],
    ['an address that is none', ['--public-url', 'x'], /--public-url/],
    ['a beginning of URLs that is none', ['--allow-url', 'x'], /--allow-url/],
  ])('%s, before it listens', async (_, args, message) => {
    await expect(serve.run(args, context)).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      message: expect.stringMatching(message),
    });
  });

  it('an index that is not there, or is at a server already', async () => {
    await expect(serve.run(['--index', join(directory, 'nothing')], context)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      message: expect.stringContaining('nearfield index'),
    });
    const elsewhere = 'docs=http://127.0.0.1:1/v1/indexes/docs';
    await expect(serve.run(['--index', elsewhere], context)).rejects.toThrow(UsageError);
  });

  it('an option that is none is a matter of its use', async () => {
    await expect(serve.run(['--log', 'xml'], context)).rejects.toThrow(UsageError);
    await expect(serve.run(['something'], context)).rejects.toThrow(UsageError);
    for (const option of ['port', 'max-body', 'threads', 'requests-per-minute', 'concurrency']) {
      const message = `--${option} takes a whole number`;
      const running = serve.run([`--${option}`, 'abc'], context);
      await expect(running).rejects.toSatisfy((error) => error instanceof UsageError);
      await expect(running).rejects.toThrow(message);
    }
  });
});
