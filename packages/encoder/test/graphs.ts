/** Encoders in the forms that exporters write, with random weights: small, and valid ONNX. */
import { ELEMENT_TYPES, encodeModel, float, GraphBuilder, int64Tensor, tensor } from '@nearfield/onnx';

/** How a graph is written. The first of each is the default. */
export interface Style {
  readonly norm?: 'node' | 'spelled' | 'rms';
  readonly activation?: 'erf' | 'erf halved first' | 'tanh' | 'node' | 'silu' | 'relu';
  /** Whether the inner layer is gated: one product in two halves. */
  readonly gated?: boolean;
  readonly positions?: 'slice' | 'gather' | 'offset' | 'alibi' | 'none';
  readonly mask?: 'multiply' | 'where' | 'lowest' | 'none';
  readonly causal?: boolean;
  readonly heads?: 'apart' | 'split' | 'parts';
  readonly scale?: 'scores' | 'both';
  readonly weights?: 'float' | 'dynamic' | 'unsigned' | 'dequantized' | 'constants';
  /** Zero point of unsigned weights. Default: 128. */
  readonly zero?: number;
  readonly words?: 'float' | 'bytes' | 'dequantized';
  readonly output?: 'tokens' | 'logits';
}

export const SIZES = { hidden: 32, heads: 2, inner: 48, layers: 2, vocabulary: 60, positions: 64 } as const;

/** Writes a graph in a style; the same style gives the same bytes. */
export function exported(style: Style): Uint8Array<ArrayBuffer> {
  return encodeModel(new Exporter(style).graph, { opset: 17 });
}

class Exporter {
  readonly graph = new GraphBuilder('exported');
  readonly #style: Style;
  #state = 9;

  constructor(style: Style) {
    this.#style = style;
    const { graph } = this;
    const dims = ['batch', 'sequence'];
    const ids = graph.input('input_ids', 'int64', dims);
    const mask = style.mask === 'none' ? undefined : graph.input('attention_mask', 'int64', dims);
    const bias = this.#bias(ids, mask);
    let states = this.#embed(ids);
    for (let layer = 0; layer < SIZES.layers; layer++) states = this.#layer(states, bias, String(layer));
    if (style.output === 'logits') this.#classify(states);
    else {
      graph.op('Identity', [states], { output: 'states' });
      graph.output('states', 'float32', ['batch', 'sequence', SIZES.hidden]);
    }
  }

  /** Numbers between −scale and scale. */
  #numbers(count: number, scale: number): Float32Array {
    return Float32Array.from({ length: count }, () => {
      this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
      return (this.#state / 2 ** 31 - 1) * scale;
    });
  }

