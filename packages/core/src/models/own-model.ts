/** Models that are in no catalogue: their description by the caller, and the entry made from it. */
import { FoundationError, findModel, type ModelEntry } from '@nearfield/spec';
import { shortened } from '@nearfield/spec/implement';
import type { Pooling } from './recipe.ts';

/**
 * Recipe of a custom model. Missing fields are read from the files beside it, as sentence-transformers writes them:
 * `1_Pooling/config.json`, `modules.json`, `config_sentence_transformers.json`, `sentence_bert_config.json`.
 */
export interface ModelRecipe {
  /** Texts to vectors, or query and document to a score. @default 'embedding' */
  kind?: 'embedding' | 'cross-encoder' | undefined;
  /**
   * Pooling of token vectors into the text's vector. Default: that of `1_Pooling/config.json`; without it the graph's
   * own `sentence_embedding`, and without that `mean`.
   */
  pooling?: Pooling | undefined;
  /**
   * Prefixes of texts, by the API's name of the task (`retrieval.query`, `retrieval.passage`, `classification`, …);
   * `query`, `passage` and `document` mean those of retrieval. Default: `prompts` of
   * `config_sentence_transformers.json`.
   */
  prompts?: Readonly<Record<string, string>> | undefined;
  /** Task of requests that name none; null for none. Default: `default_prompt_name` of the same file. */
  defaultTask?: string | null | undefined;
  /** Dimensions of a vector; files that give another number are refused. Default: those of the files. */
  dimensions?: number | undefined;
  /** Context in tokens. Default: the least that the files state, or 512. */
  maxTokens?: number | undefined;
}

/** The catalogue model that a model follows, or its own recipe. */
export type ModelWay =
  | { readonly like: string; readonly recipe?: undefined }
  | { readonly like?: undefined; readonly recipe: ModelRecipe };

const POOLINGS: readonly unknown[] = ['mean', 'first', 'last'] satisfies Pooling[];

/** Context of a model whose files do not state one. */
const USUAL_TOKENS = 512;

/** Fields of a recipe: valid values, and whether a cross-encoder has the field. */
const FIELDS: Record<
  keyof ModelRecipe,
  { wanted: string; fits: (value: unknown) => boolean; pairs: boolean }
> = {
  kind: {
    wanted: `'embedding' or 'cross-encoder'`,
    fits: (value) => value === 'embedding' || value === 'cross-encoder',
    pairs: true,
  },
  pooling: {
    wanted: `'mean', 'first' or 'last'`,
    fits: (value) => POOLINGS.includes(value),
    pairs: false,
  },
  prompts: {
    wanted: 'an object with one text per task',
    fits: (value) =>
      isObject(value) &&
      Object.entries(value).every(([name, prompt]) => name !== '' && typeof prompt === 'string'),
    pairs: false,
  },
  defaultTask: {
    wanted: 'the name of a task, or null',
    fits: (value) => value === null || typeof value === 'string',
    pairs: false,
  },
  dimensions: { wanted: 'a whole number of at least 1', fits: isCount, pairs: false },
  maxTokens: { wanted: 'a whole number of at least 1', fits: isCount, pairs: true },
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1e7;
}

