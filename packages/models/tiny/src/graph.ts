/** Writes the tiny transformer as ONNX nodes, in the forms that published files have. */
import { ELEMENT_TYPES, float, GraphBuilder, int64Tensor, tensor } from '@nearfield/onnx';
import {
  EPSILON,
  type Layer,
  type Linear,
  MASKED,
  type Normalisation,
  type Transformer,
} from './transformer.ts';
import { BLOCK, type Matrix } from './weights.ts';

/** Inputs of the token part that a graph has, beside `input_ids`. */
export interface TokenInputs {
  attentionMask?: boolean;
  tokenTypeIds?: boolean;
  positionIds?: boolean;
  taskId?: boolean;
}

/** A graph that has its tokens' vectors, to be given outputs. */
export class TransformerGraph {
  readonly graph: GraphBuilder;
  readonly #model: Transformer;
  readonly #shared = new Map<string, string>();
  readonly #quantised = new Map<string, string[]>();
  readonly inputIds: string;
  readonly attentionMask: string | undefined;
  /** float32 [batch, sequence, hidden] */
  readonly states: string;

  constructor(model: Transformer, inputs: TokenInputs, graph = new GraphBuilder('tiny')) {
    this.graph = graph;
    this.#model = model;
    const dims = ['batch', 'sequence'];
    this.inputIds = graph.input('input_ids', 'int64', dims);
    this.attentionMask = inputs.attentionMask ? graph.input('attention_mask', 'int64', dims) : undefined;
    const types = inputs.tokenTypeIds ? graph.input('token_type_ids', 'int64', dims) : undefined;
    const positions = inputs.positionIds ? graph.input('position_ids', 'int64', dims) : undefined;
    const task = inputs.taskId ? graph.input('task_id', 'int64', []) : undefined;
    const mask = this.#mask();
    let states = this.#embed(types, positions);
    for (const layer of model.layers) states = this.#layer(layer, states, mask, task);
    this.states = states;
  }

  /** A number of this model as a graph value. */
  scalar(name: string, value: number): string {
    return this.#once(name, () => tensor('float32', [], [value]));
  }

  integers(name: string, values: readonly number[]): string {
    return this.#once(name, () => int64Tensor(values));
  }

