import { expect, test } from 'vitest';
import { tinyBert } from '../../test/tiny-bert.ts';
import { ProtobufError, ProtobufWriter } from '../protobuf.ts';
import { encodeAddition, encodeModel } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import { externalTensor, float, tensor } from '../write/tensor.ts';
import { readAttributes, readModel, subgraphOperators, valueNames } from './model.ts';

function example(): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('example');
  const x = graph.input('x', 'float16', ['batch', 4]);
  const weight = graph.constant('weight', tensor('int8', [2, 3], [1, 2, 3, 4, 5, 6]));
  graph.constant(
    'far',
    externalTensor('float32', [8], { location: 'x.onnx_data', offset: 4096, length: 32 }),
  );
  const y = graph.op('Thing', [x, '', weight], {
    output: 'y',
    name: 'thing',
    domain: 'com.microsoft',
    attributes: {
      axis: -1,
      perm: [0, 2, 1],
      empty: [],
      epsilon: float(0.5),
      factors: float([1, 2]),
      mode: 'linear',
      value: tensor('int64', [1], [7]),
    },
  });
  graph.output(y, 'float32', ['batch', 4]);
  return encodeModel(graph, { opset: 17, irVersion: 9, producer: 'someone' });
}

test('says what the writer was told', () => {
  const bytes = example();
  const model = readModel(bytes);
  expect(model.irVersion).toBe(9);
  expect(model.producer).toBe('someone');
  expect(model.opsets).toEqual(
    new Map([
      ['', 17],
      ['com.microsoft', 1],
    ]),
  );
  expect(model.inputs).toEqual([{ name: 'x', type: 'float16', dims: ['batch', 4] }]);
  expect(model.outputs).toEqual([{ name: 'y', type: 'float32', dims: ['batch', 4] }]);
  const [node] = model.nodes;
  expect(node).toMatchObject({ name: 'thing', opType: 'Thing', domain: 'com.microsoft' });
  expect(node!.inputs).toEqual(['x', '', 'weight']);
  expect(bytes[node!.tag]).toBe(0x0a);
  const weight = model.initializers.get('weight')!;
  expect(weight).toMatchObject({ type: 'int8', dims: [2, 3], external: undefined });
  expect([...bytes.subarray(weight.data!.start, weight.data!.end)]).toEqual([1, 2, 3, 4, 5, 6]);
  const far = model.initializers.get('far')!;
  expect(far).toMatchObject({
    data: undefined,
    external: { location: 'x.onnx_data', offset: 4096, length: 32 },
  });
  expect(model.usesExternalData).toBe(true);
  expect(valueNames(model)).toEqual(new Set(['weight', 'far', 'x', 'y']));
});

test('reads attributes of every kind', () => {
  const bytes = example();
  const attributes = readAttributes(bytes, readModel(bytes).nodes[0]!);
  expect(attributes.get('axis')).toEqual({ kind: 'int', value: -1n });
  expect(attributes.get('perm')).toEqual({ kind: 'ints', value: [0n, 2n, 1n] });
  expect(attributes.get('empty')).toEqual({ kind: 'ints', value: [] });
  expect(attributes.get('epsilon')).toEqual({ kind: 'float', value: 0.5 });
  expect(attributes.get('factors')).toEqual({ kind: 'floats', value: [1, 2] });
  expect(attributes.get('mode')).toEqual({ kind: 'string', value: 'linear' });
  expect(attributes.get('value')).toMatchObject({ kind: 'tensor', value: { type: 'int64', dims: [1] } });
});

test('merges appended messages', () => {
  const addition = new GraphBuilder('addition');
  addition.op('Abs', ['y'], { output: 'z' });
  addition.output('z', 'float32', ['batch', 4]);
  const bytes = example();
  const appended = encodeAddition(addition, { 'example.org': 2 });
  const model = readModel(Uint8Array.of(...bytes, ...appended));
  expect(model.nodes.map(({ opType }) => opType)).toEqual(['Thing', 'Abs']);
  expect(model.outputs.map(({ name }) => name)).toEqual(['y', 'z']);
  expect(model.opsets.get('example.org')).toBe(2);
});

test('inputs that only describe initializers are no inputs', () => {
  const graph = new GraphBuilder('old');
  graph.input('x', 'float32', [1]);
  const weight = graph.constant('weight', tensor('float32', [1], [1]));
  graph.inputs.push({ name: weight, type: 'float32', dims: [1] });
  expect(readModel(encodeModel(graph, { opset: 8 })).inputs.map(({ name }) => name)).toEqual(['x']);
});

test('finds the operators of nested subgraphs', () => {
  const attribute = (name: string, graph: ProtobufWriter): ProtobufWriter =>
    new ProtobufWriter().string(1, name).message(6, graph).int(20, 5);
  const node = (opType: string): ProtobufWriter => new ProtobufWriter().string(4, opType);
  const inner = new ProtobufWriter().message(1, node('Abs'));
  const middle = new ProtobufWriter()
    .message(1, node('Neg'))
    .message(1, node('Loop').message(5, attribute('body', inner)));
  const outer = new ProtobufWriter().message(1, node('If').message(5, attribute('then_branch', middle)));
  const bytes = new ProtobufWriter().message(7, outer).finish();
  expect(subgraphOperators(bytes, readModel(bytes).nodes[0]!)).toEqual(new Set(['Neg', 'Loop', 'Abs']));
});

test('refuses what is no model', () => {
  expect(() => readModel(new Uint8Array())).toThrow(/no graph/);
  expect(() => readModel(new TextEncoder().encode('<!doctype html><html></html>'))).toThrow(ProtobufError);
  const bytes = tinyBert({ form: 'float32' });
  expect(() => readModel(bytes.subarray(0, bytes.length - 100))).toThrow(ProtobufError);
});
