/** Encoders in the forms that exporters write, with random weights: small, and valid ONNX. */
import { ELEMENT_TYPES, encodeModel, float, GraphBuilder, int64Tensor, tensor } from '@nearfield/onnx';

/** How a graph is written. The first of each is the default. */
export interface Style {
  readonly norm?: 'node' | 'spelled' | 'rms';
  readonly activation?: 'erf' | 'erf halved first' | 'tanh' | 'node' | 'silu' | 'relu';
  /** Whether the inner layer is gated: one product in two halves. */
  readonly gated?: boolean;
  readonly positions?: 'slice' | 'gather' | 'offset' | 'alibi' | 'none' | Rotary;
  /** Whether layers normalise before they compute, and the end once more. */
  readonly before?: boolean;
  /** Whether all heads of queries share one of keys and values. */
  readonly shared?: boolean;
  /** Whether each head of queries and keys is normalised. */
  readonly headNorm?: boolean;
  readonly mask?: 'multiply' | 'where' | 'lowest' | 'none';
  readonly causal?: boolean;
  readonly heads?: 'apart' | 'split' | 'parts';
  readonly scale?: 'scores' | 'both';
  readonly weights?: 'float' | 'dynamic' | 'unsigned' | 'dequantized' | 'constants';
  /** Zero point of unsigned weights. Default: 128. */
  readonly zero?: number;
  readonly words?: 'float' | 'bytes' | 'dequantized';
  /**
   * Adapters of low rank, chosen by `task_id`: products beside the weights' with matrices as they are multiplied or turned
   * as layers store them, or a sum of weights, the words' table included.
   */
  readonly adapters?: 'none' | 'products' | 'turned' | 'weights';
  readonly output?: 'tokens' | 'logits' | 'mean' | 'last' | 'first';
}

/** Rotary positions: turned halves joined, each half by itself, the first half of a head alone, onnxruntime's node. */
export type Rotary = 'rotary' | 'rotary halves' | 'rotary part' | 'rotary node';

const isRotary = (positions: Style['positions']): positions is Rotary =>
  positions?.startsWith('rotary') ?? false;

export const SIZES = { hidden: 32, heads: 2, inner: 48, layers: 2, vocabulary: 60, positions: 64 } as const;

/** Tasks of adapters, and the width of what is between their two matrices. */
export const ADAPTERS = { tasks: 3, rank: 3, scale: 0.75 } as const;

/** Name of the output of a style. */
export const outputOf = ({ output = 'tokens' }: Style): string =>
  output === 'tokens' ? 'states' : output === 'logits' ? 'logits' : 'vector';

/** Writes a graph in a style; the same style gives the same bytes. */
export function exported(style: Style): Uint8Array<ArrayBuffer> {
  return encodeModel(new Exporter(style).graph, { opset: 17 });
}

class Exporter {
  readonly graph = new GraphBuilder('exported');
  readonly #style: Style;
  #state = 9;
  readonly #task: string | undefined;
  #turns: { cosines: string; sines: string; places: string } | undefined;

