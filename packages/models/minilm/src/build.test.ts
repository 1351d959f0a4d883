import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import type { BuildResult } from '@nearfield/model-kit';
import { readSource, SafeTensors } from '@nearfield/model-kit';
import { applyAdditions, readModel, rewriteSlowKernels } from '@nearfield/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BertConfig } from './bert.ts';
import { buildMiniLM } from './build.ts';
import { erf, ReferenceBert } from './reference.ts';

const texts = [
  'A man is eating a plate of pasta.',
  'Someone is having spaghetti for dinner.',
  'The stock market fell sharply on Monday.',
  'This is an example sentence',
  'cat',
  'How do I reset my password?',
  'Der schnelle braune Fuchs springt.',
  'x = [i ** 2 for i in range(10)]',
  'Why?',
  '!!!',
  'Photosynthesis turns light, water and carbon dioxide into sugar and oxygen; it happens in chloroplasts.',
  'Order 66123 was shipped on 12 March 2024 and has not arrived.',
  'Paris is the capital of France. Berlin is the capital of Germany. Rome is the capital of Italy.',
];

let directory: string;
let result: BuildResult;
let tokenizer: Tokenizer;
let reference: Float64Array[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'embedded-minilm-'));
  result = await buildMiniLM({ directory, dtypes: ['q8', 'q8e4', 'fp16', 'fp32'] });
  const read = async (name: string): Promise<object> =>
    JSON.parse(await readFile(join(directory, name), 'utf8')) as object;
  tokenizer = new Tokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
  const source = await readSource();
  const bert = new ReferenceBert(new SafeTensors(source.weights), JSON.parse(source.config) as BertConfig);
  reference = texts.map((text) => bert.embed(tokenizer.encode(text).ids));
}, 60_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Mean-pooled, normalised vectors of texts run as one padded batch. */
async function embed(session: InferenceSession, batch: readonly string[]): Promise<Float64Array[]> {
  const encoded = batch.map((text) => tokenizer.encode(text).ids);
  const length = Math.max(...encoded.map((ids) => ids.length));
  const padded = (value: (ids: number[], position: number) => number): Tensor => {
    const numbers = encoded.flatMap((ids) => Array.from({ length }, (_, at) => BigInt(value(ids, at))));
    return new Tensor('int64', BigInt64Array.from(numbers), [batch.length, length]);
  };
  const outputs = await session.run({
    input_ids: padded((ids, at) => ids[at] ?? 0),
    attention_mask: padded((ids, at) => (at < ids.length ? 1 : 0)),
    token_type_ids: padded(() => 0),
  });
  const states = outputs.last_hidden_state!;
  expect(states.dims).toEqual([batch.length, length, 384]);
  const data = states.data as Float32Array;
  return encoded.map((ids, row) => {
    const vector = new Float64Array(384);
    for (let at = 0; at < ids.length; at++) {
      for (let d = 0; d < 384; d++) vector[d] = vector[d]! + data[(row * length + at) * 384 + d]!;
    }
    const norm = Math.hypot(...vector);
    return vector.map((value) => value / norm);
  });
}

