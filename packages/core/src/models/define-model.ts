import { type Dtype, FoundationError, findModel, type ModelEntry } from '@nearfield/spec';
import { type HubFiles, modelNotFound } from '@nearfield/spec/implement';
import type { ModelSource } from '../store/types.ts';
import type { ModelDefinition, ModelPart, PartRequest, TokenizerDefinition } from './definition.ts';
import { type ModelRecipe, ownEntry } from './own-model.ts';
import type { Recipe } from './recipe.ts';
import { recipeOf } from './recipes.ts';
import { runnable } from './runnable.ts';

/** Finds a caller's own model by any of its ids: its own, or another id of the catalogue model that it is. */
export function ownModel<Model extends { readonly id: string }>(
  models: readonly Model[],
  id: string,
): Model | undefined {
  const exact = models.find((model) => model.id === id);
  const known = exact ? undefined : findModel(id);
  return exact ?? (known && models.find((model) => findModel(model.id) === known));
}

/** A caller's options for a model beyond its id. */
export interface DefineOptions {
  /** Catalogue id of the model whose recipe to follow. Default: the model's own id. */
  like?: string | undefined;
  /** The model's own recipe, instead of `like`. Its files must be in `source`. */
  recipe?: ModelRecipe | undefined;
  /** Source of its files. Default: the catalogue's repositories on the hub. */
  source?: ModelSource | undefined;
  /** Precisions that exist in `source`, if the caller knows. */
  dtypes?: readonly Dtype[] | undefined;
  /** Whether its values are compared with published ones. @default true */
  selfCheck?: boolean | undefined;
  /** Requested precision. */
  dtype?: Dtype | undefined;
  hub: (repository: string) => ModelSource;
}

/**
 * Definition of a model: its catalogue entry, recipe and files.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND for an unknown id; MODEL_NOT_AVAILABLE_LOCALLY with the reason and an
 * alternative, for models that only the hosted API runs.
 */
export function defineModel(id: string, options: DefineOptions): ModelDefinition {
  const { source, hub, recipe: own } = options;
  if (own && source) return ownDefinition(id, own, source, options);
  const entry = findModel(options.like ?? id);
  if (!entry) throw modelNotFound(options.like ?? id, runnable());
  const recipe = recipeOf(entry.family);
  const { local } = entry;
  if (!recipe || (!source && !local.runs)) throw notHere(entry);
  const files = local.runs ? local.files : [];
  const name = source ? (findModel(id)?.id ?? id) : entry.id;
  return {
    // Aliases of a catalogue model share loaded parts and stored files.
    id: name,
    entry,
    recipe,
    ownSizes: source !== undefined && (findModel(id) !== entry || options.selfCheck === false),
    goldens: options.selfCheck !== false && (!source || findModel(id) === entry) ? entry.goldens : [],
    dtype: options.dtype,
    dtypes: options.dtypes,
    part: (request) =>
      source ? ownPart(name, source, placeOf(recipe, request)) : hubPart(entry, files, hub, recipe, request),
  };
}

/** A custom model. Pooling, prompts and sizes are in its files. */
function ownDefinition(
  id: string,
  own: ModelRecipe,
  source: ModelSource,
  { dtype, dtypes }: DefineOptions,
): ModelDefinition {
  return {
    id,
    own,
    entry: ownEntry(id, own),
    recipe: own.kind === 'cross-encoder' ? recipeOf('cross-encoder')! : { kind: 'text', pooling: 'mean' },
    ownSizes: false,
    goldens: [],
    dtype,
    dtypes,
    part: () => ownPart(id, source, { graph: 'model' }),
  };
}

/**
 * Source of a model's tokenizer, even if the model does not run here: its vocabulary is on the hub all the same.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND; MODEL_NOT_AVAILABLE_LOCALLY if only the site knows its files' URL.
 */
export function defineTokenizer(
  id: string,
  { like, recipe, source, hub }: Pick<DefineOptions, 'like' | 'recipe' | 'source' | 'hub'>,
): TokenizerDefinition {
  if (recipe && source) return { model: id, source };
  const entry = findModel(like ?? id);
  if (!entry) throw modelNotFound(like ?? id, runnable());
  const { textTower, local, huggingFaceId } = entry;
  if (textTower !== undefined) return { model: id, tokenizerOf: textTower };
  if (source) return { model: id, source };
  const repository = local.runs ? local.files[0]?.repository : huggingFaceId;
  if (!repository) throw notPlaced(entry);
  return { model: entry.id, source: hub(repository) };
}

/** The error for a model without files here, with advice. */
function notHere({ id, local, hosted }: ModelEntry): FoundationError {
  const reason = local.runs ? 'This engine has no recipe for it.' : local.reason;
  const instead = !local.runs && local.instead ? ` Use ${local.instead} here` : ' Use another model here';
  return new FoundationError({
    code: 'MODEL_NOT_AVAILABLE_LOCALLY',
    message: `${id} cannot run locally. ${reason}${instead}${hosted ? `, or ${id} through createRemote() of @nearfield/remote` : ''}.`,
    param: 'model',
  });
}

/** The error for a model whose files ship with the library: only the site that serves them knows their URL. */
function notPlaced({ id }: ModelEntry): FoundationError {
  return new FoundationError({
    code: 'MODEL_NOT_AVAILABLE_LOCALLY',
    message: `${id} ships with Nearfield and is on no hub. Name the URL of its files: models: [{ id: '${id}', source: '/models/${id}/' }].`,
    param: 'model',
  });
}

type Place = Pick<ModelPart, 'graph' | 'tower'>;

function placeOf(recipe: Recipe, { tower = 'text' }: PartRequest): Place {
  if (recipe.kind !== 'clip') return { graph: 'model' };
  const { text, image } = recipe.graphs;
  // Without a text tower of its own, the model is its image tower.
  return tower === 'text' && text !== undefined ? { graph: text, tower } : { graph: image, tower: 'image' };
}

const keyOf = (id: string, source: string, { graph, tower }: Place): string =>
  [id, source, graph, tower ?? ''].join('\n');

/** A part of a model with a custom source, which serves every task. */
const ownPart = (id: string, source: ModelSource, place: Place): ModelPart => ({
  key: keyOf(id, source.key, place),
  source,
  ...place,
});

function hubPart(
  entry: ModelEntry,
  files: readonly HubFiles[],
  hub: DefineOptions['hub'],
  recipe: Recipe,
  request: PartRequest,
): ModelPart {
  const place = placeOf(recipe, request);
  const task = request.task ?? entry.defaultTask;
  const found = files.find(({ tasks }) => !tasks || task === null || tasks.includes(task));
  const graphFiles = found?.graphs.find(({ name }) => name === place.graph);
  if (!found || !graphFiles) {
    const tasks = files.flatMap((each) => each.tasks ?? []);
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `${entry.id} has no weights for the task '${task}'. Its tasks: ${tasks.join(', ')}.`,
      param: 'task',
    });
  }
  if (found.repository === null) throw notPlaced(entry);
  return {
    key: keyOf(entry.id, found.repository, place),
    source: hub(found.repository),
    ...place,
    files: graphFiles,
    tasks: found.tasks,
  };
}
