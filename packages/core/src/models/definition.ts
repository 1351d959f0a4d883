import type { Dtype, ModelEntry } from '@nearfield/spec';
import type { GraphFiles } from '@nearfield/spec/implement';
import type { ModelSource } from '../store/types.ts';
import type { ModelRecipe } from './own-model.ts';
import type { Recipe } from './recipe.ts';

/** One graph of a model with the files it needs: what becomes one session. */
export interface ModelPart {
  /** Tells this part from all others of the engine. */
  readonly key: string;
  readonly source: ModelSource;
  /** Name of the graph in the hub's layout: `onnx/<name>….onnx`. */
  readonly graph: string;
  /** Which half of a CLIP model it is, also where one file holds both. */
  readonly tower?: 'text' | 'image' | undefined;
  /** What the catalogue knows of the graph's files; undefined for files of the caller's own. */
  readonly files?: GraphFiles | undefined;
  /** Tasks whose adapters these weights hold; undefined: all. */
  readonly tasks?: readonly string[] | undefined;
}

/** Which of a model's graphs is wanted. */
export interface PartRequest {
  /** The API's name of a task; null or undefined: the model's default. */
  readonly task?: string | null | undefined;
  /** Which tower of a CLIP model. Default `text`. */
  readonly tower?: 'text' | 'image' | undefined;
}

/** Everything the engine needs to know to load and run one model. */
export interface ModelDefinition {
  /** Name under which requests ask for it. */
  readonly id: string;
  /** The catalogue's entry: the model's own, or that of the model it is like. */
  readonly entry: ModelEntry;
  readonly recipe: Recipe;
  /**
   * What the caller says of a model of its own. Entry and recipe are then what is known before its files are read:
   * `engine/loading/own-files.ts` completes them.
   */
  readonly own?: ModelRecipe | undefined;
  /** Whether sizes have to be read from the model's files, because it is only like its entry. */
  readonly ownSizes: boolean;
  /** Whether the entry's goldens are this model's. */
  readonly goldens: ModelEntry['goldens'];
  /** Precision that the caller wants, whatever the device prefers. */
  readonly dtype?: Dtype | undefined;
  /** Precisions that the source has, where the caller says so. */
  readonly dtypes?: readonly Dtype[] | undefined;
  /**
   * The part that serves a request.
   * @throws FoundationError INPUT_VALIDATION_FAILED if no part has the task.
   */
  part(request: PartRequest): ModelPart;
}

/**
 * Finds a model by its id.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND, MODEL_NOT_AVAILABLE_LOCALLY.
 */
export type ModelResolver = (id: string) => ModelDefinition;

/** Where a model's tokenizer is: in a source, or it is that of another model. */
export type TokenizerDefinition =
  | { readonly model: string; readonly source: ModelSource; readonly tokenizerOf?: undefined }
  | { readonly model: string; readonly tokenizerOf: string };

/**
 * Finds a model's tokenizer by the model's id.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND, MODEL_NOT_AVAILABLE_LOCALLY.
 */
export type TokenizerResolver = (id: string) => TokenizerDefinition;
