import { type Dtype, FoundationError } from '@nearfield/spec';
import type { GraphFiles, Target } from '@nearfield/spec/implement';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import { DTYPES, graphPath } from '../../models/recipe.ts';
import { DEFAULT_RETRY, withRetries } from '../../store/retry.ts';
import type { ModelStore } from '../../store/types.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** A graph file that could be loaded. */
export interface GraphChoice {
  readonly dtype: Dtype;
  /** Path within the source. */
  readonly path: string;
  /** The reason for this choice. */
  readonly reason: string;
  /** Whether weights lie in a second file; undefined until the graph has been read. */
  readonly externalData?: boolean | undefined;
}

/** The catalogue's name of this runtime's device. */
function targetOf({ device, report }: Runtime): Target {
  if (device !== 'webgpu') return 'wasm';
  return report.f16 ? 'webgpu-f16' : 'webgpu';
}

/**
 * Graph files to try, best first: the requested one; for a catalogue model, the one it names for this device and then
 * the other published ones; for a custom model, those that its source has.
 * @throws FoundationError MODEL_INVALID if none exists; DEVICE_NOT_AVAILABLE if the model has no file for this device,
 * so that the caller can switch to wasm.
 */
export async function graphChoices(
  definition: ModelDefinition,
  part: ModelPart,
  runtime: Runtime,
  store: ModelStore,
  signal: AbortSignal,
): Promise<GraphChoice[]> {
  return part.files
    ? published(definition, part, runtime)
    : present(definition, part, runtime, store, signal);
}

/** Choices among the files that the catalogue lists. */
function published(definition: ModelDefinition, part: ModelPart, runtime: Runtime): GraphChoice[] {
  const { megabytes, use, broken, externalData = [] } = part.files!;
  const choice = (dtype: Dtype, reason: string): GraphChoice => ({
    dtype,
    path: graphPath(dtype, part.graph),
    reason,
    externalData: externalData.includes(dtype),
  });
  const asked = definition.dtype;
  const isBroken = (dtype: Dtype): boolean => broken?.dtypes.includes(dtype) === true;
  const has = Object.keys(megabytes) as Dtype[];
  let why = '';
  if (asked && !isBroken(asked)) {
    if (has.includes(asked)) return [choice(asked, 'set by the dtype option')];
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `${definition.id} has no ${asked} file of its ${part.graph}. Published: ${has.join(', ')}.`,
      param: 'dtype',
    });
  }
  if (asked) why = `${asked} was requested, but is broken (${broken!.reason}); `;
  const target = targetOf(runtime);
  const best = use[target];
  if (best === null) {
    throw new FoundationError({
      code: 'DEVICE_NOT_AVAILABLE',
      message: `No published file of ${definition.id} suits ${target === 'webgpu' ? 'WebGPU without float16' : target}: there are ${has.join(', ')}. Use device "wasm", or name one of them with the dtype option.`,
      param: 'device',
    });
  }
  const others = runtime.dtypes.filter((dtype) => dtype !== best && has.includes(dtype) && !isBroken(dtype));
  return [
    choice(best, `${why}the catalogue’s choice for ${target}`),
    ...others.map((dtype) => choice(dtype, `${why}the catalogue’s choice ${best} did not pass`)),
  ];
}

/** The catalogue's facts of a graph that the caller hosts, if it is the same model and not only like it. */
function knownGraph({ id, entry }: ModelDefinition, { graph }: ModelPart): GraphFiles | undefined {
  if (id !== entry.id || !entry.local.runs) return undefined;
  return entry.local.files.flatMap(({ graphs }) => graphs).find(({ name }) => name === graph);
}

/** Graph files of a part that some device could load; one of them must exist. */
export function usableGraphs(definition: ModelDefinition, part: ModelPart): GraphChoice[] {
  const facts = part.files ?? knownGraph(definition, part);
  const isBroken = (dtype: Dtype): boolean => facts?.broken?.dtypes.includes(dtype) === true;
  const { dtype: asked } = definition;
  const published = part.files && (Object.keys(part.files.megabytes) as Dtype[]);
  const dtypes =
    asked && !isBroken(asked)
      ? [asked]
      : (published ?? definition.dtypes ?? DTYPES).filter((dtype) => !isBroken(dtype));
  const choices = dtypes.map(
    (dtype): GraphChoice => ({
      dtype,
      path: graphPath(dtype, part.graph),
      reason: 'one that can be loaded',
      externalData: facts?.externalData?.includes(dtype),
    }),
  );
  if (!part.files && !(definition.dtypes && !asked) && part.graph === 'model') choices.push(rootGraph(asked));
  return choices;
}

/** Exports without the hub's layout have one graph beside the configuration, without a precision in its name. */
const rootGraph = (asked: Dtype | undefined): GraphChoice => ({
  dtype: asked ?? 'fp32',
  path: 'model.onnx',
  reason: 'the only graph, in the root',
});

/** Choices among the files that a custom source really has. */
async function present(
  definition: ModelDefinition,
  part: ModelPart,
  runtime: Runtime,
  store: ModelStore,
  signal: AbortSignal,
): Promise<GraphChoice[]> {
  const facts = knownGraph(definition, part);
  const isBroken = (dtype: Dtype): boolean => facts?.broken?.dtypes.includes(dtype) === true;
  const asked = definition.dtype && !isBroken(definition.dtype) ? definition.dtype : undefined;
  // The catalogue's choice for this device, if it knows the model, then the device's own order.
  const preferred = facts?.use[targetOf(runtime)];
  const order = preferred
    ? [preferred, ...runtime.dtypes.filter((dtype) => dtype !== preferred)]
    : runtime.dtypes;
  const dtypes = asked
    ? [asked]
    : order.filter((dtype) => !isBroken(dtype) && (definition.dtypes?.includes(dtype) ?? true));
  const reason = asked
    ? 'set by the dtype option'
    : `first of ${order.join(', ')} (best for ${runtime.device}) that the model has`;
  const candidates: GraphChoice[] = dtypes.map((dtype) => ({
    dtype,
    path: graphPath(dtype, part.graph),
    reason,
  }));
  if (definition.dtypes && !asked) return candidates;
  if (part.graph === 'model') candidates.push(rootGraph(asked));
  const kept: GraphChoice[] = [];
  for (const candidate of candidates) {
    // Files that are complete in the cache need no network, so they go first.
    if (!(await store.has(definition.id, part.source, [{ path: candidate.path }]))) continue;
    // Looking for a second file that never existed would use the network again.
    const externalData = await store.has(definition.id, part.source, [{ path: `${candidate.path}_data` }]);
    kept.push({ ...candidate, externalData });
  }
  if (kept.length > 0 && !part.source.local) return kept;
  const described = await withRetries(
    () =>
      part.source.describe(
        ['config.json', ...candidates.flatMap(({ path }) => [path, `${path}_data`])],
        signal,
      ),
    DEFAULT_RETRY,
    signal,
  );
  const found = candidates
    .filter(({ path }) => described.has(path))
    .map((candidate) => ({ ...candidate, externalData: described.has(`${candidate.path}_data`) }));
  if (found.length > 0) return found;
  // No file exists at all: the location is wrong, and the error of opening any file there says so best.
  if (!described.has('config.json')) return candidates;
  throw new FoundationError({
    code: 'MODEL_INVALID',
    message: `${definition.id} has no graph that ${runtime.device} can run: looked for ${candidates.map(({ path }) => path).join(', ')} at ${part.source.key}. Name one that exists with the dtype option.`,
    param: 'model',
  });
}
