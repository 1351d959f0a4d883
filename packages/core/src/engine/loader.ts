import type { TailKind, TailOptions } from '@nearfield/onnx';
import { FoundationError, type LoadedModel, type ProgressEvent } from '@nearfield/spec';
import type { Tensor } from 'onnxruntime-common';
import { ColbertText } from '../families/colbert.ts';
import type { ClipRecipe } from '../families/family.ts';
import { IMAGE_RECIPES, type ImageRecipe, parseImageRecipe } from '../image/recipe.ts';
import type { FileRequest, ModelStore, StoredFile } from '../store/types.ts';
import { TextTokenizer } from '../text/tokenizer.ts';
import type { BatchBudget } from './batch-plan.ts';
import type { CheckMemory } from './check-memory.ts';
import { needsOtherDevice } from './device-fallback.ts';
import { TextEncoder } from './encoder.ts';
import {
  type GraphInterface,
  outputNames,
  type PreparedGraph,
  pooledOutput,
  prepareGraph,
  tokenOutput,
} from './graph.ts';
import { ImageEncoder } from './image-encoder.ts';
import { LISTWISE_INPUTS, ListwiseEncoder } from './listwise-encoder.ts';
import { type GraphChoice, graphChoices, openFiles } from './model-files.ts';
import type { ModelDefinition, ModelPart } from './models.ts';
import { PairEncoder } from './pair-encoder.ts';
import type {
  ReadyColbert,
  ReadyEncoder,
  ReadyImages,
  ReadyListwise,
  ReadyPairs,
  ReadyPart,
} from './ready.ts';
import { type CheckResult, checkFailed, goldensOf, selfCheck } from './self-check.ts';
import type { PooledSession, SessionPool } from './session-pool.ts';
import { TOKEN_INPUTS } from './token-feeds.ts';

export type {
  ReadyColbert,
  ReadyEncoder,
  ReadyImages,
  ReadyListwise,
  ReadyPairs,
  ReadyPart,
} from './ready.ts';

/** A part that is not checked yet. */
interface LoadedPart {
  readonly ready: ReadyPart;
  /** Hashes of all files; undefined where the store does not know them. */
  readonly fingerprint: string | undefined;
}

/** What loading needs besides the model's definition. */
export interface LoadContext {
  readonly sessions: SessionPool;
  readonly store: ModelStore;
  readonly checks: CheckMemory;
  readonly budget: BatchBudget;
  readonly batchInvariant: boolean;
  readonly signal: AbortSignal;
  readonly emit: (event: ProgressEvent) => void;
}

/** Inputs that some family's graph has and the engine feeds. */
const INPUTS: ReadonlySet<string> = new Set([...TOKEN_INPUTS, ...LISTWISE_INPUTS, 'task_id', 'pixel_values']);

interface ModelConfig {
  model_type?: string;
  hidden_size?: number;
  projection_dim?: number;
  max_position_embeddings?: number;
  text_config?: { max_position_embeddings?: number };
}

/**
 * Loads one part of a model: files, tokenizer, session, self-check. A file whose values are wrong is left for the
 * next precision of this device.
 * @throws FoundationError of the store (DOWNLOAD_FAILED, …), MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST;
 * SELF_CHECK_FAILED if no file computes the published values here; DEVICE_NOT_AVAILABLE if none suits the device.
 */
