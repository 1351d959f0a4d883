import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { pseudoRandom, TINY, type TinyOptions, tinyBert } from '../../test/tiny-bert.ts';
import { type ModelSummary, readModel } from '../read/model.ts';
import { encodeModel } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import { tensor } from '../write/tensor.ts';
import { applyAdditions, modelCapacity } from './addition.ts';
import { rewritePerToken } from './per-token.ts';
import { createTail } from './tail.ts';

const random = pseudoRandom(11);
const texts = Array.from({ length: 12 }, (_, index) =>
  Array.from({ length: 3 + ((index * 5) % 14) }, () => Math.floor(((random() + 1) / 2) * TINY.vocabulary)),
);

/** Mean-pooled vectors of texts run as one padded batch. */
async function embed(session: InferenceSession, batch: readonly number[][]): Promise<number[][]> {
  const length = Math.max(...batch.map((ids) => ids.length));
  const padded = (value: (ids: number[], position: number) => number): Tensor => {
    const numbers = batch.flatMap((ids) =>
      Array.from({ length }, (_, position) => BigInt(value(ids, position))),
    );
    return new Tensor('int64', numbers, [batch.length, length]);
  };
  const outputs = await session.run({
    input_ids: padded((ids, position) => ids[position] ?? 0),
    attention_mask: padded((ids, position) => (position < ids.length ? 1 : 0)),
  });
  const states = outputs.last_hidden_state!.data as Float32Array;
  return batch.map((ids, b) =>
    Array.from({ length: TINY.hidden }, (_, d) => {
      let sum = 0;
      for (let t = 0; t < ids.length; t++) sum += states[(b * length + t) * TINY.hidden + d]!;
      return sum / ids.length;
    }),
  );
}

async function embedAlone(session: InferenceSession): Promise<number[][]> {
  const vectors: number[][] = [];
  for (const text of texts) vectors.push(...(await embed(session, [text])));
  return vectors;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
}

function worstDistance(some: readonly number[][], others: readonly number[][]): number {
  return Math.max(...some.map((vector, index) => 1 - cosine(vector, others[index]!)));
}

function rewritten(bytes: Uint8Array): Uint8Array {
  const change = rewritePerToken(bytes, readModel(bytes));
  if (change.status !== 'rewritten') throw new Error(JSON.stringify(change));
  return applyAdditions(bytes, [change]);
}

const forms: readonly TinyOptions[] = [
  { form: 'per-tensor' },
  { form: 'per-tensor', weightType: 'uint8' },
  { form: 'per-tensor', perChannel: false },
  { form: 'per-tensor', opset: 18 },
  { form: 'per-tensor', opset: 21 },
  { form: 'per-tensor', constantNodes: true },
  { form: 'integer-to-float' },
  { form: 'integer-to-float', perChannel: false, weightType: 'uint8' },
  { form: 'dynamic-quantize-matmul' },
  { form: 'dynamic-quantize-matmul', opset: 18, weightType: 'uint8' },
];

describe.each(forms)('%o', (options) => {
  test('does not depend on the batch, and is closer to float32', async () => {
    const opset = options.opset ?? 17;
    const exact = await embedAlone(await InferenceSession.create(tinyBert({ form: 'float32', opset })));
    const perTensor = await InferenceSession.create(tinyBert(options));
    const perToken = await InferenceSession.create(rewritten(tinyBert(options)));

    const [tensorAlone, tensorBatch] = [await embedAlone(perTensor), await embed(perTensor, texts)];
    const [tokenAlone, tokenBatch] = [await embedAlone(perToken), await embed(perToken, texts)];
    expect(worstDistance(tensorAlone, tensorBatch)).toBeGreaterThan(1e-5);
    expect(worstDistance(tokenAlone, tokenBatch)).toBeLessThan(1e-6);
    expect(worstDistance(tokenBatch, exact)).toBeLessThan(worstDistance(tensorBatch, exact));
    // A wrong zero point or scale would show as a far larger distance than rounding.
    expect(worstDistance(tokenBatch, exact)).toBeLessThan(2e-3);
  });

  test('leaves every weight where it is, untouched', () => {
    const before = tinyBert(options);
    const model = readModel(before);
    const after = rewritten(before.slice());
    const changedAt = [...before].flatMap((value, index) => (value === after[index] ? [] : [index]));
    const tags = new Set(model.nodes.map(({ tag }) => tag));
    expect(changedAt.every((index) => tags.has(index))).toBe(true);
    const afterModel = readModel(after);
    for (const [name, { data }] of model.initializers) {
      expect(afterModel.initializers.get(name)!.data).toEqual(data);
    }
    expectOrdered(afterModel);
    expect(afterModel.nodes.some(({ opType }) => opType.startsWith('DynamicQuantize'))).toBe(false);
    expect(rewritePerToken(after, afterModel)).toEqual({ status: 'not-needed' });
  });
});