  #once(name: string, make: () => ReturnType<typeof tensor>): string {
    const known = this.#shared.get(name) ?? this.graph.constant(name, make());
    this.#shared.set(name, known);
    return known;
  }

  #embed(types: string | undefined, positions: string | undefined): string {
    const { graph } = this;
    const { shape, words, segments } = this.#model;
    const { hidden } = shape;
    let sum = this.#lookUp(words);
    if (shape.positions > 0) {
      const table = graph.constant(
        'positions',
        tensor('float32', [shape.positions, hidden], this.#model.positions),
      );
      sum = graph.op('Add', [
        sum,
        positions
          ? graph.op('Gather', [table, positions])
          : graph.op('Slice', [table, this.integers('zero', [0]), this.#sequence()]),
      ]);
    }
    if (types) {
      const table = graph.constant('segments', tensor('float32', [shape.segments, hidden], segments));
      sum = graph.op('Add', [sum, graph.op('Gather', [table, types])]);
    }
    return this.#normalise(sum, this.#model.embedding);
  }

  /** int64 [1]: the padded length. */
  #sequence(): string {
    return this.graph.op('Slice', [
      this.graph.op('Shape', [this.inputIds]),
      this.integers('one', [1]),
      this.integers('two', [2]),
    ]);
  }

  #lookUp({ name, rows, columns, values, quantised }: Matrix): string {
    const { graph } = this;
    if (!quantised) {
      return graph.op('Gather', [
        graph.constant(name, tensor('float32', [rows, columns], values)),
        this.inputIds,
      ]);
    }
    return graph.op(
      'GatherBlockQuantized',
      [
        graph.constant(`${name}_Q4`, tensor('uint8', [rows, columns / 2], pairs(quantised.integers))),
        this.inputIds,
        graph.constant(`${name}_scales`, tensor('float32', [rows, columns / BLOCK], quantised.scales)),
        graph.constant(
          `${name}_zero_points`,
          tensor(
            'uint8',
            [rows, columns / BLOCK / 2],
            new Uint8Array((rows * columns) / BLOCK / 2).fill(0x88),
          ),
        ),
      ],
      {
        domain: 'com.microsoft',
        attributes: { gather_axis: 0, quantize_axis: 1, block_size: BLOCK, bits: 4 },
      },
    );
  }

  /** Addend of the scores: [batch, 1, 1, sequence] for padding, [sequence, sequence] for order, or both. */
  #mask(): string | undefined {
    const { graph } = this;
    let mask: string | undefined;
    if (this.attentionMask) {
      const wide = graph.op('Unsqueeze', [this.attentionMask, this.integers('mask_axes', [1, 2])]);
      const seen = graph.op('Cast', [wide], { attributes: { to: ELEMENT_TYPES.float32 } });
      mask = graph.op('Mul', [
        graph.op('Sub', [this.scalar('one_float', 1), seen]),
        this.scalar('masked', MASKED),
      ]);
    }
    if (this.#model.shape.causal) {
      const length = graph.op('Squeeze', [this.#sequence(), this.integers('zero', [0])]);
      const zero = this.#once('zero_scalar', () => tensor('int64', [], [0]));
      const one = this.#once('one_scalar', () => tensor('int64', [], [1]));
      const order = graph.op('Range', [zero, length, one]);
      const later = graph.op('Less', [graph.op('Unsqueeze', [order, this.integers('one', [1])]), order]);
      const causal = graph.op('Mul', [
        graph.op('Cast', [later], { attributes: { to: ELEMENT_TYPES.float32 } }),
        this.scalar('masked', MASKED),
      ]);
      mask = mask ? graph.op('Add', [mask, causal]) : causal;
    }
    return mask;
  }

  #layer(layer: Layer, states: string, mask: string | undefined, task: string | undefined): string {
    const { graph } = this;
    const { hidden, heads, adapters } = this.#model.shape;
    const split = this.integers('split', [0, 0, heads, hidden / heads]);
    const heads4 = (value: string, perm: readonly number[]): string =>
      graph.op('Transpose', [graph.op('Reshape', [value, split])], { attributes: { perm } });
    let queries =
      task && this.#model.shape.rank > 0
        ? this.#adaptedQueries(layer, states, task)
        : this.linear(states, layer.query);
    if (task) {
      const table = graph.constant(
        `${layer.query.weight.name}.adapters`,
        tensor('float32', [adapters, hidden], layer.adapters),
      );
      queries = graph.op('Add', [queries, graph.op('Gather', [table, task])]);
    }
    const query = heads4(queries, [0, 2, 1, 3]);
    const key = heads4(this.linear(states, layer.key), [0, 2, 3, 1]);
    const value = heads4(this.linear(states, layer.value), [0, 2, 1, 3]);
    let scores = graph.op('Div', [
      graph.op('MatMul', [query, key]),
      this.scalar('head_scale', Math.sqrt(hidden / heads)),
    ]);
    if (mask) scores = graph.op('Add', [scores, mask]);
    const weights = graph.op('Softmax', [scores], { attributes: { axis: 3 } });
    const context = graph.op('Transpose', [graph.op('MatMul', [weights, value])], {
      attributes: { perm: [0, 2, 1, 3] },
    });
    const joined = graph.op('Reshape', [context, this.integers('join', [0, 0, hidden])]);
    const attended = this.#normalise(
      graph.op('Add', [states, this.linear(joined, layer.output)]),
      layer.afterAttention,
    );
    const widened = graph.op('Relu', [this.linear(attended, layer.up)]);
    return this.#normalise(graph.op('Add', [attended, this.linear(widened, layer.down)]), layer.afterInner);
  }

  /** Queries by weights that the task changes, as layers with adapters of low rank are exported. */
  #adaptedQueries({ query, lowRank }: Layer, states: string, task: string): string {
    const { graph } = this;
    const { hidden, adapters, rank } = this.#model.shape;
    const { name, values } = query.weight;
    const chosen = (which: 0 | 1, dims: number[]): string => {
      const stack = graph.constant(`${name}.lora_${'AB'[which]}`, tensor('float32', dims, lowRank[which]));
      return graph.op('Gather', [stack, task]);
    };
    const [first, second] = [chosen(0, [adapters, rank, hidden]), chosen(1, [adapters, hidden, rank])];
    const change = graph.op('Reshape', [
      graph.op('MatMul', [second, first]),
      this.integers('square', [hidden, hidden]),
    ]);
    const turned = values.map((_, at) => values[(at % hidden) * hidden + Math.floor(at / hidden)]!);
    const weight = graph.constant(`${name}.weight`, tensor('float32', [hidden, hidden], turned));
    const sum = graph.op('Add', [weight, graph.op('Mul', [change, this.scalar('adapter_scale', 1)])]);
    const product = graph.op('MatMul', [
      states,
      graph.op('Transpose', [sum], { attributes: { perm: [1, 0] } }),
    ]);
    return graph.op('Add', [
      product,
      graph.constant(`${name}.bias`, tensor('float32', [hidden], query.bias)),
    ]);
  }

  /** `input · weight + bias`. */
  linear(input: string, { weight, bias }: Linear): string {
    return this.graph.op('Add', [
      this.multiply(input, weight),
      this.graph.constant(`${weight.name}.bias`, tensor('float32', [weight.columns], bias)),
    ]);
  }

  /** `input · matrix`, in the form that the matrix is stored in. */
  multiply(input: string, { name, rows, columns, values, quantised }: Matrix): string {
    const { graph } = this;
    if (!quantised) {
      return graph.op('MatMul', [
        input,
        graph.constant(`${name}.weight`, tensor('float32', [rows, columns], values)),
      ]);
    }
    const { integers, scales } = quantised;
    if (integers instanceof Uint8Array) {
      // [columns, blocks, block ÷ 2]: each column's numbers one after the other, two to a byte.
      const byColumn = Uint8Array.from(
        { length: rows * columns },
        (_, index) => integers[(index % rows) * columns + Math.floor(index / rows)]!,
      );
      return graph.op(
        'MatMulNBits',
        [
          input,
          graph.constant(
            `${name}.weight_Q4`,
            tensor('uint8', [columns, rows / BLOCK, BLOCK / 2], pairs(byColumn)),
          ),
          graph.constant(`${name}.weight_scales`, tensor('float32', [(rows / BLOCK) * columns], scales)),
        ],
        { domain: 'com.microsoft', attributes: { K: rows, N: columns, bits: 4, block_size: BLOCK } },
      );
    }
    // Dynamic quantisation as the usual tools write it: one scale a tensor for the activations.
    const known = this.#quantised.get(input) ?? graph.ops('DynamicQuantizeLinear', [input], 3);
    this.#quantised.set(input, known);
    const [values8, scale, zero] = known as [string, string, string];
    const sums = graph.op('MatMulInteger', [
      values8,
      graph.constant(`${name}.weight_quantized`, tensor('int8', [rows, columns], integers)),
      zero,
      graph.constant(`${name}.weight_zero_point`, tensor('int8', [columns], new Int8Array(columns))),
    ]);
    const floats = graph.op('Cast', [sums], { attributes: { to: ELEMENT_TYPES.float32 } });
    const product = graph.op('Mul', [
      scale,
      graph.constant(`${name}.weight_scale`, tensor('float32', [columns], scales)),
    ]);
    return graph.op('Mul', [floats, product]);
  }

  #normalise(input: string, { name, scale, bias }: Normalisation): string {
    const size = scale.length;
    return this.graph.op(
      'LayerNormalization',
      [
        input,
        this.graph.constant(`${name}.scale`, tensor('float32', [size], scale)),
        this.graph.constant(`${name}.norm_bias`, tensor('float32', [size], bias)),
      ],
      { attributes: { axis: -1, epsilon: float(EPSILON) } },
    );
  }

  /** The mean of the tokens' vectors that the mask lets through; of all, where there is none. */
  meanPooled(): string {
    const { graph } = this;
    if (!this.attentionMask)
      return graph.op('ReduceMean', [this.states], { attributes: { axes: [1], keepdims: 0 } });
    const seen = graph.op('Cast', [graph.op('Unsqueeze', [this.attentionMask, this.integers('two', [2])])], {
      attributes: { to: ELEMENT_TYPES.float32 },
    });
    const sum = graph.op('ReduceSum', [graph.op('Mul', [this.states, seen]), this.integers('one', [1])], {
      attributes: { keepdims: 0 },
    });
    const count = graph.op('ReduceSum', [seen, this.integers('one', [1])], { attributes: { keepdims: 0 } });
    return graph.op('Div', [sum, count]);
  }

  /** The vector of each row's last token that the mask lets through. */
  lastToken(): string {
    const { graph } = this;
    const count = graph.op('ReduceSum', [this.attentionMask!, this.integers('one', [1])], {
      attributes: { keepdims: 1 },
    });
    const last = graph.op('Sub', [count, this.#once('one_scalar', () => tensor('int64', [], [1]))]);
    return graph.op('Squeeze', [this.at(last), this.integers('one', [1])]);
  }

  /** Vectors at positions int64 [batch, n]: [batch, n, hidden]. */
  at(positions: string): string {
    const { graph } = this;
    const index = graph.op('Unsqueeze', [positions, this.integers('two', [2])]);
    return graph.op('GatherND', [this.states, index], { attributes: { batch_dims: 1 } });
  }

  /** Vectors scaled to length 1 along the last axis. */
  scaled(vectors: string): string {
    const length = this.graph.op('ReduceL2', [vectors], { attributes: { axes: [-1], keepdims: 1 } });
    return this.graph.op('Div', [vectors, length]);
  }
}

/** Numbers 0 … 15, two to a byte, the first in the low half. */
function pairs(values: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(
    { length: values.length / 2 },
    (_, index) => values[2 * index]! | (values[2 * index + 1]! << 4),
  );
}
