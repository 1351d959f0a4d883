/** What onnxruntime needs of a graph before it opens it; the encoder reads graphs as they are. */
import {
  applyAdditions,
  createTail,
  type ModelAddition,
  type ModelSummary,
  readModel,
  rewritePerToken,
  rewriteSlowKernels,
  type Tail,
  type TailOptions,
} from '@nearfield/onnx';
import type { BatchInvariance } from '@nearfield/spec/implement';
import type { GraphOptions, PreparedGraph } from './graph.ts';

export { keepOutputs } from '@nearfield/onnx';

/** A graph in a buffer that may have room behind it. */
interface Graph {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly summary: ModelSummary;
}

/** The graph with its tails, with activation scales per token and without operators that are slow in the runtime. */
export function changedGraph(
  graph: Graph,
  tailOptions: readonly TailOptions[],
  { batchInvariant, avoidSlowKernels }: Pick<GraphOptions, 'batchInvariant' | 'avoidSlowKernels'>,
): Pick<PreparedGraph, 'bytes' | 'tails' | 'invariance'> {
  let { bytes, length, summary } = graph;
  /** Each change applies to the result of the one before. */
  const apply = (addition: ModelAddition): void => {
    const changed = applyAdditions(bytes, [addition], length);
    length = changed.length;
    // The buffer behind a view keeps its spare room.
    if (changed.buffer !== bytes.buffer) bytes = changed;
    summary = readModel(changed);
  };
  const invariance = batchInvariant
    ? perTokenScales(bytes.subarray(0, length), summary, apply)
    : { kind: 'off' as const, reason: 'the batchInvariant option is false' };
  if (avoidSlowKernels) {
    const rewrite = rewriteSlowKernels(bytes.subarray(0, length), summary);
    if (rewrite) apply(rewrite);
  }
  const tails: Tail[] = [];
  for (const each of tailOptions) {
    const tail = createTail(summary, each);
    tails.push(tail);
    apply(tail);
  }
  return { bytes: bytes.subarray(0, length), tails, invariance };
}

function perTokenScales(
  bytes: Uint8Array,
  model: ModelSummary,
  apply: (addition: ModelAddition) => void,
): BatchInvariance {
  const rewrite = rewritePerToken(bytes, model);
  switch (rewrite.status) {
    case 'not-needed':
      return { kind: 'graph', reason: 'the graph has no activation scale that texts share' };
    case 'rewritten':
      apply(rewrite);
      return { kind: 'rewritten', reason: 'activation scales were rewritten from per tensor to per token' };
    case 'unrecognised':
      return { kind: 'single', reason: `texts run one by one: ${rewrite.reason}` };
  }
}