/** Every node reads only what comes before it. */
function expectOrdered(model: ModelSummary): void {
  const known = new Set(['', ...model.initializers.keys(), ...model.inputs.map(({ name }) => name)]);
  for (const node of model.nodes) {
    for (const name of node.inputs) expect(known, `${node.opType} reads ${name}`).toContain(name);
    for (const name of node.outputs) known.add(name);
  }
}

test('counts, and shares one quantisation among query, key and value', () => {
  for (const form of ['per-tensor', 'dynamic-quantize-matmul'] as const) {
    const bytes = tinyBert({ form });
    const change = rewritePerToken(bytes, readModel(bytes));
    expect(change).toMatchObject({ status: 'rewritten', quantisations: 8, products: 12 });
  }
});

test('a pooling tail goes on top, both planned from one summary', async () => {
  const bytes = tinyBert({ form: 'per-tensor' });
  const buffer = new Uint8Array(modelCapacity(bytes.length));
  buffer.set(bytes);
  const file = buffer.subarray(0, bytes.length);
  const model = readModel(file);
  const change = rewritePerToken(file, model);
  if (change.status !== 'rewritten') throw new Error(change.status);
  const tail = createTail(model, { kind: 'pool', output: 'last_hidden_state' });
  const both = applyAdditions(buffer, [change, tail], bytes.length);
  expect(both.buffer).toBe(buffer.buffer);
  expectOrdered(readModel(both));
  const [plain, tailed] = [
    await InferenceSession.create(rewritten(tinyBert({ form: 'per-tensor' }))),
    await InferenceSession.create(both),
  ];
  const [expected] = await embed(plain, [texts[0]!]);
  const length = texts[0]!.length;
  const outputs = await tailed.run({
    input_ids: new Tensor('int64', texts[0]!.map(BigInt), [1, length]),
    attention_mask: new Tensor(
      'int64',
      texts[0]!.map(() => 1n),
      [1, length],
    ),
    nearfield_pooling: new Tensor('float32', new Float32Array(length).fill(1 / length), [1, 1, length]),
    nearfield_dimensions: new Tensor('int64', [BigInt(TINY.hidden)], [1]),
  });
  expect(cosine([...(outputs.nearfield_pooled!.data as Float32Array)], expected!)).toBeCloseTo(1, 9);
});

test('a token of zeros stays finite', async () => {
  const graph = quantisedProduct();
  const session = await InferenceSession.create(rewritten(encodeModel(graph, { opset: 17 })));
  const x = new Tensor('float32', Float32Array.of(0, 0, 1, -2), [2, 2]);
  const outputs = await session.run({ x });
  const y = [...(outputs.y!.data as Float32Array)];
  expect(y.slice(0, 2)).toEqual([0, 0]);
  expect(y[2]).toBeCloseTo(0.1 * 1 - 0.3 * 2, 2);
  expect(y[3]).toBeCloseTo(0.2 * 1 - 0.4 * 2, 2);
});

test('stale shape hints are dropped, the others kept', async () => {
  const bytes = encodeModel(quantisedProduct({ hints: true }), { opset: 17 });
  const after = rewritten(bytes);
  expect(readModel(after).valueInfos.map(({ name }) => name)).toEqual(['floats']);
  await InferenceSession.create(after);
});

