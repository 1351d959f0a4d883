import { iconClipDirectory } from '@nearfield/model-icon-clip/build';
import { miniLMDirectory } from '@nearfield/model-minilm/build';
import { qwenBpe, xlmRoberta } from '@nearfield/model-tiny';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Hub } from '../../../test/hub.ts';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import { createNodeFoundation, type LocalFoundation } from '../../node.ts';

const EMBEDDER = 'all-MiniLM-L6-v2';
const qwen = qwenBpe();
const roberta = xlmRoberta();
const bytesOf = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const repository = ({ json, config }: typeof qwen): Record<string, Uint8Array> => ({
  'config.json': bytesOf({}),
  'tokenizer.json': bytesOf(json),
  'tokenizer_config.json': bytesOf(config),
  'onnx/model_quantized.onnx': new Uint8Array(100_000),
});

let hub: Hub;
const directory = temporaryDirectory('segment');
let foundation: LocalFoundation;
beforeAll(async () => {
  hub = await Hub.start({
    repositories: {
      // One that runs here, and one that does not.
      'jinaai/jina-embeddings-v3': repository(roberta),
      'jinaai/jina-reranker-v3': repository(qwen),
      'jinaai/jina-embeddings-v4': { 'tokenizer.json': bytesOf({ model: 'none' }) },
    },
  });
  foundation = createNodeFoundation({
    dataDirectory: directory,
    threads: 1,
    hub: { remoteHost: hub.url },
    models: [
      { id: EMBEDDER, source: miniLMDirectory() },
      { id: 'icon-clip', source: iconClipDirectory() },
    ],
  });
});
afterAll(async () => {
  await foundation.close();
  await hub.close();
});

const content = 'Follow the white rabbit, then search.';

describe('tokenizers of models', () => {
  it.each([
    ['jina-embeddings-v3', roberta],
    ['jina-reranker-v3', qwen],
  ])('%s: its own ids, from the files of its tokenizer alone', async (tokenizer, { bare }) => {
    hub.requests.length = 0;
    const answer = await foundation.segment({ content, tokenizer, return_tokens: true });
    expect(answer).toMatchObject({ tokenizer, num_tokens: bare(content).length });
    expect(answer.tokens!.flat().flatMap(([, ids]) => ids)).toEqual(bare(content));
    const paths = hub.transfers().map(({ path }) => path);
    expect(paths.sort()).toEqual(['tokenizer.json', 'tokenizer_config.json']);
    expect(await foundation.capabilities()).toMatchObject({ loaded: [] });
    await foundation.segment({ content, tokenizer });
    expect(hub.transfers()).toHaveLength(2);
  });

  it('are loaded once by calls at the same time, and again after unloading', async () => {
    await foundation.storage.delete('jina-reranker-v3');
    hub.requests.length = 0;
    const request = { content, tokenizer: 'jina-reranker-v3' };
    await Promise.all([
      foundation.segment(request),
      foundation.segment(request),
      foundation.segment(request),
    ]);
    expect(hub.transfers('tokenizer.json')).toHaveLength(1);
    await foundation.storage.delete('jina-reranker-v3');
    await foundation.segment(request);
    expect(hub.transfers('tokenizer.json')).toHaveLength(2);
  });

  it('of a picture model are those of the model that embeds its texts', async () => {
    const own = await foundation.segment({ content, tokenizer: EMBEDDER, return_tokens: true });
    const pictures = await foundation.segment({ content, tokenizer: 'icon-clip', return_tokens: true });
    expect(pictures).toEqual({ ...own, tokenizer: 'icon-clip' });
  });

  it('that cannot be read are named, and tried again next time', async () => {
    for (let times = 0; times < 2; times++) {
      const error = await rejection(foundation.segment({ content, tokenizer: 'jina-embeddings-v4' }));
      expect(error).toMatchObject({ code: 'MODEL_INVALID', param: 'tokenizer' });
    }
  });

  it('stop loading when the only call that waits is aborted', async () => {
    await foundation.storage.delete('jina-reranker-v3');
    hub.fail('tokenizer.json', { kind: 'stall', after: 10 });
    const controller = new AbortController();
    const call = foundation.segment(
      { content, tokenizer: 'jina-reranker-v3' },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
    hub.recover();
    const answer = await foundation.segment({ content, tokenizer: 'jina-reranker-v3' });
    expect(answer.num_tokens).toBe(qwen.bare(content).length);
  });

  it('are none of unknown names, which are told before anything is asked', async () => {
    hub.requests.length = 0;
    expect(await rejection(foundation.segment({ content, tokenizer: 'jina-embedings' }))).toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'tokenizer',
    });
    expect(hub.requests).toEqual([]);
  });
});

describe('strategy semantic', () => {
  const cats = 'The cat sleeps on the sofa. Kittens like to play with wool. A cat purrs when it is happy.';
  const tax = 'Income tax is due in April. The tax office charges interest. File your tax return early.';

  it('uses the embedder of the engine where none is named', async () => {
    const request = { content: `${cats} ${tax}`, strategy: 'semantic', return_chunks: true } as const;
    const answer = await foundation.segment(request);
    expect(answer.chunks).toEqual([`${cats} `, tax]);
    expect(await foundation.segment({ ...request, model: EMBEDDER })).toEqual(answer);
  });

  it('refuses a model that embeds nothing, and what is not known', async () => {
    for (const model of ['jina-reranker-v1-tiny-en', 'no-such-model']) {
      const call = foundation.segment({ content: cats, strategy: 'semantic', return_chunks: true, model });
      expect(await rejection(call)).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', param: 'model' });
    }
  });
});

describe('long contents', () => {
  it('may be longer than at the hosted API, with the same checks', async () => {
    const long = 'One sentence. '.repeat(20_000);
    const answer = await foundation.segment({ content: long, return_chunks: true });
    expect(answer.chunks!.join('')).toBe(long);
    for (const [field, value] of [
      ['frobnicate', 1],
      ['strategy', 'paragraph'],
    ] as const) {
      const call = foundation.segment({ content: long, [field]: value } as never);
      expect(await rejection(call)).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: field });
    }
  });

  it('are refused with the limit when they are too long', async () => {
    const error = await rejection(foundation.segment({ content: 'a'.repeat(10_000_001) }));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'content' });
    expect(error.message).toContain('10000000');
  });
});
