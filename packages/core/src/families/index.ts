import { type Dtype, FoundationError } from '@nearfield/spec';
import type { ModelDefinition } from '../engine/models.ts';
import type { ModelSource } from '../store/types.ts';
import type { TextEncoderFamily } from './family.ts';
import { meanPooled } from './mean-pooled.ts';

/** A recipe with the facts of one model. */
interface Recipe {
  family: TextEncoderFamily;
  /** Repository that has the files in the layout for the web. */
  repository: string;
  dtypes: readonly Dtype[];
  maxTokens: number;
}

const RECIPES: Record<string, Recipe> = {
  'all-MiniLM-L6-v2': {
    family: meanPooled,
    repository: 'Xenova/all-MiniLM-L6-v2',
    dtypes: ['fp32', 'fp16', 'q8'],
    maxTokens: 256,
  },
};

/** What a caller may say of a model beyond its id. */
export interface DefineOptions {
  /** Id of the recipe to follow. Default: the model's own id. */
  like?: string | undefined;
  /** Default: the recipe's repository on the hub. */
  source?: ModelSource | undefined;
  dtypes?: readonly Dtype[] | undefined;
  dtype?: Dtype | undefined;
  hub: (repository: string) => ModelSource;
}

/**
 * What the engine needs to load a model.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND.
 */
export function defineModel(id: string, options: DefineOptions): ModelDefinition {
  const recipe = RECIPES[options.like ?? id];
  if (!recipe) {
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${options.like ?? id}' not found. This engine has: ${Object.keys(RECIPES).join(', ')}.`,
      param: 'model',
    });
  }
  const custom = options.source !== undefined;
  return {
    id,
    family: recipe.family,
    source: options.source ?? options.hub(recipe.repository),
    dtypes: options.dtypes ?? (custom ? undefined : recipe.dtypes),
    dtype: options.dtype,
    maxTokens: custom && options.like ? undefined : recipe.maxTokens,
  };
}
