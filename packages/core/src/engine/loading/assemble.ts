import type { Tail, TailKind } from '@nearfield/onnx';
import { FoundationError, type LoadedModel } from '@nearfield/spec';
import type { BatchInvariance } from '@nearfield/spec/implement';
import { IMAGE_RECIPES, type ImageRecipe, parseImageRecipe } from '../../image/recipe.ts';
import { ColbertText } from '../../models/colbert-text.ts';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import type { ColbertRecipe, Pooling } from '../../models/recipe.ts';
import type { StoredFile } from '../../store/types.ts';
import { TextTokenizer } from '../../text/text-tokenizer.ts';
import { ImageEncoder, pixelFeed } from '../encoders/image-encoder.ts';
import { ListwiseEncoder } from '../encoders/listwise-encoder.ts';
import { OutputCheck } from '../encoders/output-check.ts';
import { PairEncoder } from '../encoders/pair-encoder.ts';
import type { ReadyColbert, ReadyEncoder, ReadyImages, ReadyPart } from '../encoders/ready.ts';
import { TextVectorEncoder } from '../encoders/text-encoder.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Feed, Feeds, GraphInterface } from '../runtime/session.ts';
import type { PooledSession } from '../runtime/session-pool.ts';
import type { BatchBudget } from '../scheduling/batch-plan.ts';
import { checkTokenizerConfig, type ModelConfig, parseJson, parseModelConfig } from './model-config.ts';
import type { GraphChoice } from './model-files.ts';
import { tailsOf } from './tails.ts';

/** Parts of an encoder. */
export interface AssemblyParts {
  readonly definition: ModelDefinition;
  readonly part: ModelPart;
  readonly choice: GraphChoice;
  readonly runtime: Runtime;
  readonly budget: BatchBudget;
  readonly session: PooledSession;
  readonly tails: readonly Tail[];
  readonly model: GraphInterface;
  readonly invariance: BatchInvariance;
  readonly files: ReadonlyMap<string, StoredFile>;
  readonly tokenizer: TextTokenizer | undefined;
  /** Total size of all files. */
  readonly bytes: number;
  /** Why the encoder does not compute it; undefined where it does. */
  readonly refused: string | undefined;
}

/** Inputs of the half of a graph that a run does not use, by the number of rows. */
type OtherFeeds = (rows: number) => Feeds;

/** More dimensions than any vector has, so that a tail with this limit keeps all. */
const ALL = 2 ** 31 - 1;

/**
 * The encoder of the recipe's kind, with the facts of the model. If the model is only like its catalogue entry, its
 * sizes are read from its files or measured with a short input.
 * @throws FoundationError MODEL_INVALID naming the file that does not fit.
 */
export async function assemble(assembly: AssemblyParts): Promise<ReadyPart> {
  const { definition, part, tokenizer, tails, session, runtime, model, invariance, budget, choice } =
    assembly;
  const { recipe } = definition;
  const check = new OutputCheck(definition.id, runtime.device, choice.dtype);
  const parts: CheckedParts = { ...assembly, check };
  const info = await describe(parts);
  requireWidth(parts, info);
  const ready = { definition, part, info };
  // Only an image tower is opened without a tokenizer.
  if (part.tower === 'image' || !tokenizer) return imageTower(parts, ready);
  const common = {
    session,
    runtime,
    model,
    invariance,
    budget,
    isPacked: assembly.refused === undefined,
    padId: tokenizer.padId,
    tail: tails[0]!,
    check,
  };
  switch (recipe.kind) {
    case 'text': {
      const encoder = textEncoder(
        parts,
        tokenizer,
        recipe.pooling,
        common.tail.poolingInput ? 'pool' : 'pooled',
      );
      const found: ReadyEncoder = { ...ready, kind: 'text', tokenizer, encoder };
      check.width = info.dimensions ||= await measure(found);
      return found;
    }
    case 'clip':
      return textTower(parts, ready, tokenizer);
    case 'colbert':
      return colbert(parts, ready, recipe, tokenizer);
    case 'pairs':
      return { ...ready, kind: 'pairs', tokenizer, recipe, encoder: new PairEncoder(common) };
    case 'listwise':
      return { ...ready, kind: 'listwise', tokenizer, recipe, encoder: new ListwiseEncoder(common) };
  }
}

