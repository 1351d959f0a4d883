/** Model files that are wrong or hostile, through the whole engine in Node, with the real runtime. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type TinyFile,
  tinyClipV1,
  tinyClipV2,
  tinyCode,
  tinyColbertV2,
  tinyMiniLM,
  tinyRerankerV1,
  tinyV2English,
} from '@nearfield/model-tiny';
import {
  type ByteRange,
  encodeAddition,
  encodeModel,
  externalTensor,
  GraphBuilder,
  readModel,
  tensor,
} from '@nearfield/onnx';
import type { LoadedModel } from '@nearfield/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import type { LocalFoundation } from '../../foundation/local-foundation.ts';
import { createNodeFoundation } from '../../node.ts';
import { TextTokenizer } from '../../text/text-tokenizer.ts';

/** One red pixel. */
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';

const directory = temporaryDirectory('faults');
const open: LocalFoundation[] = [];

afterAll(async () => {
  await Promise.all(open.map((foundation) => foundation.close()));
});

let made = 0;

/** A foundation with one model `m`, or of the given name, from these files. */
async function foundationOf(
  files: readonly TinyFile[],
  model: { id?: string; like?: string },
): Promise<LocalFoundation> {
  const source = join(directory, String(made++));
  for (const { path, bytes } of files) {
    const target = join(source, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
  const foundation = createNodeFoundation({
    models: [{ id: 'm', ...model, source }],
    dataDirectory: join(directory, `data-${made}`),
    threads: 1,
  });
  open.push(foundation);
  return foundation;
}

/** The files with a change to each graph. */
const changed = (
  files: readonly TinyFile[],
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): TinyFile[] =>
  files.map((file) => (file.path.endsWith('.onnx') ? { ...file, bytes: change(file.bytes) } : file));

const withText = (files: readonly TinyFile[], path: string, text: string): TinyFile[] =>
  files.map((file) => (file.path === path ? { path, bytes: new TextEncoder().encode(text) } : file));

function joined(bytes: Uint8Array, appended: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.length + appended.length);
  all.set(bytes);
  all.set(appended, bytes.length);
  return all;
}

const random = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => Math.sin(at * 12.9898) / 2);

/** Overwrites float32 weights. */
const fill =
  (name: RegExp, value: number, rows?: (dims: readonly number[]) => ByteRange) =>
  (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    for (const [key, { type, data, dims }] of readModel(copy).initializers) {
      if (!name.test(key) || type !== 'float32' || !data) continue;
      const { start, end } = rows ? rows(dims) : { start: 0, end: (data.end - data.start) / 4 };
      for (let at = start; at < end; at++) view.setFloat32(data.start + 4 * at, value, true);
    }
    return copy;
  };

describe('files that a graph refers to', () => {
  const { files, like } = tinyMiniLM();

  it.each(['etc/passwd', '../../../../../../etc/passwd', '/etc/passwd', 'package.json'])(
    'are not read for the attribute of a node: %s',
    async (location) => {
      const addition = new GraphBuilder('addition', { prefix: 'leak_' });
      const far = externalTensor('uint8', [64], { location, offset: 0, length: 64 });
      addition.op('Constant', [], { output: 'leak', name: 'reader', attributes: { value: far } });
      addition.output('leak', 'uint8', [64]);
      const appended = encodeAddition(addition);
      const hostile = changed(files, (bytes) => joined(bytes, appended));
      const foundation = await foundationOf(hostile, { like });
      await expect(foundation.embeddings({ model: 'm', input: 'a' })).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringContaining("tensor '' in node 'reader' in attribute 'value' refers to a file"),
      });
    },
  );

  it('are not taken from the working directory for weights', async () => {
    expect(existsSync('package.json')).toBe(true);
    const addition = new GraphBuilder('addition', { prefix: 'leak_' });
    addition.constant(
      'leak',
      externalTensor('uint8', [8], { location: 'package.json', offset: 0, length: 8 }),
    );
    const appended = encodeAddition(addition);
    const foundation = await foundationOf(
      changed(files, (bytes) => joined(bytes, appended)),
      { like },
    );
    await expect(foundation.embeddings({ model: 'm', input: 'a' })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringContaining('onnx/package.json'),
    });
  });
});