/** The error for an invalid recipe. */
export const badRecipe = (id: string, field: string, why: string): FoundationError =>
  new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The recipe of model ${shortened(id)} cannot be used: ${field} ${why}.`,
    param: 'models',
  });

/**
 * The origin of a model's recipe: the catalogue model it is like, its own, or, if neither is given and the catalogue
 * does not know its id, its files.
 * @throws FoundationError INPUT_VALIDATION_FAILED for a model with both, or an invalid recipe.
 */
export function wayOf({
  id,
  like,
  recipe,
}: {
  id: string;
  like?: string | undefined;
  recipe?: unknown;
}): ModelWay {
  if (like !== undefined && recipe !== undefined) {
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `Model ${shortened(id)} has 'like' and 'recipe'. Choose one: the model whose recipe it follows, or its own.`,
      param: 'models',
    });
  }
  if (recipe !== undefined) return { recipe: checked(id, recipe) };
  if (like !== undefined || findModel(id)) return { like: like ?? id };
  return { recipe: {} };
}

function checked(id: string, recipe: unknown): ModelRecipe {
  if (!isObject(recipe)) throw badRecipe(id, 'recipe', 'is not an object');
  const given = Object.entries(recipe).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!Object.hasOwn(FIELDS, name)) {
      throw badRecipe(id, shortened(name), `is not one of ${Object.keys(FIELDS).join(', ')}`);
    }
    const { wanted, fits, pairs } = FIELDS[name as keyof ModelRecipe];
    if (!fits(value)) throw badRecipe(id, name, `must be ${wanted}`);
    if (!pairs && recipe.kind === 'cross-encoder') throw badRecipe(id, name, 'is not for a cross-encoder');
  }
  const found = Object.fromEntries(given) as ModelRecipe;
  const { prompts, defaultTask } = found;
  if (prompts && defaultTask != null) taskNamed(defaultTask, tasksOf(prompts), missingDefault(id));
  // A copy, so that the recipe stays as checked.
  return prompts ? { ...found, prompts: { ...prompts } } : found;
}

const missingDefault =
  (id: string) =>
  (name: string, known: string): FoundationError =>
    badRecipe(
      id,
      'defaultTask',
      `is '${shortened(name)}', which has no prompt (prompts: ${known || 'none'})`,
    );

/** Names that models give the prompt of an API task, the likeliest first; without case and punctuation. */
const PROMPT_NAMES: Record<string, readonly string[]> = {
  'retrieval.query': ['retrieval query', 'query', 'search query', 'web search query', 's2p query'],
  'retrieval.passage': [
    'retrieval passage',
    'passage',
    'document',
    'search document',
    'retrieval document',
    'corpus',
  ],
  'text-matching': ['text matching', 'sts', 's2s query'],
  classification: ['classification'],
  clustering: ['clustering'],
  separation: ['separation'],
};

/** Prompts by the API's names of their tasks, each with its original name. */
export type NamedPrompts = ReadonlyMap<string, { readonly name: string; readonly prompt: string }>;

/** Prompts by task. A name that means no task of the API, or a task that is already taken, is a task itself. */
export function tasksOf(prompts: Readonly<Record<string, string>>): NamedPrompts {
  const plain = (name: string): string =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .trim();
  const left = new Map(Object.entries(prompts));
  const tasks = new Map<string, { name: string; prompt: string }>();
  for (const [task, names] of Object.entries(PROMPT_NAMES)) {
    const found = names.flatMap((wanted) => [...left.keys()].filter((name) => plain(name) === wanted));
    const name = left.has(task) ? task : found[0];
    if (name === undefined) continue;
    tasks.set(task, { name, prompt: left.get(name)! });
    left.delete(name);
  }
  for (const [name, prompt] of left) tasks.set(name, { name, prompt });
  return tasks;
}

/** The task that a prompt's name or a task's name means. */
export function taskNamed(
  name: string,
  tasks: NamedPrompts,
  error: (name: string, known: string) => FoundationError,
): string {
  if (tasks.has(name)) return name;
  for (const [task, found] of tasks) if (found.name === name) return task;
  throw error(name, [...tasks.keys()].join(', '));
}

/** Facts of a custom model whose files have been read; plain data. */
export interface OwnFacts {
  readonly tasks: NamedPrompts;
  readonly defaultTask: string | null;
  readonly dimensions: number | undefined;
  readonly maxTokens: number;
  /** A description. */
  readonly pooling: string;
}

/** Facts that are known before the files are read. */
function factsOf(
  id: string,
  { prompts = {}, defaultTask, dimensions, maxTokens, pooling }: ModelRecipe,
): OwnFacts {
  const tasks = tasksOf(prompts);
  return {
    tasks,
    defaultTask:
      defaultTask == null || tasks.size === 0 ? null : taskNamed(defaultTask, tasks, missingDefault(id)),
    dimensions,
    maxTokens: maxTokens ?? USUAL_TOKENS,
    pooling: pooling ?? 'as in its files',
  };
}

/**
 * Facts of a model from its recipe and its files.
 * @param files facts from the files, each undefined if the files do not state it
 * @throws FoundationError INPUT_VALIDATION_FAILED for a default task that has no prompt in the files
 */
export function ownFacts(
  id: string,
  recipe: ModelRecipe,
  files: {
    tasks: NamedPrompts;
    defaultTask: string | null;
    dimensions: number | undefined;
    maxTokens: number | undefined;
    pooling: string;
  },
): OwnFacts {
  const tasks = recipe.prompts ? tasksOf(recipe.prompts) : files.tasks;
  const { defaultTask = recipe.prompts ? null : files.defaultTask } = recipe;
  return {
    tasks,
    defaultTask: defaultTask === null ? null : taskNamed(defaultTask, tasks, missingDefault(id)),
    dimensions: recipe.dimensions ?? files.dimensions,
    maxTokens: recipe.maxTokens ?? files.maxTokens ?? USUAL_TOKENS,
    pooling: files.pooling,
  };
}

/** The entry of a custom model, in the catalogue's form. */
export function ownEntry(id: string, recipe: ModelRecipe, facts: OwnFacts = factsOf(id, recipe)): ModelEntry {
  const ranks = recipe.kind === 'cross-encoder';
  return {
    id,
    aliases: [],
    huggingFaceId: '',
    name: id,
    description: ranks
      ? 'A cross-encoder of your own.'
      : `An embedder of your own; pooling: ${facts.pooling}.`,
    kind: ranks ? 'reranker' : 'embedding',
    family: 'own',
    modalities: ['text'],
    languages: 'unknown',
    dimensions: ranks ? undefined : facts.dimensions,
    maxTokens: facts.maxTokens,
    tasks: ranks ? {} : Object.fromEntries([...facts.tasks].map(([task, { prompt }]) => [task, { prompt }])),
    defaultTask: ranks ? null : facts.defaultTask,
    endpoints: ranks ? ['rerank'] : ['embeddings', 'multi-vector', 'rerank', 'classify', 'train', 'batch'],
    options: ranks
      ? []
      : ['normalized', 'truncate', 'late_chunking', 'return_multivector', 'return_tokenized_input'],
    hosted: false,
    licence: 'unknown',
    commercialUse: {
      answer: 'unknown',
      why: 'It is a model of your own: see its source for the licence.',
    },
    released: '1970-01-01',
    local: { runs: true, files: [] },
    goldens: [],
    unverified: ['languages', 'licence', 'release date'],
  };
}
