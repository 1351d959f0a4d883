/**
 * Recipes: everything in which model families differ, as data. From a recipe and a graph, the engine knows which inputs
 * to feed and which outputs to read; the tasks never see either.
 *
 * | recipe      | families                                   | engine class        | items → results                  |
 * | ----------- | ------------------------------------------ | ------------------- | -------------------------------- |
 * | `text`      | bert-mean, jina-v2, jina-v3, jina-v5, code, own | `TextEncoder`       | texts → vectors, spans, tokens   |
 * | `clip`      | jina-clip-v1 (two towers), v2 (fused), icon-clip (image tower) | `TextEncoder` and `ImageEncoder` | texts, pictures → vectors |
 * | `colbert`   | jina-colbert-v1, v2                        | `TextEncoder` over `colbert.ts` | texts → one vector per token |
 * | `pairs`     | cross-encoder (rerankers v1, v2), minilm-reranker | `PairEncoder` over `pair-windows.ts` | windows of pairs → logits |
 * | `listwise`  | jina-reranker-v3                           | `ListwiseEncoder` over `listwise.ts` | blocks of documents → scores |
 *
 * Prompts, task adapters, sizes and files are facts of single models: they are in the catalogue of
 * `@nearfield/spec`.
 */
import type { Dtype } from '@nearfield/spec';
import type { ImageRecipe } from '../image/recipe.ts';

/** Pooling of token vectors into the text's vector. */
export type Pooling = 'mean' | 'first' | 'last';

/** One vector per text. */
interface TextRecipe {
  readonly kind: 'text';
  /** Pooling of the graph's token vectors. */
  readonly pooling: Pooling;
  /** Outputs that are pooled already, for graphs without token vectors. Default: the first of rank 2. */
  readonly pooledOutputs?: readonly string[] | undefined;
  /**
   * Whether a pooled output of one of those names is preferred to token vectors, because their pooling is not stated
   * or, with `otherwise`, the engine does not support it, for the reason given there.
   */
  readonly graphPools?: { readonly otherwise?: string | undefined } | undefined;
}

/** Texts and pictures in one space, pooled inside the graph. */
interface ClipRecipe {
  readonly kind: 'clip';
  /** Names of the two graphs, or of the one that is both. Without `text`, another model embeds the texts. */
  readonly graphs: { readonly text?: string | undefined; readonly image: string };
  readonly textOutputs: readonly string[];
  readonly imageOutputs: readonly string[];
  /** Facts that the model's `preprocessor_config.json` cannot express. */
  readonly pictures?: Partial<ImageRecipe> | undefined;
}

/** One vector per token, with a marker after the first special token that distinguishes queries from documents. */
export interface ColbertRecipe {
  readonly kind: 'colbert';
  readonly queryMarker: string;
  readonly documentMarker: string;
  /** Queries are filled up to this many tokens with mask tokens. */
  readonly queryTokens: number;
  /** Whether the other tokens attend to those mask tokens. */
  readonly attendToFill: boolean;
}

/** Query and document in one sequence, one logit. */
export interface PairRecipe {
  readonly kind: 'pairs';
  /** Maximum tokens of the query, special tokens included. */
  readonly maxQueryTokens: number;
  /** Tokens of a document in one window. Default: the rest of the context after the query. */
  readonly maxDocumentTokens?: number | undefined;
  /** Tokens that neighbouring windows of a long document share, at most a quarter of a window. */
  readonly overlap: number;
}

/** Query and many documents in one sequence, one score per document. */
export interface ListwiseRecipe {
  readonly kind: 'listwise';
  readonly documentToken: string;
  readonly queryToken: string;
  readonly maxQueryTokens: number;
  readonly maxDocumentTokens: number;
  readonly maxDocuments: number;
}

export type Recipe = TextRecipe | ClipRecipe | ColbertRecipe | PairRecipe | ListwiseRecipe;

/** File name endings of the hub's layout, as the exporters of ONNX models for the web write them. */
const DTYPE_SUFFIX: Record<Dtype, string> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  q8e4: '_q8e4',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
};

/** All precisions that have a name in the hub's layout. */
export const DTYPES = Object.keys(DTYPE_SUFFIX) as readonly Dtype[];

/** Path of a graph in the hub's layout, such as `onnx/model_quantized.onnx`. */
export function graphPath(dtype: Dtype, name = 'model'): string {
  return `onnx/${name}${DTYPE_SUFFIX[dtype]}.onnx`;
}
