import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { pseudoRandom, tinyBert } from '../../test/tiny-bert.ts';
import { readModel } from '../read/model.ts';
import { encodeModel } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import { float, int64Tensor, tensor } from '../write/tensor.ts';
import { applyAdditions } from './addition.ts';
import { rewritePerToken } from './per-token.ts';
import { rewriteSlowKernels } from './slow-kernels.ts';

const rows = 6;
const columns = 32;
const random = pseudoRandom(3);
const numbers = (count: number, scale = 1): Float32Array =>
  Float32Array.from({ length: count }, () => random() * scale);
const input = numbers(rows * columns, 4);
const scalar = (graph: GraphBuilder, name: string, value: number): string =>
  graph.constant(name, tensor('float32', [], [value]));

/** A graph from `x` [1, rows, columns] to `y`. */
function graphOf(write: (graph: GraphBuilder, x: string) => void, opset = 17): Uint8Array<ArrayBuffer> {
  const graph = new GraphBuilder('test');
  write(graph, graph.input('x', 'float32', [1, rows, columns]));
  graph.output('y', 'float32', ['one', 'rows', 'columns']);
  return encodeModel(graph, { opset, ...(opset > 17 && { irVersion: 9 }) });
}

async function run(bytes: Uint8Array): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, {
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
  });
  const { y } = await session.run({ x: new Tensor('float32', input, [1, rows, columns]) });
  return y!.data as Float32Array;
}

function rewritten(bytes: Uint8Array) {
  const change = rewriteSlowKernels(bytes, readModel(bytes));
  if (!change) throw new Error('nothing was re-written');
  return { ...change, bytes: applyAdditions(bytes.slice(), [change]) };
}

const operators = (bytes: Uint8Array): string[] => readModel(bytes).nodes.map(({ opType }) => opType);

function largestDifference(left: Float32Array, right: Float32Array): number {
  expect(left.length).toBe(right.length);
  return Math.max(...left.map((value, index) => Math.abs(value - right[index]!)));
}

/** Rounds to 8 bits per tensor, multiplies, scales: what a quantised layer does with its activations. */
function quantisedLayer(graph: GraphBuilder, activations: string): string {
  const [q, s, z] = graph.ops('DynamicQuantizeLinear', [activations], 3) as [string, string, string];
  const weight = tensor('int8', [columns, columns], Array.from(numbers(columns * columns, 127), Math.round));
  const sums = graph.op('MatMulInteger', [q, graph.constant('weight', weight), z]);
  const floats = graph.op('Cast', [sums], { attributes: { to: 1 } });
  const scale = graph.op('Mul', [s, graph.constant('scale', tensor('float32', [columns], numbers(columns)))]);
  return graph.op('Mul', [floats, scale], { output: 'y' });
}

describe('normalisations', () => {
  const node =
    (attributes: Record<string, number | ReturnType<typeof float>>, hasBias = true) =>
    (graph: GraphBuilder, x: string) => {
      const scale = graph.constant('scale', tensor('float32', [columns], numbers(columns)));
      const bias = graph.constant('bias', tensor('float32', [columns], numbers(columns)));
      graph.op('LayerNormalization', hasBias ? [x, scale, bias] : [x, scale], { output: 'y', attributes });
    };

  test.each([
    ['opset 17', node({ axis: -1, epsilon: float(1e-12) }), 17],
    ['opset 18', node({ axis: -1, epsilon: float(1e-5) }), 18],
    ['defaults', node({}), 17],
    ['no bias', node({ axis: -1 }, false), 17],
  ] as const)('a node with %s is taken apart, with the same result', async (_, write, opset) => {
    const bytes = graphOf(write, opset);
    const change = rewritten(bytes);
    expect(change.normalisations).toBe(1);
    expect(largestDifference(await run(change.bytes), await run(bytes))).toBeLessThan(2e-6);
  });

  test('the chain of an exporter keeps its meaning and is not fused any more', async () => {
    const bytes = graphOf((graph, x) => {
      const axes = { attributes: { axes: [-1] } };
      const distance = graph.op('Sub', [x, graph.op('ReduceMean', [x], axes)]);
      const square = graph.op('Pow', [distance, scalar(graph, 'two', 2)]);
      const variance = graph.op('ReduceMean', [square], axes);
      const deviation = graph.op('Sqrt', [graph.op('Add', [variance, scalar(graph, 'epsilon', 1e-5)])]);
      const scale = graph.constant('scale', tensor('float32', [columns], numbers(columns)));
      const bias = graph.constant('bias', tensor('float32', [columns], numbers(columns)));
      const scaled = graph.op('Mul', [graph.op('Div', [distance, deviation]), scale]);
      graph.op('Add', [scaled, bias], { output: 'y' });
    });
    const change = rewritten(bytes);
    expect(change.normalisations).toBe(1);
    expect(operators(change.bytes)).not.toContain('Pow');
    expect(largestDifference(await run(change.bytes), await run(bytes))).toBeLessThan(2e-6);
  });

  test('what is not a normalisation of float32 over the last axis stays', () => {
    const half = (graph: GraphBuilder, x: string): void => {
      const scale = graph.constant('scale', tensor('float16', [columns], new Uint16Array(columns)));
      const halves = graph.op('Cast', [x], { attributes: { to: 10 } });
      const y = graph.op('LayerNormalization', [halves, scale], { attributes: { axis: -1 } });
      graph.op('Cast', [y], { output: 'y', attributes: { to: 1 } });
    };
    const withMean = (graph: GraphBuilder, x: string): void => {
      const scale = graph.constant('scale', tensor('float32', [columns], numbers(columns)));
      graph.ops('LayerNormalization', [x, scale], 2, { output: ['y', 'mean'], attributes: { axis: -1 } });
    };
    const cube = (graph: GraphBuilder, x: string): void => {
      graph.op('ReduceMean', [graph.op('Pow', [x, scalar(graph, 'three', 3)])], { output: 'y' });
    };
    const plainSquare = (graph: GraphBuilder, x: string): void => {
      graph.op('Pow', [x, scalar(graph, 'two', 2)], { output: 'y' });
    };
    for (const write of [node({ axis: 1 }), half, withMean, cube, plainSquare]) {
      const bytes = graphOf(write);
      expect(rewriteSlowKernels(bytes, readModel(bytes))).toBeUndefined();
    }
  });
});

