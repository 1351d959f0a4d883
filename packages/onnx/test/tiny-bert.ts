/**
 * A tiny BERT-like encoder with pseudo-random weights, for tests: in float32, or dynamically quantised in
 * the forms that exist in published files.
 */
import { ELEMENT_TYPES } from '../src/types.ts';
import { encodeModel } from '../src/write/encode.ts';
import { GraphBuilder } from '../src/write/graph-builder.ts';
import { float, int64Tensor, type TensorValue, tensor } from '../src/write/tensor.ts';

/** How linear layers are written. */
export type TinyForm = 'float32' | 'per-tensor' | 'integer-to-float' | 'dynamic-quantize-matmul';

/** Options of {@link tinyBert}. */
export interface TinyOptions {
  readonly form: TinyForm;
  /** Element type of quantised weights. Default `int8`. */
  readonly weightType?: 'int8' | 'uint8';
  /** One weight scale per output column instead of one per tensor. Default `true`. */
  readonly perChannel?: boolean;
  /** Default 17. */
  readonly opset?: number;
  /** Element type of the output. Default `float32`. */
  readonly outputType?: 'float32' | 'float16';
  /** Weights and their scales as Constant nodes instead of initializers. Default `false`. */
  readonly constantNodes?: boolean;
}

/** Sizes of {@link tinyBert}. */
export const TINY = { hidden: 32, heads: 4, inner: 64, vocabulary: 50, layers: 2 } as const;

/** Deterministic numbers in (-1, 1): a linear congruential generator with the constants of Numerical Recipes. */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/**
 * Encodes the model. Inputs `input_ids`, `attention_mask` int64 [batch, sequence]; output
 * `last_hidden_state` [batch, sequence, 32].
 */
