import type { WeightStage } from '@nearfield/encoder';
import {
  ArrivingModel,
  createTail,
  detachWeights,
  hiddenExternalTensor,
  type ModelSummary,
  modelCapacity,
  readModel,
  type Tail,
  type TailOptions,
  type WeightFiles,
  weightBytes,
} from '@nearfield/onnx';
import { FoundationError } from '@nearfield/spec';
import { type BatchInvariance, randomId } from '@nearfield/spec/implement';
import type { StoredFile } from '../../store/types.ts';
import type { GraphEncoder } from '../runtime/runtime.ts';
import { classifyRuntimeError } from '../runtime/runtime-errors.ts';
import type { EncoderPlan, GraphInterface, SessionModel } from '../runtime/session.ts';

export interface GraphOptions {
  /** Tails to append, by the graph's inputs and outputs. @throws Error if the graph is of another kind. */
  tails(model: GraphInterface): readonly TailOptions[];
  /** Whether to drop nodes that the tails' outputs do not need: the other tower of a graph that holds two. */
  onlyThese?: boolean | undefined;
  /** Inputs that the engine can feed. */
  inputs: ReadonlySet<string>;
  /** Files beside the graph that hold weights, by the name under which the graph refers to them. */
  weights(location: string): Promise<StoredFile>;
  /** Whether a text's vector must not depend on its neighbours in a batch. */
  batchInvariant: boolean;
  /** Whether the runtime accepts weights apart from the graph. */
  externalWeights: boolean;
  /** Whether to rewrite operators whose kernels are slow in the runtime. */
  avoidSlowKernels: boolean;
  /** Whether its output only orders texts: then the encoder takes half the time and is nearly as near. */
  onlyRanks: boolean;
  /** Reads the graph for the encoder; or why it does not. */
  encoder: Pick<GraphEncoder, 'read' | 'stage'> | { readonly refused: string };
  signal?: AbortSignal | undefined;
}

/** A model's bytes, ready for the runtime. */
export interface PreparedGraph extends SessionModel {
  /** One per requested tail. */
  tails: Tail[];
  model: GraphInterface;
  /** Size of all weights that the session holds. */
  weightBytes: number;
  invariance: BatchInvariance;
  /** Why the encoder does not compute it; undefined where it does. */
  refused: string | undefined;
}

/**
 * Reads a model file and changes its graph: it appends tails, replaces per-tensor activation scales by per-token ones,
 * and rewrites operators that are slow in the runtime. The weights are never copied: the runtime reads them from where
 * they were put when the file was read, or else the changes go into spare room at the buffer's end.
 * @throws FoundationError MODEL_INVALID if the file is not what its recipe expects.
 */
export async function prepareGraph(file: StoredFile, options: GraphOptions): Promise<PreparedGraph> {
  const { signal } = options;
  let staged: WeightStage | undefined;
  try {
    const { graph, externalData, weights, location } = await readGraphFile(file, options);
    staged = weights;
    let { bytes, length } = graph;
    const stored = bytes.subarray(0, length);
    let summary = readModel(stored);
    requireOwnWeights(stored);
    requireKnownInputs(summary, options.inputs);
    const tailOptions = options.tails(summary);
    if (options.onlyThese) {
      const outputs = tailOptions.map(({ output }) => output);
      const { keepOutputs } = await graphChanges();
      bytes = keepOutputs(bytes.subarray(0, length), summary, outputs);
      length = bytes.length;
      summary = readModel(bytes);
    }
    const { inputs, outputs } = summary;
    const kept = weightBytes(summary);
    for (const path of weightFiles(summary)) {
      if (path === location) continue;
      const beside = await options.weights(path);
      externalData.push({ path, data: await beside.read({ ...(signal && { signal }) }) });
    }
    const planned = await planOf(bytes.subarray(0, length), summary, tailOptions, options, {
      weights,
      location,
      files: new Map(externalData.map(({ path, data }) => [path, data])),
    });
    const common = { externalData, model: { inputs, outputs }, weightBytes: kept };
    if (!('refused' in planned)) {
      const invariance = {
        kind: 'graph' as const,
        reason: 'each text is computed by itself, without padding',
      };
      const bytesOfGraph = bytes.subarray(0, length);
      return {
        ...common,
        bytes: bytesOfGraph,
        tails: [planned.tail],
        plan: planned,
        invariance,
        refused: undefined,
      };
    }
    weights?.close();
    // A runtime that takes a model as one message gets the file as it is.
    if (weights && !options.externalWeights)
      return await prepareGraph(file, { ...options, encoder: planned });
    // What the encoder refuses is the runtime's, with the weights where they are.
    if (weights) externalData.push({ path: location, data: weights.bytes });
    const { changedGraph } = await graphChanges();
    const changed = changedGraph({ bytes, length, summary }, tailOptions, options);
    return { ...common, ...changed, refused: planned.refused };
  } catch (cause) {
    staged?.close();
    if (FoundationError.isInstance(cause) || signal?.aborted) throw cause;
    const known = classifyRuntimeError(cause, `${file.path} could not be read`);
    if (FoundationError.isInstance(known) && known.code === 'OUT_OF_MEMORY') throw known;
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `${file.path} is not a graph that this model's recipe can run: ${cause instanceof Error ? cause.message : String(cause)}.`,
      cause,
    });
  }
}

/** A file that was read: its graph, and the weights apart from it if the runtime takes them so. */
interface ReadFile {
  /** The graph's bytes, and how many they are; behind them is room for changes. */
  readonly graph: { readonly bytes: Uint8Array; readonly length: number };
  /** Name of the weights, under which the graph refers to them. */
  readonly location: string;
  readonly externalData: SessionModel['externalData'];
  /** Weights in the memory of an encoder. */
  readonly weights?: WeightStage | undefined;
}