describe('values that are none', () => {
  const { files, like } = tinyMiniLM();
  const faults = [
    ['NaN', fill(/./, Number.NaN)],
    ['infinity', fill(/words/, Number.POSITIVE_INFINITY)],
    ['weights of 3e38', fill(/./, 3e38)],
    ['vectors that overflow when they are normalised', fill(/norm_bias/, 3e38)],
    ['zeros', fill(/norm_bias|\.bias|scale/, 0)],
  ] as const;

  it.each(faults)('are refused when a model is loaded: %s', async (_, fault) => {
    const foundation = await foundationOf(changed(files, fault), { like });
    const refused = { code: 'SELF_CHECK_FAILED', message: expect.stringMatching(/fp32: (values|vectors)/) };
    await expect(foundation.embeddings({ model: 'm', input: 'a' })).rejects.toMatchObject(refused);
    await expect(foundation.classify({ model: 'm', input: ['a'], labels: ['b', 'c'] })).rejects.toMatchObject(
      refused,
    );
    await expect(
      foundation.train({
        model: 'm',
        input: [
          { text: 'a', label: 'b' },
          { text: 'c', label: 'd' },
        ],
      }),
    ).rejects.toMatchObject(refused);
    expect(await foundation.classifiers.list()).toEqual([]);
  });

  it('are refused in rerankers, multi-vector models and both towers', async () => {
    const refused = { code: 'SELF_CHECK_FAILED' };
    const broken = fill(/bias|words|weight|patch/, Number.NaN);
    const reranker = tinyRerankerV1();
    const ranks = await foundationOf(changed(reranker.files, broken), { like: reranker.like });
    await expect(ranks.rerank({ model: 'm', query: 'a', documents: ['b'] })).rejects.toMatchObject(refused);
    const tokens = tinyColbertV2();
    const colbert = await foundationOf(changed(tokens.files, broken), { like: tokens.like });
    await expect(colbert.multiVector({ model: 'm', input: ['b'] })).rejects.toMatchObject(refused);
    const clip = tinyClipV1();
    const towers = await foundationOf(changed(clip.files, broken), { like: clip.like });
    await expect(towers.embeddings({ model: 'm', input: ['b'] })).rejects.toMatchObject(refused);
    await expect(towers.embeddings({ model: 'm', input: [{ image: PIXEL }] })).rejects.toMatchObject(refused);
  });

  it('go to the next precision of the model', async () => {
    const good = tinyV2English();
    const bad = changed(tinyV2English('q8').files, fill(/scale|bias/, Number.NaN)).filter(({ path }) =>
      path.endsWith('.onnx'),
    );
    const foundation = await foundationOf([...good.files, ...bad], { like: good.like });
    const loaded: LoadedModel = await foundation.load('m');
    expect(loaded).toMatchObject({ dtype: 'fp32', check: { reason: expect.stringContaining('before: q8') } });
  });

  it('of one text fail its call, and no other', async () => {
    const path = 'tokenizer.json';
    const text = (name: string): string =>
      new TextDecoder().decode(files.find((file) => file.path === name)!.bytes);
    const tokenizer = new TextTokenizer(text(path), text('tokenizer_config.json'));
    const [bad] = tokenizer.encodeBare('x');
    const good = ['Follow the white rabbit.', 'the capital', 'the right passage', 'What is the passage?'];
    expect(good.flatMap((each) => tokenizer.encodeBare(each))).not.toContain(bad);
    const row = (dims: readonly number[]): ByteRange => ({
      start: bad! * dims[1]!,
      end: (bad! + 1) * dims[1]!,
    });
    const foundation = await foundationOf(changed(files, fill(/^words$/, Number.NaN, row)), { like });
    const intact = await foundationOf(files, { like });
    const refused = { code: 'MODEL_INVALID', message: expect.stringMatching(/m \(fp32\) computed values/) };
    await foundation.load('m');
    const calls = good.map((input) => foundation.embeddings({ model: 'm', input }));
    const failed = foundation.embeddings({ model: 'm', input: ['the passage', 'x'] });
    await expect(failed).rejects.toMatchObject(refused);
    for (const [index, call] of calls.entries()) {
      const expected = await intact.embeddings({ model: 'm', input: good[index]! });
      const { data } = await call;
      data[0]!.embedding.forEach((value, at) => {
        expect(value).toBeCloseTo(expected.data[0]!.embedding[at]!, 5);
      });
    }
    await expect(
      foundation.embeddings({ model: 'm', input: ['the passage', 'x'], late_chunking: true }),
    ).rejects.toMatchObject(refused);
    await expect(
      foundation.train({
        model: 'm',
        input: [
          { text: 'a', label: 'b' },
          { text: 'x', label: 'd' },
        ],
      }),
    ).rejects.toMatchObject(refused);
    await expect(foundation.classify({ model: 'm', input: ['x'], labels: ['b', 'c'] })).rejects.toMatchObject(
      refused,
    );
    expect(await foundation.classifiers.list()).toEqual([]);
  });
});