type Ready = Pick<ReadyPart, 'definition' | 'part' | 'info'>;

/** Adds the check of all computed values. */
interface CheckedParts extends AssemblyParts {
  readonly check: OutputCheck;
}

/** The tokenizer of a model's files; undefined for one that reads no texts. @throws FoundationError MODEL_INVALID */
export async function tokenizerOf(
  files: AssemblyParts['files'],
  model: string,
): Promise<TextTokenizer | undefined> {
  const tokenizerText = await files.get('tokenizer.json')?.text();
  if (tokenizerText === undefined) return undefined;
  const configText = await files.get('tokenizer_config.json')?.text();
  if (configText !== undefined) checkTokenizerConfig(configText);
  return new TextTokenizer(tokenizerText, configText, model);
}

/**
 * Records how many numbers the model gives per input, if that is known before it runs, and refuses files whose graph
 * contradicts it. Graphs that do not state it are checked in their first run.
 * @throws FoundationError MODEL_INVALID naming both widths.
 */
function requireWidth(parts: CheckedParts, info: LoadedModel): void {
  const { definition, part, model, check } = parts;
  const { kind } = definition.recipe;
  const [tail] = tailsOf(definition, part, model);
  const last = model.outputs.find(({ name }) => name === tail?.output)?.dims?.at(-1);
  const stated = typeof last === 'number' ? last : undefined;
  if (kind === 'listwise') {
    check.width = 1;
    return;
  }
  if (kind === 'pairs') check.width = 1;
  else {
    if (info.dimensions === 0 && stated !== undefined) info.dimensions = stated;
    check.width = info.dimensions || undefined;
  }
  if (stated !== undefined && check.width !== stated) throw check.wrongWidth(stated);
}

/** Public facts of the model. For models with vectors, dimensions of 0 are filled in later. */
async function describe({
  definition,
  part,
  choice,
  runtime,
  files,
  tokenizer,
  bytes,
  invariance,
  refused,
}: AssemblyParts): Promise<LoadedModel> {
  const { id, entry, ownSizes, recipe } = definition;
  const givesVectors = recipe.kind !== 'pairs' && recipe.kind !== 'listwise';
  const config = parseModelConfig(await files.get('config.json')!.text());
  const name = part.tower ?? part.tasks?.join(', ');
  return {
    id,
    ...(name && { part: name }),
    device: runtime.device,
    dtype: choice.dtype,
    reason: choice.reason,
    dimensions: ownSizes || !givesVectors ? 0 : (entry.dimensions ?? 0),
    maxTokens: ownSizes ? contextOf(tokenizer, config, entry.maxTokens) : entry.maxTokens,
    bytes,
    batchInvariance: invariance,
    runtime:
      refused === undefined
        ? { name: 'encoder', reason: 'the encoder reads its graph' }
        : { name: 'onnxruntime', reason: refused },
  };
}

/** Context in tokens, from the model's own files, or else that of the model it is like. */
function contextOf(
  tokenizer: TextTokenizer | undefined,
  { maxPositions }: ModelConfig,
  otherwise: number,
): number {
  const limits = [tokenizer?.maxLength, maxPositions].filter((limit) => limit !== undefined);
  return limits.length > 0 ? Math.min(...limits) : otherwise;
}

function textEncoder(
  { session, runtime, tails, model, invariance, budget, definition, check, refused }: CheckedParts,
  { padId }: TextTokenizer,
  pooling: Pooling,
  tailKind: TailKind,
  otherFeeds?: OtherFeeds,
): TextVectorEncoder {
  const { entry } = definition;
  const graph = { session, runtime, model, invariance, tail: tails[0]!, tailKind };
  const isPacked = refused === undefined;
  return new TextVectorEncoder({ ...graph, budget, isPacked, padId, pooling, entry, check, otherFeeds });
}