function cosine(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

const open = (path: string): Promise<InferenceSession> =>
  InferenceSession.create(join(directory, path), { intraOpNumThreads: 1 });

test('the reference has the published figures', () => {
  expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
  expect(erf(3)).toBeCloseTo(0.9999779095030014, 14);
  expect(erf(-1)).toBeCloseTo(-0.8427007929497149, 14);
  const [pasta, spaghetti, stocks, example] = reference as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  expect(cosine(pasta, spaghetti)).toBeCloseTo(0.6618, 4);
  expect(cosine(pasta, stocks)).toBeCloseTo(-0.009, 4);
  [0.0677, 0.0636, 0.0487].forEach((value, d) => {
    expect(example[d]).toBeCloseTo(value, 4);
  });
});

describe.each([
  ['onnx/model.onnx', 0.9999999, 0.9999999],
  ['onnx/model_fp16.onnx', 0.999, 0.999],
  ['onnx/model_quantized.onnx', 0.99, 0.999],
  ['onnx/model_q8e4.onnx', 0.985, 0.999],
])('%s', (path, toSource, toBatch) => {
  test('agrees with the source, alone and in a batch', async () => {
    const session = await open(path);
    const batch = await embed(session, texts);
    const worst = { source: 1, batch: 1 };
    for (const [index, text] of texts.entries()) {
      const [alone] = await embed(session, [text]);
      worst.source = Math.min(worst.source, cosine(alone!, reference[index]!));
      worst.source = Math.min(worst.source, cosine(batch[index]!, reference[index]!));
      worst.batch = Math.min(worst.batch, cosine(alone!, batch[index]!));
    }
    expect(worst.source).toBeGreaterThanOrEqual(toSource);
    expect(worst.batch).toBeGreaterThanOrEqual(toBatch);
  });

  test('has the signature of the hub export', async () => {
    const { inputs, outputs, opsets } = readModel(await readFile(join(directory, path)));
    expect(inputs.map(({ name, type, dims }) => [name, type, dims])).toEqual(
      ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => [name, 'int64', ['batch', 'sequence']]),
    );
    expect(outputs).toEqual([
      { name: 'last_hidden_state', type: 'float32', dims: ['batch', 'sequence', 384] },
    ]);
    // Rows of 4 bits are looked up by an operator of onnxruntime's.
    const domains = path.includes('q8e4') ? ['', 'com.microsoft'] : [''];
    expect([...opsets.keys()]).toEqual(domains);
  });
});

test('the int8 file agrees with the source in the form that wasm runs, alone and in a batch', async () => {
  const bytes = await readFile(join(directory, 'onnx/model_quantized.onnx'));
  const change = rewriteSlowKernels(bytes, readModel(bytes))!;
  expect(change).toMatchObject({ normalisations: 13, gelus: 6, fusions: 60 });
  const session = await InferenceSession.create(applyAdditions(bytes, [change]), { intraOpNumThreads: 1 });
  const batch = await embed(session, texts);
  for (const [index, text] of texts.entries()) {
    const [alone] = await embed(session, [text]);
    expect(cosine(alone!, reference[index]!)).toBeGreaterThanOrEqual(0.99);
    expect(cosine(batch[index]!, reference[index]!)).toBeGreaterThanOrEqual(0.99);
    expect(cosine(alone!, batch[index]!)).toBeGreaterThanOrEqual(0.999);
  }
});

test('the manifest lists every file as it is', async () => {
  const { files } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as BuildResult;
  expect(files).toEqual(result.files);
  expect(files.map(({ path }) => path)).toEqual([
    'README.md',
    'config.json',
    'onnx/model.onnx',
    'onnx/model_fp16.onnx',
    'onnx/model_q8e4.onnx',
    'onnx/model_quantized.onnx',
    'special_tokens_map.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  for (const { path, size, sha256 } of files) {
    const bytes = await readFile(join(directory, path));
    expect(bytes.length).toBe(size);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  }
});

test('another build has the same bytes, and an up-to-date folder is left alone', async () => {
  const again = await mkdtemp(join(tmpdir(), 'embedded-minilm-again-'));
  try {
    const second = await buildMiniLM({ directory: again });
    // The card lists the model files, so it differs with the dtypes.
    const expected = result.files.filter(({ path }) => path !== 'README.md' && path !== 'onnx/model.onnx');
    expect(second.files.filter(({ path }) => path !== 'README.md')).toEqual(expected);
    const { mtimeMs } = await stat(join(directory, 'onnx/model_quantized.onnx'));
    expect(await buildMiniLM({ directory })).toEqual({ ...result, rebuilt: false });
    expect((await stat(join(directory, 'onnx/model_quantized.onnx'))).mtimeMs).toBe(mtimeMs);
  } finally {
    await rm(again, { recursive: true, force: true });
  }
});

test('the tokenizer neither pads nor cuts', () => {
  expect(tokenizer.encode('This is an example sentence').ids).toEqual([
    101, 2023, 2003, 2019, 2742, 6251, 102,
  ]);
  expect(tokenizer.encode('word '.repeat(300)).ids).toHaveLength(302);
});

test('an unknown dtype is refused', async () => {
  const options = { directory, dtypes: ['q2' as 'q8'] };
  await expect(buildMiniLM(options)).rejects.toThrow(/Unknown dtype q2/);
});