  /**
   * Weights that int8 holds as they are: whole numbers up to 127, which each column has, times one power of two. So
   * what a graph computes differs from the kernels only by the rounding of activations.
   */
  #weights(inputs: number, outputs: number): { integers: number[]; scale: number } {
    const integers = Array.from(this.#numbers(inputs * outputs, 127), (value, at) =>
      at < outputs ? 127 : Math.round(value),
    );
    return { integers, scale: 2 ** -Math.round(Math.log2((127 * Math.sqrt(inputs)) / 1.5)) };
  }

  #scalar(value: number): string {
    return this.graph.constant(this.graph.freeName('scalar'), tensor('float32', [], [value]));
  }

  #integers(...values: number[]): string {
    return this.graph.constant(this.graph.freeName('integers'), int64Tensor(values));
  }

  #row(name: string, width: number, around = 0): string {
    const values = this.#numbers(width, 0.2).map((value) => value + around);
    return this.graph.constant(name, tensor('float32', [width], values));
  }

  #sequence(ids: string): string {
    return this.graph.op('Gather', [this.graph.op('Shape', [ids]), this.#integers(1)], {
      attributes: { axis: 0 },
    });
  }

  /** 0 … sequence − 1. */
  #range(ids: string): string {
    const { graph } = this;
    const [zero, one] = [0, 1].map((value) =>
      graph.constant(graph.freeName('whole'), tensor('int64', [], [value])),
    ) as [string, string];
    return graph.op('Range', [zero, graph.op('Squeeze', [this.#sequence(ids)]), one]);
  }

  #embed(ids: string): string {
    const { graph } = this;
    const { positions = 'slice' } = this.#style;
    let sum = this.#words(ids);
    if (positions !== 'none' && positions !== 'alibi') {
      const rows = SIZES.positions;
      const table = graph.constant(
        'positions',
        tensor('float32', [rows, SIZES.hidden], this.#numbers(rows * SIZES.hidden, 0.5)),
      );
      if (positions === 'slice') {
        sum = graph.op('Add', [sum, graph.op('Slice', [table, this.#integers(0), this.#sequence(ids)])]);
      } else if (positions === 'gather') {
        const places = graph.op('Unsqueeze', [this.#range(ids), this.#integers(0)]);
        sum = graph.op('Add', [graph.op('Gather', [table, places]), sum]);
      } else {
        // As RoBERTa counts: tokens that are no padding, from 2 on.
        const pad = graph.constant('pad', tensor('int64', [], [1]));
        const real = graph.op('Not', [graph.op('Equal', [ids, pad])]);
        const ones = graph.op('Cast', [real], { attributes: { to: ELEMENT_TYPES.int64 } });
        const axis = graph.constant('along', tensor('int64', [], [1]));
        const counted = graph.op('Mul', [graph.op('CumSum', [ones, axis]), ones]);
        sum = graph.op('Add', [sum, graph.op('Gather', [table, graph.op('Add', [counted, pad])])]);
      }
    }
    return this.#normalise(sum, 'embedding');
  }

  #words(ids: string): string {
    const { graph } = this;
    const { words = 'float' } = this.#style;
    const { vocabulary: rows, hidden } = SIZES;
    const values = this.#numbers(rows * hidden, 1);
    if (words === 'float') {
      return graph.op('Gather', [graph.constant('words', tensor('float32', [rows, hidden], values)), ids]);
    }
    if (words === 'bytes') {
      const bytes = Int8Array.from(values, (value) => Math.round(value * 127));
      const table = graph.constant('words', tensor('int8', [rows, hidden], bytes));
      const scales = graph.constant('word_scales', tensor('float32', [rows, 1], this.#numbers(rows, 0.01)));
      const found = graph.op('Cast', [graph.op('Gather', [table, ids])], {
        attributes: { to: ELEMENT_TYPES.float32 },
      });
      return graph.op('Mul', [found, graph.op('Gather', [scales, ids])]);
    }
    const bytes = Uint8Array.from(values, (value) => Math.round(value * 100 + 117));
    const table = graph.constant('words', tensor('uint8', [rows, hidden], bytes));
    const zero = graph.constant('word_zero', tensor('uint8', [], [117]));
    return graph.op('DequantizeLinear', [graph.op('Gather', [table, ids]), this.#scalar(0.01), zero]);
  }

  /** What is added to scores, or, for `where`, which of them count. */
  #bias(ids: string, mask: string | undefined): { readonly added?: string; readonly counts?: string } {
    const { graph } = this;
    const { mask: form = 'multiply', causal, positions } = this.#style;
    let added: string | undefined;
    let counts: string | undefined;
    const plus = (value: string): void => {
      added = added === undefined ? value : graph.op('Add', [added, value]);
    };
    if (mask && form === 'where') {
      const seen = graph.op('Cast', [mask], { attributes: { to: ELEMENT_TYPES.bool } });
      counts = graph.op('Unsqueeze', [seen, this.#integers(1, 2)]);
    } else if (mask) {
      const wide = graph.op('Unsqueeze', [mask, this.#integers(1, 2)]);
      const kept = graph.op('Cast', [wide], { attributes: { to: ELEMENT_TYPES.float32 } });
      const low = form === 'lowest' ? -3.4028234663852886e38 : -10_000;
      plus(graph.op('Mul', [graph.op('Sub', [this.#scalar(1), kept]), this.#scalar(low)]));
    }
    if (causal) {
      const order = this.#range(ids);
      const later = graph.op('Greater', [order, graph.op('Unsqueeze', [order, this.#integers(1)])]);
      plus(graph.op('Where', [later, this.#scalar(-1e30), this.#scalar(0)]));
    }
    if (positions === 'alibi') {
      const order = graph.op('Cast', [this.#range(ids)], { attributes: { to: ELEMENT_TYPES.float32 } });
      const column = graph.op('Unsqueeze', [order, this.#integers(1)]);
      const distance = graph.op('Neg', [graph.op('Abs', [graph.op('Sub', [order, column])])]);
      const slopes = graph.constant('slopes', tensor('float32', [1, SIZES.heads, 1, 1], [0.25, 0.0625]));
      plus(graph.op('Mul', [distance, slopes]));
    }
    return { ...(added !== undefined && { added }), ...(counts !== undefined && { counts }) };
  }

  #layer(states: string, bias: { added?: string; counts?: string }, name: string): string {
    const { graph } = this;
    const { hidden, inner } = SIZES;
    const [query, key, value] = this.#heads(states, name);
    const factor = 1 / Math.sqrt(hidden / SIZES.heads);
    let scores: string;
    if (this.#style.scale === 'both') {
      const root = this.#scalar(Math.sqrt(factor));
      scores = graph.op('MatMul', [graph.op('Mul', [query!, root]), graph.op('Mul', [key!, root])]);
    } else {
      scores = graph.op('Div', [graph.op('MatMul', [query!, key!]), this.#scalar(1 / factor)]);
    }
    if (bias.added) scores = graph.op('Add', [scores, bias.added]);
    if (bias.counts) scores = graph.op('Where', [bias.counts, scores, this.#scalar(-3.4e38)]);
    const shares = graph.op('Softmax', [scores], { attributes: { axis: -1 } });
    const context = graph.op('Transpose', [graph.op('MatMul', [shares, value!])], {
      attributes: { perm: [0, 2, 1, 3] },
    });
    const joined = graph.op('Reshape', [context, this.#integers(0, 0, hidden)]);
    const attended = this.#normalise(
      graph.op('Add', [this.#linear(joined, `${name}.output`, hidden, hidden), states]),
      `${name}.attended`,
    );
    const widened = this.#inner(attended, name);
    const sum = graph.op('Add', [this.#linear(widened, `${name}.down`, inner, hidden), attended]);
    return this.#normalise(sum, `${name}.end`);
  }

  /** Queries [batch, heads, sequence, size], keys turned, values. */
  #heads(states: string, name: string): string[] {
    const { graph } = this;
    const { hidden, heads } = SIZES;
    const size = hidden / heads;
    const orders = [
      [0, 2, 1, 3],
      [0, 2, 3, 1],
      [0, 2, 1, 3],
    ];
    const { heads: form = 'apart' } = this.#style;
    if (form === 'parts') {
      const all = this.#linear(states, `${name}.all`, hidden, 3 * hidden);
      const parts = graph.op('Reshape', [all, this.#integers(0, 0, 3, heads, size)]);
      return orders.map((perm, part) => {
        const which = graph.constant(graph.freeName('part'), tensor('int64', [], [part]));
        const one = graph.op('Gather', [parts, which], { attributes: { axis: 2 } });
        return graph.op('Transpose', [one], { attributes: { perm } });
      });
    }
    const projected =
      form === 'split'
        ? graph.ops('Split', [this.#linear(states, `${name}.all`, hidden, 3 * hidden)], 3, {
            attributes: { axis: -1 },
          })
        : ['query', 'key', 'value'].map((part) => this.#linear(states, `${name}.${part}`, hidden, hidden));
    return projected.map((each, part) => {
      const apart = graph.op('Reshape', [each, this.#integers(0, -1, heads, size)]);
      return graph.op('Transpose', [apart], { attributes: { perm: orders[part]! } });
    });
  }

  #inner(states: string, name: string): string {
    const { graph } = this;
    const { hidden, inner } = SIZES;
    if (!this.#style.gated) return this.#activate(this.#linear(states, `${name}.up`, hidden, inner));
    const both = this.#linear(states, `${name}.up`, hidden, 2 * inner);
    const half = (from: number, to: number): string =>
      graph.op('Slice', [both, this.#integers(from), this.#integers(to), this.#integers(2)]);
    return graph.op('Mul', [this.#activate(half(0, inner)), half(inner, 2 * inner)]);
  }

  #activate(x: string): string {
    const { graph } = this;
    const op = (type: string, ...inputs: string[]): string => graph.op(type, inputs);
    const [one, half] = [this.#scalar(1), this.#scalar(0.5)];
    switch (this.#style.activation ?? 'erf') {
      case 'erf':
        return op(
          'Mul',
          op('Mul', x, op('Add', op('Erf', op('Div', x, this.#scalar(Math.SQRT2))), one)),
          half,
        );
      case 'erf halved first':
        return op(
          'Mul',
          op('Mul', x, half),
          op('Add', one, op('Erf', op('Mul', x, this.#scalar(Math.SQRT1_2)))),
        );
      case 'tanh': {
        const cube = op('Mul', this.#scalar(0.044715), op('Pow', x, this.#scalar(3)));
        const argument = op('Mul', this.#scalar(Math.sqrt(2 / Math.PI)), op('Add', x, cube));
        return op('Mul', op('Mul', half, x), op('Add', op('Tanh', argument), one));
      }
      case 'node':
        return graph.op('Gelu', [x], { domain: 'com.microsoft' });
      case 'silu':
        return op('Mul', x, op('Sigmoid', x));
      case 'relu':
        return op('Relu', x);
    }
  }

  #normalise(x: string, name: string): string {
    const { graph } = this;
    const { norm = 'node' } = this.#style;
    const scale = this.#row(`${name}.scale`, SIZES.hidden, 1);
    const bias = this.#row(`${name}.shift`, SIZES.hidden);
    if (norm === 'node') {
      return graph.op('LayerNormalization', [x, scale, bias], {
        attributes: { axis: -1, epsilon: float(1e-3) },
      });
    }
    const mean = (of: string): string => graph.op('ReduceMean', [of], { attributes: { axes: [-1] } });
    const away = norm === 'rms' ? x : graph.op('Sub', [x, mean(x)]);
    const square = graph.op('Pow', [away, this.#scalar(2)]);
    const deviation = graph.op('Sqrt', [graph.op('Add', [mean(square), this.#scalar(1e-3)])]);
    const scaled = graph.op('Mul', [graph.op('Div', [away, deviation]), scale]);
    return norm === 'rms' ? scaled : graph.op('Add', [scaled, bias]);
  }

  #linear(x: string, name: string, inputs: number, outputs: number): string {
    const { graph } = this;
    const product = this.#product(x, name, inputs, outputs);
    return graph.op('Add', [product, this.#row(`${name}.bias`, outputs)]);
  }

  #product(x: string, name: string, inputs: number, outputs: number): string {
    const { graph } = this;
    const { weights = 'float' } = this.#style;
    const { integers, scale } = this.#weights(inputs, outputs);
    const values = integers.map((value) => value * scale);
    const dims = [inputs, outputs];
    if (weights === 'float')
      return graph.op('MatMul', [x, graph.constant(name, tensor('float32', dims, values))]);
    if (weights === 'constants') {
      const constant = graph.op('Constant', [], { attributes: { value: tensor('float32', dims, values) } });
      return graph.op('MatMul', [x, constant]);
    }
    const isUnsigned = weights === 'unsigned';
    const zero = isUnsigned ? (this.#style.zero ?? 128) : 0;
    const type = isUnsigned ? 'uint8' : 'int8';
    const matrix = graph.constant(
      name,
      tensor(
        type,
        dims,
        integers.map((value) => value + zero),
      ),
    );
    const zeros = graph.constant(`${name}.zero`, tensor(type, [], [zero]));
    if (weights === 'dequantized') {
      const scales = graph.constant(
        `${name}.scale`,
        tensor('float32', [outputs], new Float32Array(outputs).fill(scale)),
      );
      const each = graph.constant(
        `${name}.zeros`,
        tensor(type, [outputs], new Array<number>(outputs).fill(zero)),
      );
      const floats = graph.op('DequantizeLinear', [matrix, scales, each], { attributes: { axis: 1 } });
      return graph.op('MatMul', [x, floats]);
    }
    const [rounded, step, middle] = graph.ops('DynamicQuantizeLinear', [x], 3) as [string, string, string];
    const sums = graph.op('MatMulInteger', [rounded, matrix, middle, zeros]);
    const floats = graph.op('Cast', [sums], { attributes: { to: ELEMENT_TYPES.float32 } });
    return graph.op('Mul', [floats, graph.op('Mul', [step, this.#scalar(scale)])]);
  }

  #classify(states: string): void {
    const { graph } = this;
    const first = graph.op('Gather', [states, graph.constant('cls', tensor('int64', [], [0]))], {
      attributes: { axis: 1 },
    });
    const pooled = graph.op('Tanh', [this.#linear(first, 'pooler', SIZES.hidden, SIZES.hidden)]);
    const { integers, scale } = this.#weights(SIZES.hidden, 1);
    const values = integers.map((value) => value * scale);
    const weight = graph.constant('classifier', tensor('float32', [1, SIZES.hidden], values));
    const bias = graph.constant('classifier.bias', tensor('float32', [1], [0.25]));
    graph.op('Gemm', [pooled, weight, bias], { output: 'logits', attributes: { transB: 1 } });
    graph.output('logits', 'float32', ['batch', 1]);
  }
}
