import { type CallProgress, FoundationError } from '@nearfield/spec';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import { needsOtherDevice } from '../../models/device-fallback.ts';
import type { FileRequest, ModelSource, ModelStore, StoredFile } from '../../store/types.ts';
import { LISTWISE_INPUTS } from '../encoders/listwise-encoder.ts';
import { isNotAValue } from '../encoders/output-check.ts';
import type { ReadyPart } from '../encoders/ready.ts';
import { TOKEN_INPUTS } from '../encoders/token-feeds.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SessionPool } from '../runtime/session-pool.ts';
import type { BatchBudget } from '../scheduling/batch-plan.ts';
import { assemble, tokenizerOf } from './assemble.ts';
import type { CheckMemory } from './check-memory.ts';
import { type GraphOptions, type PreparedGraph, prepareGraph } from './graph.ts';
import { heldSource } from './held-source.ts';
import { type GraphChoice, graphChoices } from './model-files.ts';
import { OWN_FILES } from './own-files.ts';
import { type CheckResult, checkFailed, goldensOf, nothingToCompare, selfCheck } from './self-check.ts';
import { tailsOf } from './tails.ts';

/** A part that was checked. */
interface CheckedPart {
  readonly ready: ReadyPart;
  readonly result: CheckResult;
}

/** A part that is not checked yet. */
interface LoadedPart {
  readonly ready: ReadyPart;
  /** Hashes of all files; undefined if the store does not know them. */
  readonly fingerprint: string | undefined;
}

/** Context of loading, besides the model's definition. */
export interface LoadContext {
  readonly sessions: SessionPool;
  readonly store: ModelStore;
  readonly checks: CheckMemory;
  readonly budget: BatchBudget;
  readonly batchInvariant: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: CallProgress) => void;
}

/** Inputs of any family's graph that the engine feeds. */
const INPUTS: ReadonlySet<string> = new Set([...TOKEN_INPUTS, ...LISTWISE_INPUTS, 'task_id', 'pixel_values']);

/**
 * Loads one part of a model: files, tokenizer, session, self-check. A file whose values are wrong is left for the
 * next precision of this device.
 * @throws FoundationError of the store (DOWNLOAD_FAILED, …), MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST;
 * RUNTIME_NOT_AVAILABLE before weights are downloaded;
 * SELF_CHECK_FAILED if no file computes the published values here; DEVICE_NOT_AVAILABLE if none suits the device.
 */
export async function loadPart(
  definition: ModelDefinition,
  part: ModelPart,
  context: LoadContext,
): Promise<ReadyPart> {
  const { sessions, store } = context;
  const noRuntime = new AbortController();
  const signal = AbortSignal.any([context.signal, noRuntime.signal]);
  const warm = warmUp(definition, sessions);
  warm.catch((error: unknown) => noRuntime.abort(error));
  const source = heldSource(part.source, warm, signal);
  const choices = await graphChoices(definition, part, sessions.runtime, store, signal);
  const failed: string[] = [];
  let problem: unknown;
  for (const choice of choices) {
    let loaded: CheckedPart;
    try {
      loaded = await loadChecked(definition, part, choice, { ...context, signal }, source);
    } catch (error) {
      if (isNotAValue(error)) {
        failed.push(`${choice.dtype}: ${(error as FoundationError).message}`);
        continue;
      }
      // Another precision may exist, or may not need the features that this device lacks.
      if (!isMissing(error, choice.path) && !needsOtherDevice(error)) throw error;
      problem ??= error;
      continue;
    }
    const { ready, result } = loaded;
    const { passed, ...check } = result;
    if (passed) {
      const before = failed.length > 0 ? `; before: ${failed.join('; ')}` : '';
      ready.info.check = { ...check, reason: check.reason + before };
      context.emit(state(definition, 'ready', context));
      return ready;
    }
    await ready.encoder.release();
    failed.push(`${choice.dtype}: ${check.reason}`);
  }
  throw failed.length > 0 ? checkFailed(definition.id, sessions.runtime.device, failed) : problem;
}

/**
 * Files whose weights are whole numbers of 8 bits, tables aside: the encoder takes them as they are, and would round any
 * others.
 */
