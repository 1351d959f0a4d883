import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { pseudoRandom, tinyBert } from '../../test/tiny-bert.ts';
import { fromHalf } from '../half.ts';
import { readModel } from '../read/model.ts';
import { encodeModel } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import { applyAdditions } from './addition.ts';
import { createTail, type TailKind } from './tail.ts';

const batch = 3;
const sequence = 5;
const hidden = 8;
const mask = [
  [1, 1, 1, 1, 1],
  [1, 1, 0, 0, 0],
  [0, 0, 1, 1, 1],
];

/** A graph that gives its input back as the hidden states. */
function echo(type: 'float32' | 'float16', dims: readonly (number | string)[], opset: number): Uint8Array {
  const graph = new GraphBuilder('echo');
  const x = graph.input('x', 'float32', dims);
  const to = type === 'float16' ? 10 : 1;
  graph.output(graph.op('Cast', [x], { output: 'out', attributes: { to } }), type, dims);
  return encodeModel(graph, { opset });
}

function numbers(count: number): Float32Array {
  return Float32Array.from({ length: count }, pseudoRandom(3));
}

async function run(
  model: Uint8Array,
  kind: TailKind,
  feeds: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const changed = applyAdditions(model, [createTail(readModel(model), { kind, output: 'out' })]);
  const session = await InferenceSession.create(changed);
  const names = session.outputNames.filter((name) => name !== 'out');
  return (await session.run(feeds, names)) as Record<string, Tensor>;
}

const int64 = (value: number): Tensor => new Tensor('int64', [BigInt(value)], [1]);

/** Float64 reference: rows of weights over tokens, cut, normalised. */
function reference(x: ArrayLike<number>, weights: number[][][], kept: number): number[][][] {
  return weights.map((rows, b) =>
    rows.map((row) => {
      const sum = new Array<number>(kept).fill(0);
      row.forEach((weight, t) => {
        for (let d = 0; d < kept; d++) sum[d]! += weight * x[(b * sequence + t) * hidden + d]!;
      });
      return sum;
    }),
  );
}

function normalise(vector: readonly number[]): number[] {
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

function expectClose(actual: Tensor | undefined, expected: readonly number[], tolerance: number): void {
  const data = actual!.data as Float32Array;
  expect(data.length).toBe(expected.length);
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - data[index]!)));
  expect(worst).toBeLessThan(tolerance);
}

describe.each([
  ['float32', 11],
  ['float32', 17],
  ['float32', 18],
  ['float16', 17],
  ['float32', 21],
] as const)('%s hidden states, opset %d', (type, opset) => {
  const mean = mask.map((row) => {
    const count = row.reduce((sum, kept) => sum + kept, 0);
    return row.map((kept) => kept / count);
  });
  const first = mask.map((row) => row.map((_, t) => (t === row.indexOf(1) ? 1 : 0)));
  const last = mask.map((row) => row.map((_, t) => (t === row.lastIndexOf(1) ? 1 : 0)));
  const weights = mask.map((_, b) => [mean[b]!, first[b]!, last[b]!]);
  const pooling = new Tensor('float32', Float32Array.from(weights.flat(2)), [batch, 3, sequence]);

  test.each([hidden, 4, 1, 100])('mean, first and last token, cut to %d', async (kept) => {
    const x = numbers(batch * sequence * hidden);
    const outputs = await run(echo(type, ['batch', 'sequence', hidden], opset), 'pool', {
      x: new Tensor('float32', x, [batch, sequence, hidden]),
      nearfield_pooling: pooling,
      nearfield_dimensions: int64(kept),
    });
    const vectors = reference(x, weights, Math.min(kept, hidden)).flat();
    const tolerance = type === 'float16' ? 2e-3 : 1e-6;
    expect(outputs.nearfield_pooled!.dims).toEqual([batch, 3, Math.min(kept, hidden)]);
    expectClose(outputs.nearfield_pooled, vectors.flat(), tolerance);
    if (kept > 1) expectClose(outputs.nearfield_embedding, vectors.flatMap(normalise), tolerance * 2);
  });

  test('vectors per token', async () => {
    const x = numbers(batch * sequence * hidden);
    const outputs = await run(echo(type, ['batch', 'sequence', hidden], opset), 'tokens', {
      x: new Tensor('float32', x, [batch, sequence, hidden]),
      nearfield_dimensions: int64(4),
    });
    const expected = Array.from({ length: batch * sequence }, (_, token) =>
      normalise([...x.subarray(token * hidden, token * hidden + 4)]),
    );
    expect(outputs.nearfield_tokens!.dims).toEqual([batch, sequence, 4]);
    expectClose(outputs.nearfield_tokens, expected.flat(), type === 'float16' ? 4e-3 : 1e-6);
  });

  test('vectors that are pooled already', async () => {
    const x = numbers(batch * hidden);
    const outputs = await run(echo(type, ['batch', hidden], opset), 'pooled', {
      x: new Tensor('float32', x, [batch, hidden]),
      nearfield_dimensions: int64(4),
    });
    const expected = [0, 1, 2].map((b) => [...x.subarray(b * hidden, b * hidden + 4)]);
    expectClose(outputs.nearfield_pooled, expected.flat(), 1e-3);
    expectClose(outputs.nearfield_embedding, expected.flatMap(normalise), type === 'float16' ? 4e-3 : 1e-6);
  });
});

