import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { createNodeServer } from '@nearfield/server/node';
import { describe, expect, it } from 'vitest';
import { runApi } from './api.ts';
import { modelOption } from './engine.ts';

const model = 'jina-embeddings-v3';

async function run(endpoint: string, request: unknown, foundation = new HashedFoundation()) {
  let out = '';
  let err = '';
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  const code = await runApi(endpoint, text, () => foundation, {
    stdout: (output) => {
      out += output;
    },
    stderr: (output) => {
      err += output;
    },
  });
  return { code, out, err, foundation };
}

describe('runApi', () => {
  it('prints the answer and nothing else', async () => {
    const { code, out, err, foundation } = await run('embeddings', { model, input: ['hello'] });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ model, object: 'list', data: [{ index: 0 }] });
    expect(foundation.closed).toBe(true);
  });

  it.each([
    ['multi-vector', { model: 'jina-colbert-v2', input: 'a' }, 'data'],
    ['rerank', { model: 'jina-reranker-v3', query: 'a', documents: ['a'] }, 'results'],
    ['classify', { model, input: 'a', labels: ['a', 'b'] }, 'data'],
    ['segment', { content: 'a' }, 'num_tokens'],
    ['models', '', 'data'],
    ['capabilities', '', 'methods'],
    ['models', { id: 'jinaai/jina-clip-v1' }, 'hugging_face_id'],
  ])('%s', async (endpoint, request, field) => {
    const { code, out } = await run(endpoint, request);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveProperty(field);
  });

  it('classifiers and batches, whose jobs it waits for', async () => {
    const foundation = new HashedFoundation();
    const input = [
      { text: 'good', label: 'up' },
      { text: 'bad', label: 'down' },
    ];
    const { classifier_id } = JSON.parse((await run('train', { model, input }, foundation)).out);
    expect(JSON.parse((await run('classifiers', '', foundation)).out)).toHaveLength(1);
    expect((await run('classifiers', { delete: classifier_id }, foundation)).code).toBe(0);
    expect(JSON.parse((await run('classifiers', {}, foundation)).out)).toHaveLength(0);

    const lines = [
      { custom_id: 'x', body: { input: 'a' } },
      { custom_id: 'y', body: { input: [] } },
    ];
    const status = JSON.parse((await run('batch', { model, input: lines }, foundation)).out);
    expect(status).toMatchObject({ status: 'completed', stats: { completed: 1, failed: 1 } });
    const { batch_id } = status;
    expect(JSON.parse((await run('batch', { get: batch_id }, foundation)).out)).toEqual({
      ...status,
      output_url: expect.stringMatching(`/v1/batch/${batch_id}/output$`),
      error_file_url: expect.stringMatching(`/v1/batch/${batch_id}/errors$`),
    });
    expect(JSON.parse((await run('batches', { limit: 1 }, foundation)).out)).toHaveLength(1);
    expect(JSON.parse((await run('batch', { output: batch_id }, foundation)).out)).toMatchObject({
      custom_id: 'x',
    });
    expect(JSON.parse((await run('batch', { errors: batch_id }, foundation)).out)).toMatchObject({
      custom_id: 'y',
    });
  });

  it.each([
    ['embeddings', '{', 'INPUT_VALIDATION_FAILED'],
    ['embeddings', { model: 'nobody', input: 'a' }, 'INPUT_MODEL_NOT_FOUND'],
    ['frobnicate', {}, 'RESOURCE_NOT_FOUND'],
    ['models', 'x', 'INPUT_VALIDATION_FAILED'],
    ['models', { id: 5 }, 'INPUT_VALIDATION_FAILED'],
    ['chat', { model: 'm', messages: [] }, 'NOT_SUPPORTED'],
  ])('%s %j fails with the API’s error', async (endpoint, request, expected) => {
    const { code, out, err } = await run(endpoint, request);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(JSON.parse(err)).toMatchObject({ code: expected });
  });
});

describe('the command', () => {
  const cli = fileURLToPath(new URL('cli.ts', import.meta.url));
  const command = (...args: string[]) =>
    promisify(execFile)(process.execPath, [
      '--conditions=@nearfield/source',
      '--import',
      'tsx',
      cli,
      ...args,
    ]).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        stdout,
        stderr,
      }),
    );

  it('explains itself, and tells bad use from bad requests', async () => {
    const help = await command('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('nearfield api');
    expect(await command()).toMatchObject({ code: 2, stdout: '' });
    expect(await command('api', 'embeddings', '{}', '--frobnicate')).toMatchObject({ code: 2, stdout: '' });
    const bad = await command('api', 'frobnicate', '{}');
    expect(bad).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(bad.stderr)).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});

describe('--model', () => {
  it.each([
    ['mini=./folder', { id: 'mini', source: './folder' }],
    [
      'my-v3=jina-embeddings-v3:/models/v3',
      { id: 'my-v3', like: 'jina-embeddings-v3', source: '/models/v3' },
    ],
    ['my-v3=jinaai/jina-embeddings-v3:o/n', { id: 'my-v3', like: 'jina-embeddings-v3', source: 'o/n' }],
    ['m=https://host.example/m', { id: 'm', source: 'https://host.example/m' }],
    ['m=C:\\models', { id: 'm', source: 'C:\\models' }],
  ])('%s', (option, expected) => {
    expect(modelOption(option)).toEqual(expected);
  });

  it.each(['nothing', '=x', 'x='])('refuses %j', (option) => {
    expect(() => modelOption(option)).toThrow(expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED' }));
  });
});

describe('createNodeServer', () => {
  it('says why it cannot listen, and frees its port', async () => {
    const foundation = new HashedFoundation();
    const server = await createNodeServer(foundation, { port: 0 });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    await expect(createNodeServer(foundation, { port: server.port })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('another program'),
    });
    await server.close();
    const again = await createNodeServer(foundation, { port: server.port });
    await again.close();
    expect(foundation.closed).toBe(false);
  });
});