async function colbert(
  parts: CheckedParts,
  ready: Ready,
  recipe: ColbertRecipe,
  tokenizer: TextTokenizer,
): Promise<ReadyColbert> {
  const encoder = textEncoder(parts, tokenizer, 'mean', 'tokens');
  const found: ReadyColbert = {
    ...ready,
    kind: 'colbert',
    tokenizer,
    colbert: new ColbertText(tokenizer, recipe),
    encoder,
  };
  if (!ready.info.dimensions) {
    const group = encoder.tokens({ dimensions: ALL, normalized: true });
    const [vectors] = await group.run([found.colbert.document('a', ready.info.maxTokens)]);
    ready.info.dimensions = vectors!.dimensions;
    parts.check.width = vectors!.dimensions;
  }
  return found;
}

async function imageTower(parts: CheckedParts, ready: Ready): Promise<ReadyImages> {
  const { session, runtime, model, tails, check } = parts;
  const recipe = await imageRecipeOf(parts);
  const encoder = new ImageEncoder({
    session,
    runtime,
    model,
    tail: tails[0]!,
    recipe,
    check,
    otherFeeds: noTexts(parts),
  });
  if (!ready.info.dimensions) {
    const blank = new Float32Array(3 * recipe.width * recipe.height);
    const [vector] = await encoder.group({ dimensions: ALL, normalized: true }).run([blank]);
    ready.info.dimensions = vector!.length;
    check.width = vector!.length;
  }
  return { ...ready, kind: 'images', encoder, recipe };
}

async function textTower(parts: CheckedParts, ready: Ready, tokenizer: TextTokenizer): Promise<ReadyEncoder> {
  const encoder = textEncoder(parts, tokenizer, 'mean', 'pooled', await noPictures(parts));
  const found: ReadyEncoder = { ...ready, kind: 'text', tokenizer, encoder };
  parts.check.width = ready.info.dimensions ||= await measure(found);
  return found;
}

/**
 * A graph whose text vectors depend on pictures gets an empty batch of them, or one blank picture on WebGPU, whose
 * convolution refuses an empty batch.
 */
async function noPictures(parts: AssemblyParts): Promise<OtherFeeds | undefined> {
  const { model, runtime } = parts;
  if (!model.inputs.some(({ name }) => name === 'pixel_values')) return undefined;
  const { width, height } = await imageRecipeOf(parts);
  const blanks = runtime.device === 'webgpu' ? 1 : 0;
  const blank = new Float32Array(blanks * 3 * width * height);
  return () => ({ pixel_values: pixelFeed(parts, blank, [blanks, 3, height, width]) });
}

/** A graph whose image vectors depend on texts gets one token per picture. */
function noTexts({ model }: AssemblyParts): OtherFeeds | undefined {
  const wanted = model.inputs.filter(({ name }) => name === 'input_ids' || name === 'attention_mask');
  if (wanted.length === 0) return undefined;
  return (rows) => {
    const ones: Feed = { type: 'int64', dims: [rows, 1], data: new BigInt64Array(rows).fill(1n) };
    return Object.fromEntries(wanted.map(({ name }) => [name, ones]));
  };
}

/** From the model's own file, or else the family's if the model is the catalogue's own. */
async function imageRecipeOf({ definition, files }: AssemblyParts): Promise<ImageRecipe> {
  const file = 'preprocessor_config.json';
  const text = await files.get(file)?.text();
  if (text !== undefined) {
    const { recipe } = definition;
    const overrides = recipe.kind === 'clip' ? recipe.pictures : undefined;
    return parseImageRecipe(parseJson(text, file), overrides);
  }
  const known: Partial<Record<string, ImageRecipe>> = IMAGE_RECIPES;
  const published = known[definition.entry.id];
  if (published && !definition.ownSizes) return published;
  throw new FoundationError({
    code: 'MODEL_INVALID',
    message: `${definition.id} has no ${file}, so its picture size is not known.`,
  });
}

/** Dimensions of the vectors, measured by computing one. */
async function measure({ encoder, tokenizer, definition }: ReadyEncoder): Promise<number> {
  const task = definition.entry.defaultTask ?? Object.keys(definition.entry.tasks)[0];
  const group = encoder.group({ dimensions: ALL, normalized: true, task });
  const [vector] = await group.run([tokenizer.encode('a', 8)]);
  return vector!.length;
}