describe('GELU', () => {
  const error = (graph: GraphBuilder, x: string): string => {
    const erf = graph.op('Erf', [graph.op('Div', [x, scalar(graph, 'root', Math.SQRT2)])]);
    return graph.op('Add', [erf, scalar(graph, 'one', 1)]);
  };
  const forms: Record<string, { opset?: number; write(graph: GraphBuilder, x: string): string }> = {
    '(x · (1 + erf)) · ½': {
      write: (graph, x) =>
        graph.op('Mul', [graph.op('Mul', [x, error(graph, x)]), scalar(graph, 'half', 0.5)]),
    },
    '(½ · x) · (1 + erf)': {
      write: (graph, x) =>
        graph.op('Mul', [graph.op('Mul', [scalar(graph, 'half', 0.5), x]), error(graph, x)]),
    },
    'x · (½ · (1 + erf))': {
      write: (graph, x) =>
        graph.op('Mul', [x, graph.op('Mul', [scalar(graph, 'half', 0.5), error(graph, x)])]),
    },
    'erf(x · √½)': {
      write: (graph, x) => {
        const erf = graph.op('Erf', [graph.op('Mul', [x, scalar(graph, 'root', Math.SQRT1_2)])]);
        const sum = graph.op('Add', [erf, scalar(graph, 'one', 1)]);
        return graph.op('Mul', [graph.op('Mul', [x, sum]), scalar(graph, 'half', 0.5)]);
      },
    },
    'a contributed node': { write: (graph, x) => graph.op('Gelu', [x], { domain: 'com.microsoft' }) },
    'a contributed node with a bias': {
      write: (graph, x) =>
        graph.op('BiasGelu', [x, graph.constant('bias', tensor('float32', [columns], numbers(columns)))], {
          domain: 'com.microsoft',
        }),
    },
    'a standard node': { opset: 20, write: (graph, x) => graph.op('Gelu', [x]) },
  };

  test.each(Object.keys(forms))('%s is computed by tanh before a rounding to 8 bits', async (name) => {
    const { opset, write } = forms[name]!;
    const bytes = graphOf((graph, x) => quantisedLayer(graph, write(graph, x)), opset);
    const change = rewritten(bytes);
    expect(change.gelus).toBe(1);
    expect(operators(change.bytes)).toContain('FastGelu');
    expect(operators(change.bytes)).not.toContain('Erf');
    const exact = await run(bytes);
    const largest = Math.max(...exact.map(Math.abs));
    expect(largestDifference(await run(change.bytes), exact) / largest).toBeLessThan(0.02);
  });

  test.each(Object.keys(forms))('%s stays exact where its result is used as it is', (name) => {
    const { opset, write } = forms[name]!;
    const bytes = graphOf((graph, x) => void graph.op('Identity', [write(graph, x)], { output: 'y' }), opset);
    expect(rewriteSlowKernels(bytes, readModel(bytes))).toBeUndefined();
  });

  test('a gate between it and the rounding is looked through; a second reader is not', () => {
    const gated = graphOf((graph, x) => {
      const half = graph.op('Mul', [graph.op('Mul', [x, error(graph, x)]), scalar(graph, 'half', 0.5)]);
      quantisedLayer(graph, graph.op('Mul', [half, x]));
    });
    expect(rewritten(gated).gelus).toBe(1);
    const shared = graphOf((graph, x) => {
      const gelu = graph.op('Gelu', [x], { domain: 'com.microsoft' });
      const [q, s, z] = graph.ops('DynamicQuantizeLinear', [gelu], 3) as [string, string, string];
      graph.op('Add', [graph.op('DequantizeLinear', [q, s, z]), gelu], { output: 'y' });
    });
    expect(rewriteSlowKernels(shared, readModel(shared))).toBeUndefined();
  });

  test('numbers that only look like it stay', () => {
    const bytes = graphOf((graph, x) => {
      const erf = graph.op('Erf', [graph.op('Div', [x, scalar(graph, 'root', 1.5)])]);
      const sum = graph.op('Add', [erf, scalar(graph, 'one', 1)]);
      quantisedLayer(graph, graph.op('Mul', [graph.op('Mul', [x, sum]), scalar(graph, 'half', 0.5)]));
    });
    expect(rewriteSlowKernels(bytes, readModel(bytes))).toBeUndefined();
  });
});

