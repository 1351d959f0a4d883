import type { Dtype, ModelEntry } from '@nearfield/spec';
import type { GraphFiles } from '@nearfield/spec/implement';
import type { ModelSource } from '../store/types.ts';
import type { ModelRecipe } from './own-model.ts';
import type { Recipe } from './recipe.ts';

/** One graph of a model with the files it needs, to be opened as one session. */
export interface ModelPart {
  /** Unique among all parts of the engine. */
  readonly key: string;
  readonly source: ModelSource;
  /** Name of the graph in the hub's layout: `onnx/<name>….onnx`. */
  readonly graph: string;
  /** Tower of a CLIP model, even if one file holds both. */
  readonly tower?: 'text' | 'image' | undefined;
  /** The catalogue's facts of the graph's files; undefined for custom files. */
  readonly files?: GraphFiles | undefined;
  /** Tasks whose adapters these weights hold; undefined: all. */
  readonly tasks?: readonly string[] | undefined;
}

/** Selects one of a model's graphs. */
export interface PartRequest {
  /** The API's name of a task; null or undefined: the model's default. */
  readonly task?: string | null | undefined;
  /** Tower of a CLIP model. Default `text`. */
  readonly tower?: 'text' | 'image' | undefined;
}

/** Everything that the engine needs to load and run one model. */
export interface ModelDefinition {
  /** Id of the model in requests. */
  readonly id: string;
  /** The catalogue's entry: the model's own, or that of the model it is like. */
  readonly entry: ModelEntry;
  readonly recipe: Recipe;
  /**
   * The caller's description of a custom model. Entry and recipe then hold what is known before its files are read;
   * `engine/loading/own-files.ts` completes them.
   */
  readonly own?: ModelRecipe | undefined;
  /** Whether sizes must be read from the model's files, because it is only like its entry. */
  readonly ownSizes: boolean;
  /** Whether the entry's goldens are this model's. */
  readonly goldens: ModelEntry['goldens'];
  /** Requested precision, which overrides the device's preference. */
  readonly dtype?: Dtype | undefined;
  /** Precisions that the source has, if the caller named them. */
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

/** Location of a model's tokenizer: in a source, or in another model. */
export type TokenizerDefinition =
  | { readonly model: string; readonly source: ModelSource; readonly tokenizerOf?: undefined }
  | { readonly model: string; readonly tokenizerOf: string };

/**
 * Finds a model's tokenizer by the model's id.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND, MODEL_NOT_AVAILABLE_LOCALLY.
 */
export type TokenizerResolver = (id: string) => TokenizerDefinition;
