import type { LoadedModel } from '@nearfield/spec';
import type { ImageRecipe } from '../../image/recipe.ts';
import type { ColbertText } from '../../models/colbert-text.ts';
import type { ModelDefinition, ModelPart } from '../../models/definition.ts';
import type { ListwiseRecipe, PairRecipe } from '../../models/recipe.ts';
import type { TextTokenizer } from '../../text/text-tokenizer.ts';
import type { ImageEncoder } from './image-encoder.ts';
import type { ListwiseEncoder } from './listwise-encoder.ts';
import type { PairEncoder } from './pair-encoder.ts';
import type { TextVectorEncoder } from './text-encoder.ts';

interface Ready {
  readonly definition: ModelDefinition;
  readonly part: ModelPart;
  readonly info: LoadedModel;
}

/** A text encoder that is ready: tokenizer, encoder and facts about them. CLIP text towers are text encoders too. */
export interface ReadyEncoder extends Ready {
  readonly kind: 'text';
  readonly tokenizer: TextTokenizer;
  readonly encoder: TextVectorEncoder;
}

/** A ColBERT model: `encoder.tokens()` takes the results of `colbert.query()` and `colbert.document()`. */
export interface ReadyColbert extends Ready {
  readonly kind: 'colbert';
  readonly tokenizer: TextTokenizer;
  readonly colbert: ColbertText;
  readonly encoder: TextVectorEncoder;
}

/** A picture encoder. */
export interface ReadyImages extends Ready {
  readonly kind: 'images';
  readonly encoder: ImageEncoder;
  /** Conversion of pictures to `pixel_values`. */
  readonly recipe: ImageRecipe;
}

/** A cross-encoder: `encoder.group` takes the windows that `pairWindows` makes. */
export interface ReadyPairs extends Ready {
  readonly kind: 'pairs';
  readonly tokenizer: TextTokenizer;
  readonly recipe: PairRecipe;
  readonly encoder: PairEncoder;
}

/** A listwise reranker: `encoder.group` takes the blocks that `listwiseBlocks` makes. */
export interface ReadyListwise extends Ready {
  readonly kind: 'listwise';
  readonly tokenizer: TextTokenizer;
  readonly recipe: ListwiseRecipe;
  readonly encoder: ListwiseEncoder;
}

/** A loaded part of a model, by its abilities. */
export type ReadyPart = ReadyEncoder | ReadyColbert | ReadyImages | ReadyPairs | ReadyListwise;