const ENCODER_DTYPES: ReadonlySet<string> = new Set(['q8', 'q8e4', 'int8', 'uint8']);

/** Models whose graphs the encoder is known to read. Of others it is found out while onnxruntime starts. */
const ENCODER_MODELS: ReadonlySet<string> = new Set(['all-MiniLM-L6-v2', 'minilm-reranker']);

/** Starts what the model is expected to need, while its files are fetched. */
async function warmUp({ entry, dtype, dtypes }: ModelDefinition, sessions: SessionPool): Promise<void> {
  const { encoder, dtypes: order } = sessions.runtime;
  // The first that the source has; which it has is known of some alone.
  const expected = dtype ?? order.find((each) => dtypes?.includes(each) ?? true) ?? 'q8';
  if (encoder && 'read' in encoder && ENCODER_MODELS.has(entry.id) && ENCODER_DTYPES.has(expected)) {
    // If the page forbids WebAssembly, the general runtime has the error message for it.
    return encoder.prepare().catch(() => sessions.warmUp());
  }
  return sessions.warmUp();
}

/** The encoder's reader for a choice's graph, or the reason for having none. */
function encoderFor({ device, encoder }: Runtime, { dtype }: GraphChoice): GraphOptions['encoder'] {
  if (!encoder) return { refused: `on ${device} it computes all models` };
  if ('refused' in encoder || ENCODER_DTYPES.has(dtype)) return encoder;
  return { refused: `the encoder would round ${dtype} weights to 8 bits` };
}

/**
 * Loads a file and checks what it computes: with the encoder where that reads its graph, and if it then fails or
 * computes something else, with the general runtime.
 */
async function loadChecked(
  definition: ModelDefinition,
  part: ModelPart,
  choice: GraphChoice,
  context: LoadContext,
  source: ModelSource,
): Promise<CheckedPart> {
  const attempt = async (encoder: GraphOptions['encoder']): Promise<CheckedPart> => {
    const loaded = await loadChoice(definition, part, choice, context, source, encoder);
    const { ready } = loaded;
    try {
      return { ready, result: await checkOnce(loaded, context) };
    } catch (error) {
      await ready.encoder.release();
      throw error;
    }
  };
  const encoder = encoderFor(context.sessions.runtime, choice);
  let failure: string;
  try {
    const found = await attempt(encoder);
    if (found.result.passed || found.ready.info.runtime?.name !== 'encoder') return found;
    await found.ready.encoder.release();
    failure = found.result.reason;
  } catch (error) {
    // Whatever else is wrong shows again without the encoder, with its own words.
    const isOurs = FoundationError.isInstance(error) && error.code === 'MODEL_INVALID' && 'read' in encoder;
    if (!isOurs || context.signal.aborted) throw error;
    failure = error.message;
  }
  return attempt({ refused: `the encoder failed: ${failure}` });
}

/** Whether a graph file does not exist, so that another precision may be tried. */
const isMissing = (error: unknown, path: string): boolean =>
  FoundationError.isInstance(error) &&
  error.code === 'DOWNLOAD_FAILED' &&
  error.status === 404 &&
  error.param === path;

const state = (
  { id }: ModelDefinition,
  name: 'compiling' | 'checking' | 'ready',
  { sessions }: LoadContext,
): CallProgress => ({ type: 'model-state', model: id, state: name, device: sessions.runtime.device });

/** Files of a part beside its graph. */
export function sideFiles(definition: ModelDefinition, part: ModelPart): FileRequest[] {
  const { recipe } = definition;
  // A file with both towers may need both inputs for either output.
  const isFused = recipe.kind === 'clip' && recipe.graphs.text === recipe.graphs.image;
  const readsText = isFused || part.tower !== 'image';
  const readsImages = isFused || part.tower === 'image';
  return [
    { path: 'config.json' },
    ...(readsText ? [{ path: 'tokenizer.json' }, { path: 'tokenizer_config.json', optional: true }] : []),
    ...(readsImages ? [{ path: 'preprocessor_config.json', optional: true }] : []),
    ...(definition.own ? OWN_FILES : []),
  ];
}

