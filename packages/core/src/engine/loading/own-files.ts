/** Facts of a custom model from the small files beside it, as sentence-transformers writes them. */
import { FoundationError } from '@nearfield/spec';
import type { ModelDefinition } from '../../models/definition.ts';
import {
  badRecipe,
  type ModelRecipe,
  type NamedPrompts,
  ownEntry,
  ownFacts,
  taskNamed,
  tasksOf,
} from '../../models/own-model.ts';
import type { Pooling, Recipe } from '../../models/recipe.ts';
import type { FileRequest, ModelStore, StoredFile } from '../../store/types.ts';
import {
  checkTokenizerConfig,
  invalid,
  isCount,
  isObject,
  parseJson,
  parseModelConfig,
  parseObject,
} from './model-config.ts';

const MODULES = 'modules.json';
const POOLING = '1_Pooling/config.json';
const PROMPTS = 'config_sentence_transformers.json';
const LENGTHS = 'sentence_bert_config.json';

/** Files that a custom model may have in addition to those of every model. */
export const OWN_FILES: readonly FileRequest[] = [MODULES, POOLING, PROMPTS, LENGTHS].map((path) => ({
  path,
  optional: true,
}));

/**
 * A definition with the facts from the model's files; unchanged if it needs none.
 * @throws FoundationError MODEL_INVALID naming the file and its field; those of the store; INPUT_VALIDATION_FAILED for
 * a recipe that its files contradict.
 */
export async function completed(
  definition: ModelDefinition,
  store: ModelStore,
  signal: AbortSignal | undefined,
): Promise<ModelDefinition> {
  const { id, own } = definition;
  if (!own) return definition;
  const { source } = definition.part({});
  const texts = async (requests: readonly FileRequest[]): Promise<Texts> => {
    const files = await store.open(id, source, requests, { signal });
    return readTexts(files);
  };
  const found = await texts([
    { path: 'config.json' },
    { path: 'tokenizer_config.json', optional: true },
    ...OWN_FILES,
  ]);
  const maxTokens = contextOf(id, own, found);
  if (own.kind === 'cross-encoder') {
    const facts = ownFacts(id, own, { ...NOTHING, maxTokens });
    return { ...definition, entry: ownEntry(id, own, facts) };
  }
  const modules = parseModules(found.get(MODULES));
  const file = modules?.pooling === undefined ? POOLING : `${modules.pooling}/config.json`;
  // If the list of modules names another folder.
  const poolingText =
    found.get(file) ??
    (file === POOLING ? undefined : (await texts([{ path: file, optional: true }])).get(file));
  if (own.kind === undefined && !modules && poolingText === undefined)
    requireEmbedder(found.get('config.json')!);
  const stated = own.pooling || poolingText === undefined ? undefined : parsePooling(poolingText, file);
  const prompts = own.prompts ? undefined : parsePrompts(found.get(PROMPTS));
  const tasks = own.prompts ? tasksOf(own.prompts) : (prompts?.tasks ?? NOTHING.tasks);
  const recipe = recipeOf(own, { modules, stated, tasks });
  const facts = ownFacts(id, own, {
    tasks,
    defaultTask: prompts?.defaultTask ?? null,
    // The width of the transformer is the model's if no module follows.
    dimensions: modules && !modules.other ? widthOf(poolingText, file) : undefined,
    maxTokens,
    pooling: `${recipe.graphPools ? 'the graph’s own' : recipe.pooling}${modules?.normalizes ? ', normalised' : ''}`,
  });
  return { ...definition, recipe, entry: ownEntry(id, own, facts) };
}

type Texts = ReadonlyMap<string, string>;

const NOTHING = {
  tasks: new Map() as NamedPrompts,
  defaultTask: null,
  dimensions: undefined,
  maxTokens: undefined,
  pooling: '',
};

async function readTexts(files: ReadonlyMap<string, StoredFile>): Promise<Texts> {
  const texts = await Promise.all(
    [...files].map(async ([path, file]): Promise<[string, string]> => [path, await file.text()]),
  );
  return new Map(texts);
}

