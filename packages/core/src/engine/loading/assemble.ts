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
import { PairEncoder } from '../encoders/pair-encoder.ts';
import type { ReadyColbert, ReadyEncoder, ReadyImages, ReadyPart } from '../encoders/ready.ts';
import { TextEncoder } from '../encoders/text-encoder.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Feed, Feeds, GraphInterface } from '../runtime/session.ts';
import type { PooledSession } from '../runtime/session-pool.ts';
import type { BatchBudget } from '../scheduling/batch-plan.ts';
import { pooledOutput, tokenOutput } from './graph.ts';
import type { GraphChoice } from './model-files.ts';

/** What an encoder is made of. */
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
  /** Of all files. */
  readonly bytes: number;
}

/** Inputs of the half of a graph that a run does not ask, by the number of rows. */
type OtherFeeds = (rows: number) => Feeds;

/** More values than any vector has: a tail that is told so keeps all. */
const ALL = 2 ** 31 - 1;

interface ModelConfig {
  model_type?: string;
  max_position_embeddings?: number;
  text_config?: { max_position_embeddings?: number };
}

/**
 * The encoder of the recipe's kind, with what is known of the model. Where the model is only like its catalogue
 * entry, its sizes are read from its files or measured with a short input.
 * @throws FoundationError MODEL_INVALID naming the file that does not fit.
 */