/** One quantised product, with places to spoil. */
function quantisedProduct(spoil: { output?: string; hints?: boolean; weight?: 'input' } = {}): GraphBuilder {
  const graph = new GraphBuilder('product');
  const x = graph.input('x', 'float32', ['tokens', 2]);
  const [q, s, z] = graph.ops('DynamicQuantizeLinear', [x], 3, { output: ['q', 's', 'z'] });
  const weight =
    spoil.weight === 'input'
      ? graph.input('w', 'int8', [2, 2])
      : graph.constant('w', tensor('int8', [2, 2], [1, 2, 3, 4]));
  const scale = graph.constant('ws', tensor('float32', [], [0.1]));
  const sums = graph.op('MatMulInteger', [q!, weight, z!], { output: 'sums' });
  const floats = graph.op('Cast', [sums], { output: 'floats', attributes: { to: 1 } });
  const scales = graph.op('Mul', [s!, scale], { output: 'scales' });
  graph.output(graph.op('Mul', [scales, floats], { output: 'y' }), 'float32', ['tokens', 2]);
  if (spoil.output) graph.output(spoil.output, spoil.output === 'sums' ? 'int32' : 'float32', []);
  if (spoil.hints) {
    graph.hint('s', 'float32', []);
    graph.hint('floats', 'float32', ['tokens', 2]);
    graph.hint('scales', 'float32', []);
  }
  return graph;
}

describe('says why it does not recognise', () => {
  const reason = (graph: GraphBuilder): string => {
    const bytes = encodeModel(graph, { opset: 17 });
    const result = rewritePerToken(bytes, readModel(bytes));
    return result.status === 'unrecognised' ? result.reason : result.status;
  };

  test('products of two activations', () => {
    expect(reason(quantisedProduct({ weight: 'input' }))).toBe(
      'MatMulInteger sums takes w, which is not constant',
    );
  });

  test('inner values seen from outside', () => {
    expect(reason(quantisedProduct({ output: 's' }))).toMatch(/graph output s/);
    expect(reason(quantisedProduct({ output: 'scales' }))).toMatch(/graph output scales/);
    expect(reason(quantisedProduct({ output: 'sums' }))).toMatch(/graph output sums/);
  });

  test('values used twice', () => {
    const floats = quantisedProduct();
    floats.output(floats.op('Abs', ['floats'], { output: 'a' }), 'float32', []);
    expect(reason(floats)).toMatch(/Cast floats feeds 2 nodes/);
    const scales = quantisedProduct();
    scales.output(scales.op('Abs', ['s'], { output: 'a' }), 'float32', []);
    expect(reason(scales)).toMatch(/scale of DynamicQuantizeLinear q feeds Abs a/);
    const products = quantisedProduct();
    products.output(products.op('Abs', ['scales'], { output: 'a' }), 'float32', []);
    expect(reason(products)).toMatch(/Mul scales also feeds Abs a/);
    const zero = quantisedProduct();
    zero.output(zero.op('Identity', ['z'], { output: 'a' }), 'uint8', []);
    expect(reason(zero)).toMatch(/zero point of DynamicQuantizeLinear q feeds Identity a/);
  });

  test('convolutions and other quantised operators', () => {
    const convolution = new GraphBuilder('convolution');
    const x = convolution.input('x', 'float32', [1, 1, 4, 4]);
    const [q, , z] = convolution.ops('DynamicQuantizeLinear', [x], 3, { output: ['q', 's', 'z'] });
    const weight = convolution.constant('w', tensor('int8', [1, 1, 1, 1], [1]));
    convolution.output(convolution.op('ConvInteger', [q!, weight, z!], { output: 'y' }), 'int32', []);
    expect(reason(convolution)).toBe('DynamicQuantizeLinear q feeds ConvInteger y');
    const attention = new GraphBuilder('attention');
    attention.op('QAttention', [], { domain: 'com.microsoft', output: 'y' });
    expect(reason(attention)).toMatch(/QAttention y quantises/);
  });
});

test('float graphs need nothing', () => {
  const bytes = tinyBert({ form: 'float32' });
  expect(rewritePerToken(bytes, readModel(bytes))).toEqual({ status: 'not-needed' });
});