/** Context in tokens: the least that the files state. */
function contextOf(id: string, { maxTokens }: ModelRecipe, files: Texts): number | undefined {
  const { maxPositions } = parseModelConfig(files.get('config.json')!);
  const tokenizer = files.get('tokenizer_config.json');
  const lengths = files.get(LENGTHS);
  const limits = [
    maxPositions,
    tokenizer === undefined ? undefined : checkTokenizerConfig(tokenizer),
    lengths === undefined ? undefined : parseLengths(lengths),
  ].filter((limit) => limit !== undefined);
  if (maxTokens !== undefined && maxPositions !== undefined && maxTokens > maxPositions) {
    throw badRecipe(
      id,
      'maxTokens',
      `is ${maxTokens}, and its config.json has positions for ${maxPositions} tokens`,
    );
  }
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

function parseLengths(text: string): number | undefined {
  const { max_seq_length: length } = parseObject(text, LENGTHS);
  if (length == null) return undefined;
  if (isCount(length)) return length;
  throw invalid(LENGTHS, 'max_seq_length', length, 'a whole number of tokens, at least 1');
}

/** The error for a classifier's files, if no recipe states that they embed. */
function requireEmbedder(config: string): void {
  const { architectures } = parseObject(config, 'config.json');
  const name = Array.isArray(architectures) ? architectures[0] : undefined;
  if (typeof name !== 'string' || !name.endsWith('ForSequenceClassification')) return;
  throw new FoundationError({
    code: 'MODEL_INVALID',
    message: `The model's config.json names ${name} in architectures: a cross-encoder, it seems. Add recipe: { kind: 'cross-encoder' } to the model, or { kind: 'embedding' } if it embeds texts.`,
    param: 'models',
  });
}

/** The content of `modules.json`. */
interface Modules {
  /** Folder of the pooling module. */
  readonly pooling: string | undefined;
  readonly normalizes: boolean;
  /** Description of the first module that the engine does not support. */
  readonly other: string | undefined;
}

/** Modules that the engine supports, or that change nothing in use. */
const KNOWN_MODULES = ['Transformer', 'Pooling', 'Normalize', 'Dropout'];

function parseModules(text: string | undefined): Modules | undefined {
  if (text === undefined) return undefined;
  const list = parseJson(text, MODULES);
  if (!Array.isArray(list)) throw invalid(MODULES, 'the file', list, 'a list of modules');
  const modules = list.map((each: unknown, index) => {
    if (!isObject(each)) throw invalid(MODULES, `[${index}]`, each, 'an object');
    const { type, path } = each;
    if (typeof type !== 'string') throw invalid(MODULES, `[${index}].type`, type, 'a name');
    // A path becomes part of a URL.
    if (typeof path !== 'string' || !/^([\w-]+(\/[\w-]+)*)?$/.test(path)) {
      throw invalid(MODULES, `[${index}].path`, path, 'the name of a folder');
    }
    const name = type.slice(type.lastIndexOf('.') + 1);
    if (name === 'Pooling' && path === '')
      throw invalid(MODULES, `[${index}].path`, path, 'the name of a folder');
    return { name, path, index };
  });
  const other = modules.find(({ name }) => !KNOWN_MODULES.includes(name));
  return {
    pooling: modules.find(({ name }) => name === 'Pooling')?.path,
    normalizes: modules.some(({ name }) => name === 'Normalize'),
    other: other && `[${other.index}] is ${other.name}${other.path && ` (${other.path})`}`,
  };
}

/** The configuration of a pooling module. */
interface StatedPooling {
  readonly pooling: Pooling | undefined;
  /** The reason why the engine does not support it. */
  readonly refusal: string | undefined;
  /** Whether the prompt's tokens are pooled with the text's. */
  readonly includesPrompt: boolean;
}

/** Names of the supported poolings. */
const POOLINGS: Partial<Record<string, Pooling>> = { cls: 'first', mean: 'mean', lasttoken: 'last' };

function parsePooling(text: string, file: string): StatedPooling {
  const config = parseObject(text, file);
  const { pooling_mode: mode, include_prompt: includePrompt } = config;
  if (includePrompt != null && typeof includePrompt !== 'boolean') {
    throw invalid(file, 'include_prompt', includePrompt, 'true or false');
  }
  const modes: { name: string; field: string }[] = [];
  if (mode != null) {
    const names = typeof mode === 'string' ? mode.split('+') : mode;
    if (!Array.isArray(names) || !names.every((name) => typeof name === 'string')) {
      throw invalid(file, 'pooling_mode', mode, 'a name');
    }
    modes.push(...names.map((name: string) => ({ name, field: `pooling_mode is ${name}` })));
  }
  // Older files have one field per pooling.
  for (const [field, value] of Object.entries(config)) {
    if (mode != null || !field.startsWith('pooling_mode_')) continue;
    if (typeof value !== 'boolean') throw invalid(file, field, value, 'true or false');
    const name = field.slice('pooling_mode_'.length).replace(/_tokens?$/, '');
    if (value) modes.push({ name, field: `${field} is true` });
  }
  const said = modes.map(({ field }) => field).join(' and ');
  const pooling = modes.length === 1 ? POOLINGS[modes[0]!.name] : undefined;
  return {
    pooling,
    refusal: pooling ? undefined : `${file}: ${said || 'no pooling_mode is true'}`,
    includesPrompt: includePrompt !== false,
  };
}

/** The width that a pooling module states. */
function widthOf(text: string | undefined, file: string): number | undefined {
  if (text === undefined) return undefined;
  const config = parseObject(text, file);
  const field = config.embedding_dimension == null ? 'word_embedding_dimension' : 'embedding_dimension';
  const width = config[field];
  if (width == null) return undefined;
  if (isCount(width)) return width;
  throw invalid(file, field, width, 'a whole number, at least 1');
}

function parsePrompts(
  text: string | undefined,
): { tasks: NamedPrompts; defaultTask: string | null } | undefined {
  if (text === undefined) return undefined;
  const { prompts, default_prompt_name: name } = parseObject(text, PROMPTS);
  if (prompts != null && !isObject(prompts)) throw invalid(PROMPTS, 'prompts', prompts, 'an object');
  const found = Object.entries(prompts ?? {}).filter(([, prompt]) => prompt !== null);
  for (const [key, prompt] of found) {
    if (typeof prompt !== 'string') throw invalid(PROMPTS, `prompts.${key}`, prompt, 'a text');
  }
  const tasks = tasksOf(Object.fromEntries(found) as Record<string, string>);
  if (name == null) return { tasks, defaultTask: null };
  const wrong = (): FoundationError =>
    invalid(PROMPTS, 'default_prompt_name', name, 'the name of one of its prompts');
  if (typeof name !== 'string') throw wrong();
  return { tasks, defaultTask: taskNamed(name, tasks, wrong) };
}

/** Recipe of the graph. Steps that the engine does not support must be part of the graph itself. */
function recipeOf(
  own: ModelRecipe,
  {
    modules,
    stated,
    tasks,
  }: {
    modules: Modules | undefined;
    stated: StatedPooling | undefined;
    tasks: NamedPrompts;
  },
): Extract<Recipe, { kind: 'text' }> {
  const pooling = own.pooling ?? stated?.pooling;
  const hasPrompts = [...tasks.values()].some(({ prompt }) => prompt !== '');
  const refusal =
    modules?.other !== undefined
      ? `${MODULES}: ${modules.other}, a step after pooling`
      : !own.pooling && modules && modules.pooling === undefined
        ? `${MODULES}: it lists no Pooling`
        : !own.pooling && stated?.refusal !== undefined
          ? stated.refusal
          : stated?.includesPrompt === false && pooling === 'mean' && hasPrompts
            ? `include_prompt is false in the configuration of its pooling`
            : undefined;
  const graphPools = refusal !== undefined ? { otherwise: refusal } : pooling ? undefined : {};
  return {
    kind: 'text',
    pooling: pooling ?? 'mean',
    pooledOutputs: ['sentence_embedding'],
    ...(graphPools && { graphPools }),
  };
}
