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

/** A text encoder that is ready: tokenizer, encoder and what is known of them. CLIP text towers are one. */
export interface ReadyEncoder extends Ready {
  readonly kind: 'text';
  readonly tokenizer: TextTokenizer;
  readonly encoder: TextVectorEncoder;
}

/** A ColBERT model: `encoder.tokens()` takes what `colbert.query()` and `colbert.document()` make of texts. */
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
  /** How pictures become `pixel_values`. */
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

/** A loaded part of a model, by what it can do. */
export type ReadyPart = ReadyEncoder | ReadyColbert | ReadyImages | ReadyPairs | ReadyListwise;