test('a zero vector stays zero', async () => {
  const outputs = await run(echo('float32', ['batch', hidden], 17), 'pooled', {
    x: new Tensor('float32', new Float32Array(hidden), [1, hidden]),
    nearfield_dimensions: int64(hidden),
  });
  expect([...(outputs.nearfield_embedding!.data as Float32Array)]).toEqual(new Array(hidden).fill(0));
});

test('a real graph with float16 output pools to the mean of its hidden states', async () => {
  const model = tinyBert({ form: 'float32', outputType: 'float16' });
  const tail = createTail(readModel(model), { kind: 'pool', output: 'last_hidden_state' });
  const session = await InferenceSession.create(applyAdditions(model, [tail]));
  const outputs = await session.run({
    input_ids: new Tensor('int64', [1n, 2n, 3n, 4n], [1, 4]),
    attention_mask: new Tensor('int64', [1n, 1n, 1n, 0n], [1, 4]),
    nearfield_pooling: new Tensor('float32', Float32Array.of(1 / 3, 1 / 3, 1 / 3, 0), [1, 1, 4]),
    nearfield_dimensions: int64(32),
  });
  const states = outputs.last_hidden_state!.data as ArrayLike<number>;
  // onnxruntime gives float16 data as raw bits or, where the platform has it, as a Float16Array.
  const values = states instanceof Uint16Array ? fromHalf(states) : Float32Array.from(states);
  const expected = Array.from({ length: 32 }, (_, d) => (values[d]! + values[32 + d]! + values[64 + d]!) / 3);
  expectClose(outputs.nearfield_pooled, expected, 1e-5);
  expectClose(outputs.nearfield_embedding, normalise(expected), 1e-6);
});

test('names that exist already get a number', async () => {
  const graph = new GraphBuilder('clash');
  const x = graph.input('x', 'float32', ['batch', hidden]);
  graph.output(graph.op('Abs', [x], { output: 'nearfield_embedding' }), 'float32', ['batch', hidden]);
  graph.output(graph.op('Neg', [x], { output: 'nearfield_tail_Max_0' }), 'float32', ['batch', hidden]);
  const model = encodeModel(graph, { opset: 17 });
  const tail = createTail(readModel(model), { kind: 'pooled', output: 'nearfield_embedding' });
  expect(tail.embeddingOutput).toBe('nearfield_embedding_1');
  const session = await InferenceSession.create(applyAdditions(model, [tail]));
  expect(session.outputNames).toEqual([
    'nearfield_embedding',
    'nearfield_tail_Max_0',
    'nearfield_pooled',
    'nearfield_embedding_1',
  ]);
});

test('refuses outputs it does not fit', () => {
  const model = readModel(echo('float32', ['batch', hidden], 17));
  expect(() => createTail(model, { kind: 'pool', output: 'out' })).toThrow(/2 dimensions/);
  expect(() => createTail(model, { kind: 'pooled', output: 'nope' })).toThrow(/it has out/);
  const old = readModel(echo('float32', ['batch', hidden], 9));
  expect(() => createTail(old, { kind: 'pooled', output: 'out' })).toThrow(/opset 9/);
});