export async function loadPart(
  definition: ModelDefinition,
  part: ModelPart,
  context: LoadContext,
): Promise<ReadyPart> {
  const { sessions, store, signal } = context;
  const choices = await graphChoices(definition, part, sessions.runtime, store, signal);
  const failed: string[] = [];
  let problem: unknown;
  for (const choice of choices) {
    let loaded: LoadedPart;
    try {
      loaded = await loadChoice(definition, part, choice, context);
    } catch (error) {
      // Another precision may be there, or do without what this device lacks.
      if (!isMissing(error, choice.path) && !needsOtherDevice(error)) throw error;
      problem ??= error;
      continue;
    }
    const { ready } = loaded;
    const { passed, ...check } = await checkOnce(loaded, context);
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

/** Whether a graph file is simply not there, so that another precision may be tried. */
const isMissing = (error: unknown, path: string): boolean =>
  FoundationError.isInstance(error) &&
  error.code === 'DOWNLOAD_FAILED' &&
  error.status === 404 &&
  error.param === path;

const state = (
  { id }: ModelDefinition,
  name: 'compiling' | 'checking' | 'ready',
  { sessions }: LoadContext,
): ProgressEvent => ({ type: 'model-state', model: id, state: name, device: sessions.runtime.device });

/** Files of a part beside its graph. */
function sideFiles(definition: ModelDefinition, part: ModelPart): FileRequest[] {
  const { recipe } = definition;
  const readsText = recipe.kind !== 'clip' || part.graph === recipe.graphs.text;
  const readsImages = recipe.kind === 'clip' && part.graph === recipe.graphs.image;
  return [
    { path: 'config.json' },
    ...(readsText ? [{ path: 'tokenizer.json' }, { path: 'tokenizer_config.json', optional: true }] : []),
    ...(readsImages ? [{ path: 'preprocessor_config.json', optional: true }] : []),
  ];
}

async function loadChoice(
  definition: ModelDefinition,
  part: ModelPart,
  choice: GraphChoice,
  context: LoadContext,
): Promise<LoadedPart> {
  const { sessions, store, signal, emit, batchInvariant } = context;
  const requests = [...sideFiles(definition, part), { path: choice.path }];
  if (choice.externalData !== false) {
    // Whether weights lie apart is only certain once the graph is read; asked for now, their size is known now.
    requests.push({ path: `${choice.path}_data`, optional: true });
  }
  const files = await openFiles(definition, part.source, store, requests, signal, emit);
  const graph = files.get(choice.path)!;
  const folder = choice.path.slice(0, choice.path.lastIndexOf('/') + 1);
  const weights = async (location: string): Promise<StoredFile> => {
    const path = folder + location;
    const known = files.get(path);
    if (known) return known;
    const opened = (await openFiles(definition, part.source, store, [{ path }], signal, emit)).get(path)!;
    files.set(path, opened);
    return opened;
  };
  emit(state(definition, 'compiling', context));
  const prepare = (within?: AbortSignal): Promise<PreparedGraph> =>
    prepareGraph(graph, {
      tails: (model) => tailsOf(definition, part, model),
      inputs: INPUTS,
      weights,
      batchInvariant,
      externalWeights: sessions.runtime.externalWeights,
      signal: within,
    });
  let prepared: PreparedGraph | undefined = await prepare(signal);
  signal.throwIfAborted();
  const bytes = [...files.values()].reduce((sum, file) => sum + file.size, 0);
  const session = sessions.session(`${definition.id} (${choice.path})`, bytes, async () => {
    // The first time the graph is at hand; when the session is opened again it is read from the cache.
    const model = prepared ?? (await prepare());
    prepared = undefined;
    return model;
  });
  const { tails, model, invariance } = prepared;
  try {
    await session.ready();
    const parts = { session, tails, model, invariance, files, bytes };
    const ready = await assemble(definition, part, choice, context, parts);
    const hashes = [...files.values()].map(({ path, sha256 }) => sha256 && `${path} ${sha256}`).sort();
    return { ready, fingerprint: hashes.every(Boolean) ? hashes.join('\n') : undefined };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Which outputs of the graph are wanted, and in which form. @throws Error if it has not got them. */
function tailsOf({ recipe }: ModelDefinition, part: ModelPart, model: GraphInterface): TailOptions[] {
  const missing = (what: string): Error =>
    new Error(`it has no output with ${what}, only ${outputNames(model)}`);
  const pooled = (names: readonly string[], what: string): TailOptions => {
    const output = pooledOutput(model, names);
    if (output === undefined) throw missing(what);
    return { kind: 'pooled', output };
  };
  switch (recipe.kind) {
    case 'text': {
      // Token vectors serve single vectors, spans and tokens; they are preferred to what the graph pooled.
      const tokens = tokenOutput(model);
      if (tokens !== undefined) return [{ kind: 'pool', output: tokens }];
      return [pooled(recipe.pooledOutputs ?? [], 'one vector a token or a text')];
    }
    case 'colbert': {
      const output = tokenOutput(model);
      if (output === undefined) throw missing('one vector a token');
      return [{ kind: 'tokens', output }];
    }
    case 'clip': {
      const { text, image } = recipe.graphs;
      return [
        ...(part.graph === text ? [pooled(recipe.textOutputs, 'a text’s vector')] : []),
        ...(part.graph === image ? [pooled(recipe.imageOutputs, 'a picture’s vector')] : []),
      ];
    }
    case 'pairs':
      return [pooled(['logits'], 'one logit a pair')];
    case 'listwise':
      return [pooled(['scores'], 'one score a document')];
  }
}

interface Parts {
  session: PooledSession;
  tails: PreparedGraph['tails'];
  model: GraphInterface;
  invariance: PreparedGraph['invariance'];
  files: ReadonlyMap<string, StoredFile>;
  bytes: number;
}

/** The encoder of the recipe's kind, with what is known of the model. */
async function assemble(
  definition: ModelDefinition,
  part: ModelPart,
  choice: GraphChoice,
  { sessions, budget }: LoadContext,
  { session, tails, model, invariance, files, bytes }: Parts,
): Promise<ReadyPart> {
  const { runtime } = sessions;
  const { recipe, entry } = definition;
  const text = async (path: string): Promise<string | undefined> => files.get(path)?.text();
  const config = parseJson('config.json', (await text('config.json')) ?? '{}') as ModelConfig;
  const tokenizerText = await text('tokenizer.json');
  const tokenizer =
    tokenizerText === undefined
      ? undefined
      : new TextTokenizer(tokenizerText, await text('tokenizer_config.json'));
  const [tail] = tails;
  const info: LoadedModel = {
    id: definition.id,
    device: runtime.device,
    dtype: choice.dtype,
    reason: choice.reason,
    dimensions: definition.ownSizes ? 0 : (entry.dimensions ?? 0),
    maxTokens: definition.ownSizes ? contextOf(tokenizer, config) : entry.maxTokens,
    bytes,
    batchInvariance: invariance,
  };
  const padId = tokenizer?.padId ?? 0;
  const common = { session, runtime, model, invariance, padId, budget };
  const ready = { definition, part, info };
  const textEncoder = (
    tailKind: TailKind,
    pooling: 'mean' | 'first' | 'last',
    otherFeeds?: OtherFeeds,
  ): TextEncoder => new TextEncoder({ ...common, tail: tail!, tailKind, pooling, entry, otherFeeds });

  switch (recipe.kind) {
    case 'text': {
      const tailKind = tail!.poolingInput ? 'pool' : 'pooled';
      const found: ReadyEncoder = {
        ...ready,
        kind: 'text',
        tokenizer: tokenizer!,
        encoder: textEncoder(tailKind, recipe.pooling),
      };
      info.dimensions ||= widthOf(model) ?? (await measure(found));
      return found;
    }
    case 'colbert': {
      const found: ReadyColbert = {
        ...ready,
        kind: 'colbert',
        tokenizer: tokenizer!,
        colbert: new ColbertText(tokenizer!, recipe),
        encoder: textEncoder('tokens', 'mean'),
      };
      if (!info.dimensions) {
        const group = found.encoder.tokens({ dimensions: ALL, normalized: true });
        const [vectors] = await group.run([found.colbert.document('a', info.maxTokens)]);
        info.dimensions = vectors!.dimensions;
      }
      return found;
    }
    case 'clip':
      return assembleClip();
    case 'pairs': {
      const found: ReadyPairs = {
        ...ready,
        kind: 'pairs',
        tokenizer: tokenizer!,
        recipe,
        encoder: new PairEncoder({ ...common, tail: tail! }),
      };
      info.dimensions = 0;
      return found;
    }
    case 'listwise': {
      const found: ReadyListwise = {
        ...ready,
        kind: 'listwise',
        tokenizer: tokenizer!,
        recipe,
        encoder: new ListwiseEncoder({ ...common, tail: tail! }),
      };
      info.dimensions = 0;
      return found;
    }
  }

  async function assembleClip(): Promise<ReadyEncoder | ReadyImages> {
    const { graphs } = recipe as ClipRecipe;
    const imageRecipe = part.graph === graphs.image ? await imageRecipeOf() : undefined;
    const imageTail = tails.at(-1)!;
    const isFused = graphs.text === graphs.image;
    if (!isFused && imageRecipe) {
      const encoder = new ImageEncoder({ session, runtime, tail: imageTail, recipe: imageRecipe });
      const found: ReadyImages = { ...ready, kind: 'images', encoder, recipe: imageRecipe };
      if (!info.dimensions) {
        const blank = new Float32Array(3 * imageRecipe.width * imageRecipe.height);
        const [vector] = await encoder.group({ dimensions: ALL, normalized: true }).run([blank]);
        info.dimensions = vector!.length;
      }
      return found;
    }
    if (!isFused) {
      const found: ReadyEncoder = {
        ...ready,
        kind: 'text',
        tokenizer: tokenizer!,
        encoder: textEncoder('pooled', 'mean'),
      };
      info.dimensions ||= await measure(found);
      return found;
    }
    // One graph for both: it wants both inputs always, so the half that is not asked gets nothing to do.
    const { Tensor } = runtime.ort;
    const { width, height } = imageRecipe!;
    const all = BigInt64Array.of(BigInt(ALL));
    // WebGPU cannot compute on nothing (its convolution refuses an empty batch), so there it gets one blank picture.
    const blanks = runtime.device === 'webgpu' ? 1 : 0;
    const blank = new Float32Array(blanks * 3 * width * height);
    const noPictures: OtherFeeds = () => ({
      pixel_values: new Tensor('float32', blank, [blanks, 3, height, width]),
      [imageTail.dimensionsInput]: new Tensor('int64', all, [1]),
    });
    const inputs = new Set(model.inputs.map(({ name }) => name));
    const noTexts: OtherFeeds = (rows) => {
      const ones = new Tensor('int64', new BigInt64Array(rows).fill(1n), [rows, 1]);
      return {
        input_ids: ones,
        ...(inputs.has('attention_mask') && { attention_mask: ones }),
        [tail!.dimensionsInput]: new Tensor('int64', all, [1]),
      };
    };
    const found: ReadyEncoder = {
      ...ready,
      kind: 'text',
      tokenizer: tokenizer!,
      encoder: textEncoder('pooled', 'mean', noPictures),
      images: new ImageEncoder({
        session,
        runtime,
        tail: imageTail,
        recipe: imageRecipe!,
        otherFeeds: noTexts,
      }),
    };
    info.dimensions ||= await measure(found);
    return found;
  }

  /** From the model's own file; else the family's, where the model is the catalogue's own. */
  async function imageRecipeOf(): Promise<ImageRecipe> {
    const json = await text('preprocessor_config.json');
    if (json !== undefined) return parseImageRecipe(parseJson('preprocessor_config.json', json));
    const known: Partial<Record<string, ImageRecipe>> = IMAGE_RECIPES;
    const family = known[entry.id];
    if (family && !definition.ownSizes) return family;
    throw new FoundationError({
      code: 'MODEL_INVALID',
      message: `${definition.id} has no preprocessor_config.json, so its picture size is not known.`,
    });
  }
}

type OtherFeeds = (rows: number) => Record<string, Tensor>;

/** More values than any vector has: a tail that is told so keeps all. */
const ALL = 2 ** 31 - 1;

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FoundationError({ code: 'MODEL_INVALID', message: `${path} is not JSON.`, cause });
  }
}

/** Size of the vectors, where the graph's shapes tell. */
function widthOf(model: GraphInterface): number | undefined {
  const name = tokenOutput(model) ?? pooledOutput(model);
  const last = model.outputs.find((output) => output.name === name)?.dims?.at(-1);
  return typeof last === 'number' ? last : undefined;
}

/** Size of the vectors, by asking for one. */
async function measure({ encoder, tokenizer, definition }: ReadyEncoder): Promise<number> {
  const task = definition.entry.defaultTask ?? Object.keys(definition.entry.tasks)[0];
  const group = encoder.group({ dimensions: ALL, normalized: true, task });
  const [vector] = await group.run([tokenizer.encode('a', 8)]);
  return vector!.length;
}

/** Context in tokens, from the model's own files. */
function contextOf(tokenizer: TextTokenizer | undefined, config: ModelConfig): number {
  const positions = config.max_position_embeddings ?? config.text_config?.max_position_embeddings;
  // RoBERTa numbers its positions from the padding id plus one: two of its embeddings are never used.
  const reserved = positions !== undefined && /roberta|camembert/i.test(config.model_type ?? '') ? 2 : 0;
  const limits = [tokenizer?.maxLength, positions && positions - reserved].filter(
    (limit) => limit !== undefined,
  );
  return limits.length > 0 ? Math.min(...limits) : 512;
}

/** The self-check, unless these very files passed it on this device before. */
async function checkOnce({ ready, fingerprint }: LoadedPart, context: LoadContext): Promise<CheckResult> {
  const { checks, sessions, emit } = context;
  if (goldensOf(ready).length === 0) return selfCheck(ready);
  const key =
    fingerprint && `${sessions.runtime.device} ${sessions.runtime.report.adapter ?? ''}\n${fingerprint}`;
  const known = key && (await checks.recall(key));
  if (known) return { ...known, result: 'remembered', passed: true };
  emit(state(ready.definition, 'checking', context));
  const result = await selfCheck(ready);
  if (result.passed && key) {
    const { passed: _, ...check } = result;
    await checks.remember(key, check);
  }
  return result;
}