  constructor(style: Style) {
    this.#style = style;
    const { graph } = this;
    const dims = ['batch', 'sequence'];
    const ids = graph.input('input_ids', 'int64', dims);
    const mask = style.mask === 'none' ? undefined : graph.input('attention_mask', 'int64', dims);
    if (this.#hasAdapters) this.#task = graph.input('task_id', 'int64', []);
    const bias = this.#bias(ids, mask);
    let states = this.#embed(ids);
    for (let layer = 0; layer < SIZES.layers; layer++) states = this.#layer(states, bias, String(layer));
    if (style.before) states = this.#normalise(states, 'end');
    const { output = 'tokens' } = style;
    if (output === 'logits') this.#classify(states);
    else if (output !== 'tokens') this.#pool(states, mask!, output);
    else {
      graph.op('Identity', [states], { output: 'states' });
      graph.output('states', 'float32', ['batch', 'sequence', SIZES.hidden]);
    }
  }

  get #hasAdapters(): boolean {
    return (this.#style.adapters ?? 'none') !== 'none';
  }

  /**
   * The task's matrices [inputs, rank] and [rank, outputs], or both turned as layers store them. As of other weights, int8
   * holds them as they are: each column of the first has its 127, each row of the second too, and each output one.
   */
  #chosen(name: string, inputs: number, outputs: number, isTurned = false): [string, string] {
    const { tasks, rank } = ADAPTERS;
    const sign = (value: number): number => (value < 0 ? -127 : 127);
    const matrices = (
      rows: number,
      columns: number,
      isFull: (task: number, row: number, column: number) => boolean,
    ) =>
      Array.from(this.#numbers(tasks * rows * columns, 127), (value, at) => {
        const [task, row] = [Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows];
        return isFull(task, row, at % columns) ? sign(value) : Math.round(value);
      });
    const gather = (which: string, rows: number, columns: number, values: number[], size: number): string => {
      const count = rows * columns;
      const laid = values.map((_, at) => {
        const [start, within] = [at - (at % count), at % count];
        return (
          values[start + (isTurned ? (within % rows) * columns + Math.floor(within / rows) : within)]! * size
        );
      });
      const dims = isTurned ? [tasks, columns, rows] : [tasks, rows, columns];
      const all = this.graph.constant(`${name}.${which}`, tensor('float32', dims, laid));
      return this.graph.op('Gather', [all, this.#task!], { attributes: { axis: 0 } });
    };
    const first = matrices(inputs, rank, (_, row) => row === 0);
    const second = matrices(rank, outputs, (task, row, column) => column === 0 || (task === 0 && row === 0));
    const size = 2 ** -Math.round(Math.log2(127 * Math.sqrt(inputs)));
    return [gather('a', inputs, rank, first, size), gather('b', rank, outputs, second, 2 ** -7)];
  }

  /** Adds what the task's adapter makes of vectors to what their weights did. */
  #adapted(x: string, product: string, name: string, inputs: number, outputs: number): string {
    const { graph } = this;
    const { scale } = ADAPTERS;
    const isTurned = this.#style.adapters === 'turned';
    const [first, second] = this.#chosen(name, inputs, outputs, isTurned);
    if (isTurned) {
      const turn = (value: string): string =>
        graph.op('Transpose', [value], { attributes: { perm: [1, 0] } });
      const narrow = graph.op('MatMul', [x, turn(first)]);
      const change = graph.op('Mul', [graph.op('MatMul', [narrow, turn(second)]), this.#scalar(scale)]);
      return graph.op('Add', [product, change]);
    }
    const scaled = graph.op('Div', [graph.op('MatMul', [x, first]), this.#scalar(1 / scale)]);
    return graph.op('Add', [graph.op('MatMul', [scaled, second]), product]);
  }

  /** A matrix of this shape plus the product of two of the task's. */
  #adaptedWeights(
    weights: string,
    [first, second]: readonly [string, string],
    rows: number,
    columns: number,
  ): string {
    const { graph } = this;
    const shaped = graph.op('Reshape', [graph.op('MatMul', [first, second]), this.#integers(rows, columns)]);
    return graph.op('Add', [weights, graph.op('Mul', [shaped, this.#scalar(ADAPTERS.scale)])]);
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
    if (positions !== 'none' && positions !== 'alibi' && !isRotary(positions)) {
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
    if (isRotary(positions)) this.#turns = this.#angles(ids, positions);
    return this.#style.before ? sum : this.#normalise(sum, 'embedding');
  }

  /** Cosines and sines of positions: computed for those of the texts, or tables of all for the node. */
  #angles(ids: string, positions: Rotary): { cosines: string; sines: string; places: string } {
    const { graph } = this;
    const rotary = SIZES.hidden / SIZES.heads / (positions === 'rotary part' ? 2 : 1);
    const frequencies = Float32Array.from({ length: rotary / 2 }, (_, pair) => 100 ** ((-2 * pair) / rotary));
    if (positions === 'rotary node') {
      const table = (of: (angle: number) => number): string => {
        const { positions: rows } = SIZES;
        const pairs = frequencies.length;
        const values = Float32Array.from({ length: rows * pairs }, (_, at) =>
          of(Math.floor(at / pairs) * frequencies[at % pairs]!),
        );
        return graph.constant(graph.freeName('turns'), tensor('float32', [rows, pairs], values));
      };
      const places = graph.op('Expand', [
        graph.op('Unsqueeze', [this.#range(ids), this.#integers(0)]),
        graph.op('Shape', [ids]),
      ]);
      return { cosines: table(Math.cos), sines: table(Math.sin), places };
    }
    const places = this.#range(ids);
    const floats = graph.op('Cast', [places], { attributes: { to: ELEMENT_TYPES.float32 } });
    const column = graph.op('Unsqueeze', [floats, this.#integers(1)]);
    const row = graph.constant('frequencies', tensor('float32', [1, frequencies.length], frequencies));
    const half = graph.op('MatMul', [column, row]);
    const both = graph.op('Concat', [half, half], { attributes: { axis: -1 } });
    const angles = positions === 'rotary halves' ? half : both;
    const wide = (type: string): string =>
      graph.op('Unsqueeze', [graph.op(type, [angles]), this.#integers(0, 1)]);
    return { cosines: wide('Cos'), sines: wide('Sin'), places };
  }

  /** Heads [batch, heads, sequence, size], turned by their positions. */
  #rotated(heads: string): string {
    const { graph } = this;
    const { positions } = this.#style;
    if (!isRotary(positions)) return heads;
    const { cosines, sines, places } = this.#turns!;
    if (positions === 'rotary node') {
      return graph.op('RotaryEmbedding', [heads, places, cosines, sines], { domain: 'com.microsoft' });
    }
    const size = SIZES.hidden / SIZES.heads;
    const op = (type: string, ...inputs: string[]): string => graph.op(type, inputs);
    const joined = (...inputs: string[]): string => graph.op('Concat', inputs, { attributes: { axis: -1 } });
    const slice = (from: number, to: number): string =>
      op('Slice', heads, this.#integers(from), this.#integers(to), this.#integers(3));
    if (positions === 'rotary halves') {
      const [low, high] = graph.ops('Split', [heads], 2, { attributes: { axis: -1 } }) as [string, string];
      return joined(
        op('Sub', op('Mul', low, cosines), op('Mul', high, sines)),
        op('Add', op('Mul', high, cosines), op('Mul', low, sines)),
      );
    }
    const rotary = positions === 'rotary part' ? size / 2 : size;
    const part = rotary < size ? slice(0, rotary) : heads;
    const turned = joined(op('Neg', slice(rotary / 2, rotary)), slice(0, rotary / 2));
    const sum = op('Add', op('Mul', part, cosines), op('Mul', turned, sines));
    return rotary < size ? joined(sum, slice(rotary, 2 ** 31 - 1)) : sum;
  }

  /** One vector a text: the mean of those the mask lets through, the last of them scaled to length 1, or the first. */
  #pool(states: string, mask: string, output: 'mean' | 'last' | 'first'): void {
    const { graph } = this;
    const op = (type: string, ...inputs: string[]): string => graph.op(type, inputs);
    let vector: string;
    if (output === 'mean') {
      const seen = graph.op('Cast', [op('Unsqueeze', mask, this.#integers(-1))], {
        attributes: { to: ELEMENT_TYPES.float32 },
      });
      const wide = op('Expand', seen, op('Shape', states));
      const sum = (of: string): string =>
        graph.op('ReduceSum', [of, this.#integers(1)], { attributes: { keepdims: 0 } });
      vector = op('Div', sum(op('Mul', states, wide)), op('Clip', sum(wide), this.#scalar(1e-9)));
    } else if (output === 'first') {
      vector = op(
        'Squeeze',
        op('Slice', states, this.#integers(0), this.#integers(1), this.#integers(1)),
        this.#integers(1),
      );
    } else {
      const count = graph.op('ReduceSum', [mask, this.#integers(1)], { attributes: { keepdims: 1 } });
      const at = op('Unsqueeze', op('Sub', count, this.#integers(1)), this.#integers(2));
      const last = graph.op('GatherND', [states, at], { attributes: { batch_dims: 1 } });
      const flat = op('Squeeze', last, this.#integers(1));
      const length = graph.op('ReduceL2', [flat], { attributes: { axes: [-1], keepdims: 1 } });
      vector = op('Div', flat, op('Expand', op('Clip', length, this.#scalar(1e-12)), op('Shape', flat)));
    }
    graph.op('Identity', [vector], { output: 'vector' });
    graph.output('vector', 'float32', ['batch', SIZES.hidden]);
  }

  #words(ids: string): string {
    const { graph } = this;
    const { words = 'float' } = this.#style;
    const { vocabulary: rows, hidden } = SIZES;
    const values = this.#numbers(rows * hidden, 1);
    if (words === 'float') {
      let table = graph.constant('words', tensor('float32', [rows, hidden], values));
      if (this.#style.adapters === 'weights')
        table = this.#adaptedWeights(table, this.#chosen('words', rows, hidden), rows, hidden);
      return graph.op('Gather', [table, ids]);
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
    const { before } = this.#style;
    const [query, key, value] = this.#heads(before ? this.#normalise(states, `${name}.start`) : states, name);
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
    const sum = graph.op('Add', [this.#linear(joined, `${name}.output`, hidden, hidden), states]);
    const attended = this.#normalise(sum, `${name}.attended`);
    const widened = this.#inner(attended, name);
    const down = this.#linear(widened, `${name}.down`, inner, hidden);
    if (before) return graph.op('Add', [sum, down]);
    return this.#normalise(graph.op('Add', [down, attended]), `${name}.end`);
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
        : ['query', 'key', 'value'].map((part) => {
            const isShared = this.#style.shared && part !== 'query';
            return this.#linear(states, `${name}.${part}`, hidden, isShared ? size : hidden);
          });
    return projected.map((each, part) => {
      const { headNorm, positions, shared } = this.#style;
      let apart = graph.op('Reshape', [each, this.#integers(0, -1, shared && part > 0 ? 1 : heads, size)]);
      const isValue = part === 2;
      if (headNorm && !isValue) apart = this.#normalise(apart, `${name}.${part}.norm`, size);
      if (!shared && !isRotary(positions)) {
        return graph.op('Transpose', [apart], { attributes: { perm: orders[part]! } });
      }
      let turned = graph.op('Transpose', [apart], { attributes: { perm: [0, 2, 1, 3] } });
      if (!isValue) turned = this.#rotated(turned);
      if (shared && part > 0) turned = this.#repeated(turned);
      return part === 1 ? graph.op('Transpose', [turned], { attributes: { perm: [0, 1, 3, 2] } }) : turned;
    });
  }

  /** A head for each head of queries. */
  #repeated(value: string): string {
    const { graph } = this;
    const { heads, hidden } = SIZES;
    const size = hidden / heads;
    const shape = graph.op('Shape', [value]);
    const part = (axis: number): string =>
      graph.op('Gather', [shape, this.#integers(axis)], { attributes: { axis: 0 } });
    const dims = (...sizes: string[]): string => graph.op('Concat', sizes, { attributes: { axis: 0 } });
    const [batch, sequence] = [part(0), part(2)];
    const wide = graph.op('Expand', [
      graph.op('Unsqueeze', [value, this.#integers(2)]),
      dims(batch, this.#integers(1, heads), sequence, this.#integers(size)),
    ]);
    return graph.op('Reshape', [wide, dims(batch, this.#integers(heads), sequence, this.#integers(size))]);
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

  #normalise(x: string, name: string, width: number = SIZES.hidden): string {
    const { graph } = this;
    const { norm = 'node' } = this.#style;
    const scale = this.#row(`${name}.scale`, width, 1);
    const bias = this.#row(`${name}.shift`, width);
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
    let product = this.#product(x, name, inputs, outputs);
    const { adapters } = this.#style;
    if (adapters === 'products' || adapters === 'turned')
      product = this.#adapted(x, product, name, inputs, outputs);
    return graph.op('Add', [product, this.#row(`${name}.bias`, outputs)]);
  }

  #product(x: string, name: string, inputs: number, outputs: number): string {
    const { graph } = this;
    const { weights = 'float' } = this.#style;
    const { integers, scale } = this.#weights(inputs, outputs);
    const values = integers.map((value) => value * scale);
    const dims = [inputs, outputs];
    if (this.#style.adapters === 'weights') {
      // As layers store them: [outputs, inputs].
      const turned = values.map((_, at) => values[(at % inputs) * outputs + Math.floor(at / inputs)]!);
      const stored = graph.constant(name, tensor('float32', [outputs, inputs], turned));
      const [first, second] = this.#chosen(name, inputs, outputs, true);
      const adapted = this.#adaptedWeights(stored, [second, first], outputs, inputs);
      if (name === 'pooler') {
        const none = graph.constant(
          'pooler.none',
          tensor('float32', [outputs], new Float32Array(outputs).fill(0.125)),
        );
        return graph.op('Gemm', [x, adapted, none], { attributes: { transB: 1 } });
      }
      return graph.op('MatMul', [x, graph.op('Transpose', [adapted], { attributes: { perm: [1, 0] } })]);
    }
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