export function tinyBert(options: TinyOptions): Uint8Array<ArrayBuffer> {
  const { form, weightType = 'int8', perChannel = true, opset = 17 } = options;
  const { hidden, heads, inner, vocabulary, layers } = TINY;
  const graph = new GraphBuilder('tiny');
  const random = pseudoRandom(7);
  const numbers = (count: number, scale: number): Float32Array =>
    Float32Array.from({ length: count }, () => random() * scale);
  const constant = (name: string, value: TensorValue): string =>
    options.constantNodes
      ? graph.op('Constant', [], { output: name, attributes: { value } })
      : graph.constant(name, value);

  const quantised = new Map<string, string[]>();
  const quantise = (input: string): string[] => {
    const known = quantised.get(input) ?? graph.ops('DynamicQuantizeLinear', [input], 3);
    quantised.set(input, known);
    return known;
  };
  const linear = (input: string, name: string, from: number, to: number): string => {
    const weight = numbers(from * to, 1.5 / Math.sqrt(from));
    const bias = graph.constant(`${name}.bias`, tensor('float32', [to], numbers(to, 0.1)));
    if (form === 'float32') {
      const matrix = constant(`${name}.weight`, tensor('float32', [from, to], weight));
      return graph.op('Add', [graph.op('MatMul', [input, matrix]), bias]);
    }
    const groups = perChannel ? to : 1;
    const largest = new Float32Array(groups);
    weight.forEach((value, index) => {
      largest[index % groups] = Math.max(largest[index % groups]!, Math.abs(value));
    });
    const zero = weightType === 'int8' ? 0 : 128;
    const rounded = Array.from(weight, (value, index) =>
      Math.round((value / largest[index % groups]!) * 127 + zero),
    );
    const dims = perChannel ? [to] : [];
    const values = constant(`${name}.weight_quantized`, tensor(weightType, [from, to], rounded));
    const scale = constant(
      `${name}.weight_scale`,
      tensor(
        'float32',
        dims,
        largest.map((m) => m / 127),
      ),
    );
    const zeroPoint = constant(
      `${name}.weight_zero_point`,
      tensor(weightType, dims, new Array<number>(groups).fill(zero)),
    );
    if (form === 'dynamic-quantize-matmul') {
      return graph.op('DynamicQuantizeMatMul', [input, values, scale, zeroPoint, bias], {
        domain: 'com.microsoft',
      });
    }
    const [q, s, z] = quantise(input) as [string, string, string];
    if (form === 'integer-to-float') {
      return graph.op('MatMulIntegerToFloat', [q, values, s, scale, z, zeroPoint, bias], {
        domain: 'com.microsoft',
      });
    }
    const sums = graph.op('MatMulInteger', [q, values, z, zeroPoint]);
    const floats = graph.op('Cast', [sums], { attributes: { to: ELEMENT_TYPES.float32 } });
    return graph.op('Add', [graph.op('Mul', [floats, graph.op('Mul', [s, scale])]), bias]);
  };
  const normalise = (input: string, name: string): string => {
    // A few large channels, as trained models have them: they are what spoils a scale per tensor.
    const scale = numbers(hidden, 0.2).map((value, index) => 1 + value + (index % 16 === 3 ? 6 : 0));
    return graph.op(
      'LayerNormalization',
      [
        input,
        graph.constant(`${name}.weight`, tensor('float32', [hidden], scale)),
        graph.constant(`${name}.bias`, tensor('float32', [hidden], numbers(hidden, 0.1))),
      ],
      { attributes: { axis: -1, epsilon: float(1e-5) } },
    );
  };

  const inputIds = graph.input('input_ids', 'int64', ['batch', 'sequence']);
  const attentionMask = graph.input('attention_mask', 'int64', ['batch', 'sequence']);
  const words = graph.constant(
    'words',
    tensor('float32', [vocabulary, hidden], numbers(vocabulary * hidden, 1)),
  );
  const axes = graph.constant('mask_axes', int64Tensor([1, 2]));
  const mask = graph.op('Cast', [graph.op('Unsqueeze', [attentionMask, axes])], { attributes: { to: 1 } });
  const one = graph.constant('one', tensor('float32', [], [1]));
  const masked = graph.constant('masked', tensor('float32', [], [-10000]));
  const additive = graph.op('Mul', [graph.op('Sub', [one, mask]), masked]);
  const split = graph.constant('split', int64Tensor([0, 0, heads, hidden / heads]));
  const join = graph.constant('join', int64Tensor([0, 0, hidden]));
  const headScale = graph.constant('head_scale', tensor('float32', [], [Math.sqrt(hidden / heads)]));
  let state = normalise(graph.op('Gather', [words, inputIds]), 'norm');
  for (let layer = 0; layer < layers; layer++) {
    const projected = (part: string, perm: readonly number[]): string =>
      graph.op(
        'Transpose',
        [graph.op('Reshape', [linear(state, `${layer}.${part}`, hidden, hidden), split])],
        {
          attributes: { perm },
        },
      );
    const query = projected('query', [0, 2, 1, 3]);
    const key = projected('key', [0, 2, 3, 1]);
    const value = projected('value', [0, 2, 1, 3]);
    const scores = graph.op('Div', [graph.op('MatMul', [query, key]), headScale]);
    const weights = graph.op('Softmax', [graph.op('Add', [scores, additive])], { attributes: { axis: 3 } });
    const context = graph.op('Transpose', [graph.op('MatMul', [weights, value])], {
      attributes: { perm: [0, 2, 1, 3] },
    });
    const attended = linear(graph.op('Reshape', [context, join]), `${layer}.output`, hidden, hidden);
    state = normalise(graph.op('Add', [state, attended]), `${layer}.norm1`);
    const widened = graph.op('Relu', [linear(state, `${layer}.up`, hidden, inner)]);
    const narrowed = linear(widened, `${layer}.down`, inner, hidden);
    state = normalise(graph.op('Add', [state, narrowed]), `${layer}.norm2`);
  }
  const type = options.outputType ?? 'float32';
  graph.op('Cast', [state], { output: 'last_hidden_state', attributes: { to: ELEMENT_TYPES[type] } });
  graph.output('last_hidden_state', type, ['batch', 'sequence', hidden]);
  return encodeModel(graph, { opset, producer: 'tiny' });
}
