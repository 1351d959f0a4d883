import {
  applyAdditions,
  createTail,
  detachWeights,
  type ModelAddition,
  type ModelSummary,
  modelCapacity,
  readModel,
  rewritePerToken,
  type Tail,
} from '@nearfield/onnx';
import { type BatchInvariance, FoundationError } from '@nearfield/spec';
import type { StoredFile } from '../store/types.ts';

export interface GraphOptions {
  /** Output with one vector a token; undefined: the first output of rank 3. */
  hiddenOutput?: string | undefined;
  /** Whether a text's vector must not depend on its neighbours in a batch. */
  batchInvariant: boolean;
  /** Whether the runtime takes weights apart from the graph. */
  externalWeights: boolean;
  signal?: AbortSignal | undefined;
}

/** A model's bytes, ready for the runtime. */
export interface PreparedGraph {
  bytes: Uint8Array;
  /** Weights that `bytes` refers to, by name, for the session's `externalData`. */
  externalData: { path: string; data: Uint8Array }[];
  tail: Tail;
  invariance: BatchInvariance;
}

/**
 * Reads a model file and appends what the engine needs: the pooling tail, and per-token activation scales
 * where the file quantises activations per tensor. The weights are never copied: where the runtime can, it
 * reads them from the buffer they were stored in, else the additions go into spare room at its end.
 * @throws FoundationError MODEL_INVALID if the file is not a text encoder.
 */
export async function prepareGraph(
  file: StoredFile,
  { hiddenOutput, batchInvariant, externalWeights, signal }: GraphOptions,
): Promise<PreparedGraph> {
  const { size } = file;
  const buffer = await file.read({
    spareBytes: externalWeights ? 0 : modelCapacity(size) - size,
    ...(signal && { signal }),
  });
  try {
    const externalData: PreparedGraph['externalData'] = [];
    let bytes: Uint8Array = buffer;
    let length = size;
    if (externalWeights) {
      const { graph, location } = detachWeights(buffer, readModel(buffer));
      externalData.push({ path: location, data: buffer });
      bytes = graph;
      length = graph.length;
    }
    const model = readModel(bytes.subarray(0, length));
    const additions: ModelAddition[] = [];
    const invariance = batchInvariant
      ? perTokenScales(bytes.subarray(0, length), model, additions)
      : { kind: 'off' as const, reason: 'the batchInvariant option is false' };
    const tail = createTail(model, { kind: 'pool', output: hiddenOutput ?? tokenOutput(model) });
    additions.push(tail);
    return { bytes: applyAdditions(bytes, additions, length), externalData, tail, invariance };
  } catch (cause) {
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `${file.path} is not a text encoder this engine can run: ${cause instanceof Error ? cause.message : String(cause)}.`,
      cause,
    });
  }
}

function perTokenScales(bytes: Uint8Array, model: ModelSummary, additions: ModelAddition[]): BatchInvariance {
  const rewrite = rewritePerToken(bytes, model);
  switch (rewrite.status) {
    case 'not-needed':
      return { kind: 'graph', reason: 'the graph has no activation scale that texts share' };
    case 'rewritten':
      additions.push(rewrite);
      return { kind: 'rewritten', reason: 'activation scales were rewritten from per tensor to per token' };
    case 'unrecognised':
      return { kind: 'single', reason: `texts run one by one: ${rewrite.reason}` };
  }
}

function tokenOutput(model: ModelSummary): string {
  const output = model.outputs.find(({ dims }) => dims?.length === 3);
  if (!output) {
    const names = model.outputs.map(({ name }) => name).join(', ');
    throw new Error(`it has no output with one vector a token, only ${names}`);
  }
  return output.name;
}
