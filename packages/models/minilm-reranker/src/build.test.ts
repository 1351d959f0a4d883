import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import type { BuildResult } from '@nearfield/model-kit';
import { readModel } from '@nearfield/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildMiniLMReranker } from './build.ts';

interface Goldens {
  tolerance: number;
  rows: {
    query: string;
    passage: string;
    input_ids: number[];
    logit_fp32: number;
    logit_int8: number;
  }[];
}

let directory: string;
let result: BuildResult;
let goldens: Goldens;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'minilm-reranker-'));
  result = await buildMiniLMReranker({ directory, dtypes: ['q8', 'fp16', 'fp32'] });
  goldens = JSON.parse(await readFile(join(directory, 'goldens.json'), 'utf8'));
}, 60_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Logits of pairs run as one padded batch. */
async function logitsOf(session: InferenceSession, pairs: readonly number[][]): Promise<Float32Array> {
  const length = Math.max(...pairs.map((ids) => ids.length));
  const padded = (value: (ids: number[], at: number) => number): Tensor =>
    new Tensor(
      'int64',
      BigInt64Array.from(pairs.flatMap((ids) => Array.from({ length }, (_, at) => BigInt(value(ids, at))))),
      [pairs.length, length],
    );
  const { logits } = await session.run({
    input_ids: padded((ids, at) => ids[at] ?? 0),
    attention_mask: padded((ids, at) => (at < ids.length ? 1 : 0)),
    token_type_ids: padded((ids, at) => (at > ids.indexOf(102) && at < ids.length ? 1 : 0)),
  });
  expect(logits!.dims).toEqual([pairs.length, 1]);
  return logits!.data as Float32Array;
}

describe.each([
  // The int8 weights are the model: float32 arithmetic over them stays near the unrounded original.
  ['onnx/model.onnx', 'logit_fp32', 0.1],
  ['onnx/model_fp16.onnx', 'logit_fp32', 0.12],
  ['onnx/model_quantized.onnx', 'logit_int8', 0.01],
] as const)('%s', (path, field, tolerance) => {
  test('has the logits of the goldens, alone and in a batch', async () => {
    const session = await InferenceSession.create(join(directory, path), { intraOpNumThreads: 1 });
    const batch = await logitsOf(
      session,
      goldens.rows.map((row) => row.input_ids),
    );
    for (const [index, row] of goldens.rows.entries()) {
      expect(Math.abs(batch[index]! - row[field]), row.passage).toBeLessThan(tolerance);
      const [alone] = await logitsOf(session, [row.input_ids]);
      expect(Math.abs(alone! - batch[index]!)).toBeLessThan(path.includes('fp16') ? 0.02 : 1e-4);
    }
  });

  test('has the inputs and the output that its card states', async () => {
    const { inputs, outputs } = readModel(await readFile(join(directory, path)));
    expect(inputs.map(({ name, type, dims }) => [name, type, dims])).toEqual(
      ['input_ids', 'attention_mask', 'token_type_ids'].map((name) => [name, 'int64', ['batch', 'sequence']]),
    );
    expect(outputs).toEqual([{ name: 'logits', type: 'float32', dims: ['batch', 1] }]);
  });
});

test('the tokenizer reads the goldens as they were', async () => {
  const read = async (name: string): Promise<object> =>
    JSON.parse(await readFile(join(directory, name), 'utf8')) as object;
  const tokenizer = new Tokenizer(await read('tokenizer.json'), await read('tokenizer_config.json'));
  for (const { query, passage, input_ids: expected } of goldens.rows) {
    expect(tokenizer.encode(query, { text_pair: passage }).ids).toEqual(expected);
  }
});

test('the manifest lists every file as it is', async () => {
  const { files } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as BuildResult;
  expect(files).toEqual(result.files);
  expect(files.map(({ path }) => path)).toEqual([
    'README.md',
    'config.json',
    'goldens.json',
    'onnx/model.onnx',
    'onnx/model_fp16.onnx',
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
  const again = await mkdtemp(join(tmpdir(), 'minilm-reranker-again-'));
  try {
    const second = await buildMiniLMReranker({ directory: again });
    expect(second.files).toEqual(result.files.filter(({ path }) => path !== 'onnx/model.onnx'));
    const { mtimeMs } = await stat(join(directory, 'onnx/model_quantized.onnx'));
    expect(await buildMiniLMReranker({ directory })).toEqual({ ...result, rebuilt: false });
    expect((await stat(join(directory, 'onnx/model_quantized.onnx'))).mtimeMs).toBe(mtimeMs);
  } finally {
    await rm(again, { recursive: true, force: true });
  }
});

test('the model folder has the files whose sums its card states', async () => {
  const model = fileURLToPath(new URL('../model', import.meta.url));
  const card = await readFile(join(model, 'README.md'), 'utf8');
  const stated = [...card.matchAll(/^\| `([\w.-]+)`.*\| ([0-9a-f]{64}) \|$/gm)];
  expect(stated).toHaveLength(2);
  for (const [, name, sum] of stated) {
    const bytes = await readFile(join(model, name!));
    expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sum);
  }
});

test('an unknown dtype is refused', async () => {
  const options = { directory, dtypes: ['q2' as 'q8'] };
  await expect(buildMiniLMReranker(options)).rejects.toThrow(/Unknown dtype q2/);
});
