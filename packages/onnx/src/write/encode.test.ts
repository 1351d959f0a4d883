import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { encodeModel, writeModel } from './encode.ts';
import { GraphBuilder } from './graph-builder.ts';
import { float, int64Tensor, tensor } from './tensor.ts';

function example(): GraphBuilder {
  const graph = new GraphBuilder('example');
  const x = graph.input('x', 'float32', ['batch', 3]);
  const scale = graph.constant('scale', tensor('float32', [3], [1, 2, 3]));
  const sizes = graph.constant('sizes', int64Tensor([2, 1]));
  const scaled = graph.op('Mul', [x, scale]);
  const [first, rest] = graph.ops('Split', [scaled, sizes], 2, { attributes: { axis: 1 } });
  const attributes = { alpha: float(0.5) };
  graph.output(graph.op('LeakyRelu', [first!], { output: 'leaky', attributes }), 'float32', ['batch', 2]);
  graph.output(graph.op('Identity', [rest!], { output: 'rest' }), 'float32', ['batch', 1]);
  return graph;
}

test('a written model runs', async () => {
  const session = await InferenceSession.create(encodeModel(example(), { opset: 17 }));
  const outputs = await session.run({ x: new Tensor('float32', Float32Array.of(-2, 4, 6), [1, 3]) });
  expect([...(outputs.leaky!.data as Float32Array)]).toEqual([-1, 8]);
  expect([...(outputs.rest!.data as Float32Array)]).toEqual([18]);
});

test('the same calls give the same bytes', () => {
  expect(encodeModel(example(), { opset: 17 })).toEqual(encodeModel(example(), { opset: 17 }));
});

test('weights are not copied before the chunks are joined', () => {
  const weight = new Float32Array(5000);
  const graph = new GraphBuilder('large');
  graph.constant('weight', tensor('float32', [5000], weight));
  const chunk = writeModel(graph, { opset: 17 })
    .chunks()
    .find(({ buffer }) => buffer === weight.buffer);
  expect(chunk?.length).toBe(20_000);
});

test('every element type loads and comes out again', async () => {
  const graph = new GraphBuilder('types');
  const values = [
    tensor('float32', [2], [1.5, -2]),
    tensor('float64', [2], [1.5, -2]),
    tensor('float16', [2], Uint16Array.of(0x3c00, 0xc000)),
    tensor('int8', [2], [-1, 2]),
    tensor('uint8', [2], [255, 2]),
    tensor('int16', [2], [-1, 2]),
    tensor('uint16', [2], [65535, 2]),
    tensor('int32', [2], [-1, 2]),
    tensor('uint32', [2], [1, 2]),
    int64Tensor([-1, 2]),
    tensor('uint64', [2], [1, 2]),
    tensor('bool', [2], [1, 0]),
  ];
  for (const value of values) {
    const name = graph.constant(`constant_${value.type}`, value);
    graph.output(graph.op('Identity', [name], { output: value.type }), value.type, value.dims);
  }
  const session = await InferenceSession.create(encodeModel(graph, { opset: 17 }));
  const outputs = await session.run({});
  expect(Array.from(outputs.int8!.data as Int8Array)).toEqual([-1, 2]);
  expect(Array.from(outputs.int64!.data as BigInt64Array)).toEqual([-1n, 2n]);
  expect(Array.from(outputs.float64!.data as Float64Array)).toEqual([1.5, -2]);
  expect(Object.keys(outputs)).toHaveLength(values.length);
});

test('block-quantised 4-bit gather, as small decoders use it', async () => {
  const graph = new GraphBuilder('gather');
  const ids = graph.input('ids', 'int64', [1]);
  // 2 rows of 32 values: every value of row 0 is 9, of row 1 is 6; the zero point is 8.
  const packed = Uint8Array.from({ length: 32 }, (_, index) => (index < 16 ? 0x99 : 0x66));
  const inputs = [
    graph.constant('table', tensor('uint4', [2, 32], packed)),
    ids,
    graph.constant('scales', tensor('float32', [2, 1], [0.5, 2])),
    graph.constant('zeros', tensor('uint4', [2, 1], Uint8Array.of(0x88))),
  ];
  const rows = graph.op('GatherBlockQuantized', inputs, {
    domain: 'com.microsoft',
    attributes: { block_size: 32, gather_axis: 0, quantize_axis: 1 },
  });
  graph.output(rows, 'float32', [1, 32]);
  const session = await InferenceSession.create(encodeModel(graph, { opset: 21, irVersion: 10 }));
  const outputs = await session.run({ ids: new Tensor('int64', [1n], [1]) });
  expect(new Set(outputs[rows]!.data as Float32Array)).toEqual(new Set([-4]));
});

test('mistakes are refused', () => {
  const graph = new GraphBuilder('mistakes');
  graph.input('x', 'float32', [1]);
  expect(() => graph.input('x', 'float32', [1])).toThrow(/already has a value named x/);
  expect(() => graph.op('Abs', ['x'], { output: 'x' })).toThrow(/already/);
  expect(() => graph.ops('Split', ['x'], 2, { output: ['a'] })).toThrow(/instead of 2/);
  expect(() => tensor('float32', [3], [1, 2])).toThrow(/needs 12 bytes/);
  expect(() => tensor('float16', [1], [1])).toThrow(RangeError);
  graph.op('LeakyRelu', ['x'], { attributes: { alpha: 0.5 } });
  expect(() => encodeModel(graph, { opset: 17 })).toThrow(/float\(\)/);
  const other = new GraphBuilder('other');
  other.op('Foo', [], { domain: 'example.org' });
  expect(() => encodeModel(other, { opset: 17 })).toThrow(/example.org/);
});