/** The files with a graph that gives each token 64 numbers of a table. */
function lookup(files: readonly TinyFile[], stated: number | string): TinyFile[] {
  const graph = new GraphBuilder('lookup');
  const words = graph.constant('words', tensor('float32', [500, 64], random(500 * 64)));
  const ids = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  const states = graph.op('Gather', [words, ids], { output: 'last_hidden_state' });
  graph.output(states, 'float32', ['batch', 'sequence', stated]);
  return [
    ...files.filter(({ path }) => !path.endsWith('.onnx')),
    { path: 'onnx/model.onnx', bytes: encodeModel(graph, { opset: 17 }) },
  ];
}

describe('another width', () => {
  it.each([
    ['jina-code-embeddings-0.5b', tinyCode(), /896 numbers .* give 32/],
    ['jina-embeddings-v2-small-en', tinyV2English(), /512 numbers .* give 32/],
  ])('than the catalogue’s is refused: %s', async (id, { files }, message) => {
    const foundation = await foundationOf(files, { id });
    await expect(foundation.embeddings({ model: id as 'jina-clip-v1', input: 'a' })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['jina-clip-v1', tinyClipV1()],
    ['jina-clip-v2', tinyClipV2()],
  ])('is refused in both towers: %s', async (id, { files }) => {
    const foundation = await foundationOf(files, { id });
    for (const input of ['a', { image: PIXEL }]) {
      await expect(
        foundation.embeddings({ model: id as 'jina-clip-v1', input: [input] }),
      ).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(/numbers .* give 24/),
      });
    }
  });

  it.each(['hidden', 64])('is refused where the graph states it or not: %s', async (stated) => {
    const id = 'jina-code-embeddings-0.5b';
    const foundation = await foundationOf(lookup(tinyCode().files, stated), { id });
    await expect(foundation.embeddings({ model: id, input: 'a' })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/896 numbers .* give 64/),
    });
  });

  it.each(['hidden', 64])('is refused where vectors are of tokens: %s', async (stated) => {
    const id = 'jina-colbert-v2';
    const foundation = await foundationOf(lookup(tinyColbertV2().files, stated), { id });
    await expect(foundation.multiVector({ model: id, input: ['a'] })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/128 numbers .* give 64/),
    });
  });

  it.each(['classes', 3])('is refused in a reranker’s head with several classes: %s', async (stated) => {
    const graph = new GraphBuilder('classes');
    const words = graph.constant('words', tensor('float32', [500, 3], random(500 * 3)));
    const states = graph.op('Gather', [words, graph.input('input_ids', 'int64', ['batch', 'sequence'])]);
    const logits = graph.op('ReduceMean', [states], {
      output: 'logits',
      attributes: { axes: [1], keepdims: 0 },
    });
    graph.output(logits, 'float32', ['batch', stated]);
    const { files, like } = tinyRerankerV1();
    const foundation = await foundationOf(
      changed(files, () => encodeModel(graph, { opset: 17 })),
      { like },
    );
    await expect(foundation.rerank({ model: 'm', query: 'a', documents: ['b', 'c'] })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/1 numbers .* give [23]/),
    });
  });
});