export async function assemble(parts: AssemblyParts): Promise<ReadyPart> {
  const { definition, part, files, tails, session, runtime, model, invariance, budget } = parts;
  const { recipe } = definition;
  const tokenizerText = await files.get('tokenizer.json')?.text();
  const tokenizer =
    tokenizerText === undefined
      ? undefined
      : new TextTokenizer(tokenizerText, await files.get('tokenizer_config.json')?.text());
  const info = await describe(parts, tokenizer);
  const ready = { definition, part, info };
  // Only a tower for pictures is opened without a tokenizer.
  if (part.tower === 'image' || !tokenizer) return imageTower(parts, ready);
  const common = { session, runtime, model, invariance, budget, padId: tokenizer.padId, tail: tails[0]! };
  switch (recipe.kind) {
    case 'text': {
      const encoder = textEncoder(
        parts,
        tokenizer,
        recipe.pooling,
        common.tail.poolingInput ? 'pool' : 'pooled',
      );
      const found: ReadyEncoder = { ...ready, kind: 'text', tokenizer, encoder };
      info.dimensions ||= widthOf(model) ?? (await measure(found));
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

/** What is told of the model. Dimensions of 0 are filled in later, where it has vectors. */
async function describe(
  { definition, part, choice, runtime, files, bytes, invariance }: AssemblyParts,
  tokenizer: TextTokenizer | undefined,
): Promise<LoadedModel> {
  const { id, entry, ownSizes, recipe } = definition;
  const givesVectors = recipe.kind !== 'pairs' && recipe.kind !== 'listwise';
  const config = (await readJson(files, 'config.json')) as ModelConfig;
  const name = part.tower ?? part.tasks?.join(', ');
  return {
    id,
    ...(name && { part: name }),
    device: runtime.device,
    dtype: choice.dtype,
    reason: choice.reason,
    dimensions: ownSizes || !givesVectors ? 0 : (entry.dimensions ?? 0),
    maxTokens: ownSizes ? contextOf(tokenizer, config) : entry.maxTokens,
    bytes,
    batchInvariance: invariance,
  };
}

/** Context in tokens, from the model's own files. */
function contextOf(tokenizer: TextTokenizer | undefined, config: ModelConfig): number {
  const positions = config.max_position_embeddings ?? config.text_config?.max_position_embeddings;
  // RoBERTa numbers its positions from the padding id plus one: two of its embeddings are never used.
  const reserved = /roberta|camembert/i.test(config.model_type ?? '') ? 2 : 0;
  const limits = [tokenizer?.maxLength, positions && positions - reserved].filter(
    (limit) => limit !== undefined,
  );
  return limits.length > 0 ? Math.min(...limits) : 512;
}

function textEncoder(
  { session, runtime, tails, model, invariance, budget, definition }: AssemblyParts,
  { padId }: TextTokenizer,
  pooling: Pooling,
  tailKind: TailKind,
  otherFeeds?: OtherFeeds,
): TextEncoder {
  const { entry } = definition;
  const graph = { session, runtime, model, invariance, tail: tails[0]!, tailKind };
  return new TextEncoder({ ...graph, budget, padId, pooling, entry, otherFeeds });
}

async function colbert(
  parts: AssemblyParts,
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
  }
  return found;
}

async function imageTower(parts: AssemblyParts, ready: Ready): Promise<ReadyImages> {
  const { session, runtime, model, tails } = parts;
  const recipe = await imageRecipeOf(parts);
  const encoder = new ImageEncoder({
    session,
    runtime,
    model,
    tail: tails[0]!,
    recipe,
    otherFeeds: noTexts(parts),
  });
  if (!ready.info.dimensions) {
    const blank = new Float32Array(3 * recipe.width * recipe.height);
    const [vector] = await encoder.group({ dimensions: ALL, normalized: true }).run([blank]);
    ready.info.dimensions = vector!.length;
  }
  return { ...ready, kind: 'images', encoder, recipe };
}

async function textTower(
  parts: AssemblyParts,
  ready: Ready,
  tokenizer: TextTokenizer,
): Promise<ReadyEncoder> {
  const encoder = textEncoder(parts, tokenizer, 'mean', 'pooled', await noPictures(parts));
  const found: ReadyEncoder = { ...ready, kind: 'text', tokenizer, encoder };
  ready.info.dimensions ||= await measure(found);
  return found;
}

/**
 * A graph whose text vectors need pictures as well gets none, or one blank picture on WebGPU, which cannot compute on
 * nothing (its convolution refuses an empty batch).
 */
async function noPictures(parts: AssemblyParts): Promise<OtherFeeds | undefined> {
  const { model, runtime } = parts;
  if (!model.inputs.some(({ name }) => name === 'pixel_values')) return undefined;
  const { width, height } = await imageRecipeOf(parts);
  const blanks = runtime.device === 'webgpu' ? 1 : 0;
  const blank = new Float32Array(blanks * 3 * width * height);
  return () => ({ pixel_values: pixelFeed(parts, blank, [blanks, 3, height, width]) });
}

/** A graph whose pictures' vectors need texts as well gets one token for each picture. */
function noTexts({ model }: AssemblyParts): OtherFeeds | undefined {
  const wanted = model.inputs.filter(({ name }) => name === 'input_ids' || name === 'attention_mask');
  if (wanted.length === 0) return undefined;
  return (rows) => {
    const ones: Feed = { type: 'int64', dims: [rows, 1], data: new BigInt64Array(rows).fill(1n) };
    return Object.fromEntries(wanted.map(({ name }) => [name, ones]));
  };
}

/** From the model's own file; else the family's, where the model is the catalogue's own. */
async function imageRecipeOf({ definition, files }: AssemblyParts): Promise<ImageRecipe> {
  if (files.has('preprocessor_config.json')) {
    const { recipe } = definition;
    const overrides = recipe.kind === 'clip' ? recipe.pictures : undefined;
    return parseImageRecipe(await readJson(files, 'preprocessor_config.json'), overrides);
  }
  const known: Partial<Record<string, ImageRecipe>> = IMAGE_RECIPES;
  const published = known[definition.entry.id];
  if (published && !definition.ownSizes) return published;
  throw new FoundationError({
    code: 'MODEL_INVALID',
    message: `${definition.id} has no preprocessor_config.json, so its picture size is not known.`,
  });
}

async function readJson(files: ReadonlyMap<string, StoredFile>, path: string): Promise<unknown> {
  try {
    return JSON.parse(await files.get(path)!.text());
  } catch (cause) {
    if (FoundationError.isInstance(cause)) throw cause;
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