async function loadChoice(
  definition: ModelDefinition,
  part: ModelPart,
  choice: GraphChoice,
  context: LoadContext,
  source: ModelSource,
  encoder: GraphOptions['encoder'],
): Promise<LoadedPart> {
  const { sessions, store, signal, emit, batchInvariant } = context;
  const requests = [...sideFiles(definition, part), { path: choice.path }];
  if (choice.externalData !== false) {
    // Only the graph shows for certain whether weights lie apart. Opened now, their size is known early.
    requests.push({ path: `${choice.path}_data`, optional: true });
  }
  const opening = { signal, onProgress: emit };
  const files = await store.open(definition.id, source, requests, opening);
  const graph = files.get(choice.path)!;
  const folder = choice.path.slice(0, choice.path.lastIndexOf('/') + 1);
  const weights = async (location: string): Promise<StoredFile> => {
    const path = folder + location;
    const known = files.get(path);
    if (known) return known;
    const opened = (await store.open(definition.id, source, [{ path }], opening)).get(path)!;
    files.set(path, opened);
    return opened;
  };
  emit(state(definition, 'compiling', context));
  // Read while the first of the weights are on their way.
  const tokenizer = tokenizerOf(files, definition.id);
  tokenizer.catch(() => {});
  const prepare = (within?: AbortSignal): Promise<PreparedGraph> =>
    prepareGraph(graph, {
      tails: (model) => tailsOf(definition, part, model),
      inputs: INPUTS,
      onlyThese: definition.recipe.kind === 'clip',
      onlyRanks: definition.recipe.kind === 'pairs',
      weights,
      batchInvariant,
      externalWeights: sessions.runtime.externalWeights,
      avoidSlowKernels: sessions.runtime.hasSlowKernels,
      encoder,
      signal: within,
    });
  let prepared: PreparedGraph | undefined = await prepare(signal);
  if (signal.aborted) {
    prepared.plan?.weights.close();
    throw signal.reason;
  }
  const bytes = [...files.values()].reduce((sum, file) => sum + file.size, 0);
  const session = sessions.session(`${definition.id} (${choice.path})`, prepared.weightBytes, async () => {
    // The first time, the graph is in memory; when the session is opened again, it is read from the cache.
    const model = prepared ?? (await prepare());
    prepared = undefined;
    return model;
  });
  const { tails, model, invariance, refused } = prepared;
  try {
    await session.ready();
    const { runtime } = sessions;
    const { budget } = context;
    const graphParts = {
      session,
      tails,
      model,
      invariance,
      files,
      bytes,
      refused,
      tokenizer: await tokenizer,
    };
    const ready = await assemble({ definition, part, choice, runtime, budget, ...graphParts });
    const hashes = [...files.values()].map(({ path, sha256 }) => sha256 && `${path} ${sha256}`).sort();
    return { ready, fingerprint: hashes.every(Boolean) ? hashes.join('\n') : undefined };
  } catch (error) {
    prepared?.plan?.weights.close();
    await session.close();
    throw error;
  }
}

/** Part of the key of a passed check. Raise it when recipes or the runtime change computed values. */
const CHECK_VERSION = 2;

/** The self-check, unless these very files passed it on this device before. */
async function checkOnce({ ready, fingerprint }: LoadedPart, context: LoadContext): Promise<CheckResult> {
  const { checks, sessions, emit } = context;
  const { device, report } = sessions.runtime;
  const hasGoldens = goldensOf(ready).length > 0;
  const by = ready.info.runtime?.name === 'encoder' ? ' encoder' : '';
  const version = `${CHECK_VERSION}${by}${hasGoldens ? '' : ' without values'}`;
  const key = fingerprint && [version, device, report.adapter ?? '', fingerprint].join('\n');
  const known = key && (await checks.recall(key));
  if (known) return hasGoldens ? { ...known, result: 'remembered', passed: true } : nothingToCompare(ready);
  // Without published values, nothing was checked.
  if (hasGoldens) emit(state(ready.definition, 'checking', context));
  const result = await selfCheck(ready);
  if (result.passed && key) {
    const { passed: _, ...check } = result;
    await checks.remember(key, check);
  }
  return result;
}
