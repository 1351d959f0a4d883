/**
 * A pooling and normalisation tail, appended to a model's bytes, so that hidden states never leave the
 * device and one graph serves every pooling: the caller feeds the pooling as a matrix.
 */

import { type ModelSummary, valueNames } from '../read/model.ts';
import { ELEMENT_TYPES } from '../types.ts';
import { encodeAddition } from '../write/encode.ts';
import { GraphBuilder } from '../write/graph-builder.ts';
import { int64Tensor, tensor } from '../write/tensor.ts';
import type { ModelAddition } from './addition.ts';

/**
 * What the tail is put on:
 * - `pool`: hidden states [batch, sequence, hidden] → one vector per row of a pooling matrix;
 * - `pooled`: vectors that the model has pooled already, [batch, hidden];
 * - `tokens`: hidden states [batch, sequence, hidden] → one vector per token (late interaction).
 */
export type TailKind = 'pool' | 'pooled' | 'tokens';

/** Options of {@link createTail}. */
export interface TailOptions {
  readonly kind: TailKind;
  /** The model's output the tail reads, for example `last_hidden_state`. */
  readonly output: string;
}

/** A tail and the names it goes by. */
export interface Tail extends ModelAddition {
  /**
   * New input for `pool`: float32 [batch, spans, sequence], `nearfield_pooling`. Row weights over the
   * tokens: mask ÷ sum for the mean, one-hot for first or last token, one row per span for late chunking.
   * A weight of 0 drops a token only if its hidden state is finite.
   */
  readonly poolingInput: string | undefined;
  /**
   * New input: int64 [1], `nearfield_dimensions`. Leading numbers of each vector to keep, at least 1
   * (Matryoshka); more than there are keeps all.
   */
  readonly dimensionsInput: string;
  /**
   * New output: float32, vectors cut but not normalised, `nearfield_pooled`; [batch, spans, dimensions] for
   * `pool`, [batch, dimensions] for `pooled`, absent for `tokens`.
   */
  readonly pooledOutput: string | undefined;
  /**
   * New output: float32, cut and L2-normalised; `nearfield_embedding`, or for `tokens` `nearfield_tokens`
   * [batch, sequence, dimensions]. A zero vector stays zero.
   */
  readonly embeddingOutput: string;
}

/** Smallest norm divided by: keeps a zero vector zero instead of NaN. */
const NORM_FLOOR = 1e-12;

/**
 * Makes a tail for one of a model's outputs. Names that the model has already get a number at the end.
 * Afterwards every run must feed the new inputs, whichever outputs it asks for.
 *
 * @throws {RangeError} when the output is missing, not a float tensor, of another rank than `kind` needs, or
 *   the model's standard operators are older than opset 10.
 */
export function createTail(model: ModelSummary, { kind, output }: TailOptions): Tail {
  const source = model.outputs.find(({ name }) => name === output);
  if (!source) {
    const names = model.outputs.map(({ name }) => name).join(', ');
    throw new RangeError(`The model has no output ${output}; it has ${names}`);
  }
  const rank = kind === 'pooled' ? 2 : 3;
  if (source.dims && source.dims.length !== rank) {
    throw new RangeError(`Output ${output} has ${source.dims.length} dimensions, ${kind} needs ${rank}`);
  }
  const opset = model.opsets.get('') ?? 0;
  if (opset < 10) throw new RangeError(`The model uses opset ${opset}; a tail needs opset 10 or later`);

  const taken = valueNames(model);
  const free = (name: string): string => {
    let candidate = name;
    for (let number = 1; taken.has(candidate); number++) candidate = `${name}_${number}`;
    taken.add(candidate);
    return candidate;
  };
  const poolingInput = kind === 'pool' ? free('nearfield_pooling') : undefined;
  const dimensionsInput = free('nearfield_dimensions');
  const pooledOutput = kind === 'tokens' ? undefined : free('nearfield_pooled');
  const embeddingOutput = free(kind === 'tokens' ? 'nearfield_tokens' : 'nearfield_embedding');
  for (const name of [poolingInput, dimensionsInput, pooledOutput, embeddingOutput]) {
    if (name !== undefined) taken.delete(name);
  }

  const graph = new GraphBuilder('nearfield_tail', { taken, prefix: 'nearfield_tail_' });
  // Runtimes take equal names for equal sizes, which two tails of one graph need not have.
  const size = (name: string): string => `${embeddingOutput}_${name}`;
  const [batch, sequence] = [size('batch'), size('sequence')];
  let vectors = output;
  if (source.type === 'float16' || source.type === 'bfloat16' || source.type === 'float64') {
    vectors = graph.op('Cast', [output], { attributes: { to: ELEMENT_TYPES.float32 } });
  } else if (source.type !== 'float32') {
    throw new RangeError(`Output ${output} is ${source.type ?? 'of unknown type'}, a tail needs floats`);
  }
  const outer = kind === 'pooled' ? [batch] : [batch, kind === 'pool' ? size('spans') : sequence];
  const dims = [...outer, size('kept')];
  if (poolingInput !== undefined) {
    graph.input(poolingInput, 'float32', [...outer, sequence]);
    vectors = graph.op('MatMul', [poolingInput, vectors]);
  }
  graph.input(dimensionsInput, 'int64', [1]);
  const lastAxis = graph.constant(graph.freeName('last_axis'), int64Tensor([rank - 1]));
  const cut = graph.op(
    'Slice',
    [vectors, graph.constant(graph.freeName('zero'), int64Tensor([0])), dimensionsInput, lastAxis],
    pooledOutput === undefined ? {} : { output: pooledOutput },
  );
  // The axes of ReduceL2 moved from an attribute to an input in opset 18.
  const norm =
    opset >= 18
      ? graph.op('ReduceL2', [cut, lastAxis], { attributes: { keepdims: 1 } })
      : graph.op('ReduceL2', [cut], { attributes: { axes: [rank - 1], keepdims: 1 } });
  const floor = graph.constant(graph.freeName('norm_floor'), tensor('float32', [], [NORM_FLOOR]));
  graph.op('Div', [cut, graph.op('Max', [norm, floor])], { output: embeddingOutput });
  if (pooledOutput !== undefined) graph.output(pooledOutput, 'float32', dims);
  graph.output(embeddingOutput, 'float32', dims);
  return {
    appended: encodeAddition(graph),
    edits: [],
    poolingInput,
    dimensionsInput,
    pooledOutput,
    embeddingOutput,
  };
}