/** Reads a file, piece by piece if an encoder may compute it: then each weight goes straight into its memory. */
async function readGraphFile(
  file: StoredFile,
  { encoder, externalWeights, signal }: GraphOptions,
): Promise<ReadFile> {
  const { size } = file;
  // No file can refer to it by itself.
  const location = `weights-${randomId()}`;
  if ('read' in encoder) {
    const weights = await encoder.stage(size);
    try {
      const model = new ArrivingModel({ size, location, sink: weights });
      for await (const piece of file.pieces(signal)) model.push(piece);
      const bytes = model.finish();
      return { graph: { bytes, length: bytes.length }, location, externalData: [], weights };
    } catch (cause) {
      weights.close();
      throw cause;
    }
  }
  const spareBytes = externalWeights ? 0 : modelCapacity(size) - size;
  const buffer = await file.read({ spareBytes, ...(signal && { signal }) });
  if (!externalWeights) return { graph: { bytes: buffer, length: size }, location, externalData: [] };
  const { graph } = detachWeights(buffer, readModel(buffer), location);
  return {
    graph: { bytes: graph, length: graph.length },
    location,
    externalData: [{ path: location, data: buffer }],
  };
}

/** The graph's only output as the encoder computes it, or why it does not. */
async function planOf(
  bytes: Uint8Array,
  summary: ModelSummary,
  [options, ...others]: readonly TailOptions[],
  { encoder, onlyRanks }: GraphOptions,
  { weights, location, files }: Pick<ReadFile, 'weights' | 'location'> & { readonly files: WeightFiles },
): Promise<EncoderPlan | { refused: string }> {
  if ('refused' in encoder) return encoder;
  if (!options || others.length > 0) return { refused: 'several outputs of its graph are used' };
  // A file of its own, for the few models with tasks. Without it the runtime computes those whose weights they change.
  const adapters = summary.inputs.some(({ name }) => name === 'task_id')
    ? await import('@nearfield/encoder/adapters').catch(() => undefined)
    : undefined;
  const reading = encoder.read(bytes, options.output, weights!.files(location, files), adapters?.adapted);
  if ('refused' in reading) return reading;
  const { kind, output } = options;
  if (reading.rows.per !== (kind === 'pooled' ? 'text' : 'token')) {
    return { refused: `${output} holds vectors of ${reading.rows.per}s` };
  }
  return {
    reading,
    kind,
    tail: createTail(summary, options),
    weights: weights!,
    activationBits: onlyRanks ? 8 : 14,
  };
}

/** Names of the files beside the graph that hold its weights. */
function weightFiles(model: ModelSummary): string[] {
  const locations = new Set<string>();
  for (const { external } of model.initializers.values()) if (external) locations.add(external.location);
  return [...locations];
}

/**
 * Only the main graph's weights are looked up in the model's own folder and passed to the runtime; for all other
 * tensors the runtime would open files by itself, at any path.
 */
function requireOwnWeights(bytes: Uint8Array): void {
  const hidden = hiddenExternalTensor(bytes);
  if (hidden === undefined) return;
  throw new Error(
    `the ${hidden} refers to a file; only weights of the main graph may lie in another file, beside the graph`,
  );
}

/** A graph with an input that the engine does not feed would fail in its first run: it is refused when it is read. */
function requireKnownInputs(model: ModelSummary, known: ReadonlySet<string>): void {
  const unknown = model.inputs.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  if (unknown.length === 0) return;
  throw new Error(
    `it needs ${unknown.slice(0, 4).join(', ')}${unknown.length > 4 ? ', …' : ''}, which the engine cannot supply; ` +
      'export the model for feature extraction, without a cache of past keys',
  );
}

/**
 * A file of its own: a first vector of the encoder does without it.
 * @throws FoundationError RUNTIME_NOT_AVAILABLE
 */
async function graphChanges() {
  try {
    return await import('./graph-changes.ts');
  } catch (cause) {
    throw new FoundationError({
      code: 'RUNTIME_NOT_AVAILABLE',
      message: `A file beside the library's worker, which prepares models for onnxruntime, could not be loaded (${String(cause)}): try again. The models are not at fault.`,
      cause,
    });
  }
}

const FLOATS = new Set<string | undefined>(['float32', 'float16', 'bfloat16', 'float64']);

/** The output with one vector per token: the first float output of rank 3, or one of an exporter's usual names. */
export function tokenOutput({ outputs }: GraphInterface): string | undefined {
  return (
    outputs.find(({ type, dims }) => FLOATS.has(type) && dims?.length === 3) ??
    outputs.find(({ name, dims }) => !dims && /^(last_hidden_state|token_embeddings|logits)$/.test(name))
  )?.name;
}

/** The output with one vector per text: one of the names, or else the first float output of rank 2. */
export function pooledOutput(model: GraphInterface, names: readonly string[] = []): string | undefined {
  const named = namedOutput(model, names);
  return named ?? model.outputs.find(({ type, dims }) => FLOATS.has(type) && dims?.length === 2)?.name;
}

/** The first of these outputs that the graph has with one vector per text. */
export function namedOutput({ outputs }: GraphInterface, names: readonly string[]): string | undefined {
  const fits = (dims: readonly unknown[] | undefined): boolean => !dims || dims.length === 2;
  return names.find((name) => outputs.some((output) => output.name === name && fits(output.dims)));
}

/** Outputs of a graph for an error message. */
export const outputNames = ({ outputs }: GraphInterface): string =>
  outputs.map(({ name, dims }) => `${name} [${dims?.map((dim) => dim ?? '?').join(', ') ?? '…'}]`).join('; ');
