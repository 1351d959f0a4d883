import type { Dtype } from '@nearfield/spec';
import type { TextEncoderFamily } from '../families/family.ts';
import type { ModelSource } from '../store/types.ts';

/** Everything the engine needs to know to load and run one model. */
export interface ModelDefinition {
  readonly id: string;
  readonly family: TextEncoderFamily;
  readonly source: ModelSource;
  /** Precisions that the source has, where that is known. */
  readonly dtypes?: readonly Dtype[] | undefined;
  /** Precision that the caller wants, whatever the device prefers. */
  readonly dtype?: Dtype | undefined;
  /** Context in tokens. Default: the tokenizer's own limit. */
  readonly maxTokens?: number | undefined;
}

/**
 * Finds a model by its id.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND, MODEL_NOT_AVAILABLE_LOCALLY.
 */
export type ModelResolver = (id: string) => ModelDefinition;