describe('configurations', () => {
  const { files, like } = tinyMiniLM();
  const clip = tinyClipV1();

  it.each([
    ['config.json', 'null', /config\.json .* null, not an object/],
    ['config.json', '[]', /config\.json .* \[\], not an object/],
    ['config.json', '{"max_position_embeddings": "x"}', /config\.json .*max_position_embeddings is "x"/],
    ['config.json', '{"max_position_embeddings": -1}', /max_position_embeddings is -1/],
    ['config.json', '{"max_position_embeddings": 0}', /max_position_embeddings is 0/],
    ['config.json', '{"max_position_embeddings": 1.5}', /max_position_embeddings is 1\.5/],
    ['config.json', '{"max_position_embeddings": 1e300}', /max_position_embeddings is 1e\+300/],
    ['config.json', '{"max_position_embeddings": 2, "model_type": "roberta"}', /more than 2/],
    ['config.json', '{"text_config": "x"}', /text_config is "x"/],
    [
      'config.json',
      '{"text_config": {"max_position_embeddings": []}}',
      /text_config\.max_position_embeddings/,
    ],
    ['config.json', '{"model_type": 5}', /model_type is 5/],
    ['config.json', 'not json', /config\.json is not JSON/],
    ['tokenizer_config.json', 'null', /tokenizer_config\.json .* null/],
    ['tokenizer_config.json', '{"model_max_length": -1}', /tokenizer_config\.json .*model_max_length is -1/],
    ['tokenizer_config.json', '{"model_max_length": 0}', /model_max_length is 0/],
    ['tokenizer_config.json', '{"model_max_length": "x"}', /model_max_length is "x"/],
  ])('are refused by name: %s with %s', async (path, text, message) => {
    const foundation = await foundationOf(withText(files, path, text), { like });
    await expect(foundation.embeddings({ model: 'm', input: 'a' })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it.each(['null', '7', '{"size": -1, "resize_mode": "shortest"}', '{"size": {"shortest_edge": "x"}}'])(
    'are refused by name: preprocessor_config.json with %s',
    async (text) => {
      const file = 'preprocessor_config.json';
      const foundation = await foundationOf(withText(clip.files, file, text), { like: clip.like });
      await expect(foundation.embeddings({ model: 'm', input: [{ image: PIXEL }] })).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringContaining(file),
      });
    },
  );

  it.each([
    ['{}', '{}', 256],
    ['{"max_position_embeddings": null}', '{"model_max_length": 1e30}', 256],
    ['{"max_position_embeddings": 100}', '{}', 100],
    ['{"max_position_embeddings": 100}', '{"model_max_length": 64}', 64],
    ['{"max_position_embeddings": 66, "model_type": "xlm-roberta"}', '{}', 64],
    ['{"text_config": {"max_position_embeddings": 77}}', '{}', 77],
  ])('give the limit of tokens: %s and %s', async (config, tokenizer, maxTokens) => {
    const own = withText(withText(files, 'tokenizer_config.json', tokenizer), 'config.json', config);
    const foundation = await foundationOf(own, { like });
    expect(await foundation.load('m')).toMatchObject({ maxTokens });
  });
});