describe('quantised products', () => {
  test('fused pairs give the same numbers', async () => {
    const bytes = graphOf((graph, x) => {
      const scale = scalar(graph, 'step', 0.03);
      const positive = graph.op('Abs', [x]);
      const values = graph.op('Cast', [graph.op('Round', [graph.op('Div', [positive, scale])])], {
        attributes: { to: 2 },
      });
      const weight = tensor(
        'int8',
        [columns, columns],
        Array.from(numbers(columns * columns, 127), Math.round),
      );
      const sums = graph.op('MatMulInteger', [values, graph.constant('weight', weight)]);
      const floats = graph.op('Cast', [sums], { attributes: { to: 1 } });
      const scales = graph.constant('scale', tensor('float32', [columns], numbers(columns)));
      graph.op('Mul', [graph.op('Mul', [scales, floats]), scale], { output: 'y' });
    });
    const change = rewritten(bytes);
    expect(change.fusions).toBe(2);
    expect(operators(change.bytes)).toEqual(
      expect.arrayContaining(['QuantizeLinear', 'MatMulIntegerToFloat']),
    );
    expect(await run(change.bytes)).toEqual(await run(bytes));
  });

  test('a scale that is no constant, and another type, stay', () => {
    const dynamic = graphOf((graph, x) => {
      quantisedLayer(graph, x);
    });
    const signed = graphOf((graph, x) => {
      const values = graph.op('Cast', [graph.op('Round', [x])], { attributes: { to: 3 } });
      graph.op('Cast', [values], { output: 'y', attributes: { to: 1 } });
    });
    for (const bytes of [dynamic, signed]) {
      expect(rewriteSlowKernels(bytes, readModel(bytes))).toBeUndefined();
    }
  });
});

describe('a whole encoder', () => {
  const ids = BigInt64Array.from([4, 17, 9, 33, 2, 45, 8, 21].map(BigInt));
  const states = async (bytes: Uint8Array): Promise<Float32Array> => {
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
    const outputs = await session.run({
      input_ids: new Tensor('int64', ids, [1, ids.length]),
      attention_mask: new Tensor(
        'int64',
        ids.map(() => 1n),
        [1, ids.length],
      ),
    });
    return outputs.last_hidden_state!.data as Float32Array;
  };

  test.each([17, 18, 21])('in float32, opset %i', async (opset) => {
    const bytes = tinyBert({ form: 'float32', opset });
    const change = rewritten(bytes);
    expect(change).toMatchObject({ normalisations: 5, gelus: 0, fusions: 0 });
    expect(largestDifference(await states(change.bytes), await states(bytes))).toBeLessThan(2e-5);
  });

  test('in int8, after its activations were re-written per token', async () => {
    const bytes = tinyBert({ form: 'per-tensor' });
    const perToken = rewritePerToken(bytes, readModel(bytes));
    if (perToken.status !== 'rewritten') throw new Error(perToken.status);
    const before = applyAdditions(bytes, [perToken]);
    const change = rewritten(before);
    // Eight quantisations, twelve products and the column sums of their weights.
    expect(change).toMatchObject({ normalisations: 5, gelus: 0, fusions: 32 });
    const [left, right] = [await states(change.bytes), await states(before)];
    // A number that lies between two steps may be rounded to the other one.
    expect(largestDifference(left, right)).toBeLessThan(0.1);
  });

  test('constants outside the main graph and shape hints do not disturb', () => {
    const graph = new GraphBuilder('empty');
    const x = graph.input('x', 'float32', [2, 3]);
    const shape = graph.constant('shape', int64Tensor([3, 2]));
    graph.op('Reshape', [x, shape], { output: 'y' });
    graph.output('y', 'float32', [3, 2]);
    const bytes = encodeModel(graph, { opset: 17 });
    expect(rewriteSlowKernels(bytes, readModel(bytes))).toBeUndefined();
  });
});
