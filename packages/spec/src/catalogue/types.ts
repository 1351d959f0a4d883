import type { Dtype } from '../capabilities.ts';
import type { ModelFacts } from '../endpoints/models.ts';

/** Kind of a model: its main task. */
export type ModelKind = ModelFacts['kind'];

/** Kinds of input. `content` is a group of chunks fused into one vector. */
export type Modality = 'text' | 'image' | 'pdf' | 'video' | 'audio' | 'content';

/** Endpoints that take a model. */
export type Endpoint = 'embeddings' | 'multi-vector' | 'rerank' | 'classify' | 'train' | 'batch' | 'chat';

/** Recipes: how a model's prompt, graph and pooling are used. Several models share one. */
export type ModelFamily =
  | 'bert-mean'
  /** A model of the caller's own, in no catalogue: its files say how it is used. */
  | 'own'
  | 'jina-v2'
  | 'jina-v3'
  | 'jina-v4'
  | 'jina-v5'
  | 'jina-v5-omni'
  | 'jina-code'
  | 'jina-clip-v1'
  | 'jina-clip-v2'
  | 'icon-clip'
  | 'jina-colbert-v1'
  | 'jina-colbert-v2'
  | 'cross-encoder'
  | 'minilm-reranker'
  | 'jina-reranker-v3'
  | 'jina-reranker-m0'
  | 'elser'
  | 'jina-vlm';

/** Embeddings request fields beyond `model`, `input` and `embedding_type` that the API documents for a model. */
export type EmbeddingOption =
  | 'normalized'
  | 'truncate'
  | 'task'
  | 'dimensions'
  | 'late_chunking'
  | 'return_multivector'
  | 'return_tokenized_input'
  | 'input_type';

/** A task of a model. */
export interface TaskFacts {
  /** Prefix of the text, verbatim. */
  prompt: string;
  /** Index of the task's adapter in the graph's `task_id` input (v3). */
  adapter?: number | undefined;
  /** Repository whose weights have the task's adapter merged (v5). */
  repository?: string | undefined;
}

/** Devices of a local engine, by what they compute in. */
export type Target = 'wasm' | 'webgpu' | 'webgpu-f16';

/** One graph of a model, in the hub's layout `onnx/<name>_<dtype>.onnx`. */
export interface GraphFiles {
  name: string;
  /** Size of each published precision in megabytes (10⁶ bytes), external data included. */
  megabytes: Partial<Record<Dtype, number>>;
  /** Precision for each target; null where none of the published ones suits it. */
  use: Record<Target, Dtype | null>;
  /** Published precisions that compute wrong vectors: never loaded, even if requested. */
  broken?: { readonly dtypes: readonly Dtype[]; readonly reason: string } | undefined;
  /** Precisions whose weights lie in a second file `…onnx_data`. */
  externalData?: readonly Dtype[] | undefined;
}

/** One repository of ONNX files; several where each task has its own. */
export interface HubFiles {
  /** Null: on no hub. The files ship with Nearfield, and your own site serves them. */
  repository: string | null;
  /** Tasks that these weights serve. Default: all. */
  tasks?: readonly string[] | undefined;
  graphs: readonly GraphFiles[];
}

/** What running a model on this device takes. */
export type LocalFacts =
  | {
      runs: true;
      files: readonly HubFiles[];
      /** Advice to read before downloading. */
      caution?: string | undefined;
    }
  | {
      runs: false;
      reason: string;
      /** Id of the nearest model that does run, or null. */
      instead: string | null;
    };

/** A published result to check a loaded model against. */
export type Golden =
  | {
      kind: 'embedding';
      text: string;
      task?: string | undefined;
      /** Whether the task's prompt was put before the text when the values were made. */
      prompted: boolean;
      /** The first values of the normalised vector, rounded to 4 decimals. */
      first: readonly number[];
    }
  | {
      kind: 'logit';
      query: string;
      document: string;
      /** Before the sigmoid, rounded to 4 decimals. */
      value: number;
    };

/** A model of the catalogue. */
export interface ModelEntry {
  /** Short id. */
  id: string;
  /** Other ids that mean this model, full ids among them. */
  aliases: readonly string[];
  name: string;
  description: string;
  kind: ModelKind;
  family: ModelFamily;
  modalities: readonly Modality[];
  /** Inputs of `/v1/classify`, if fewer than `modalities`. */
  classifyModalities?: readonly Modality[] | undefined;
  /** Inputs of `/v1/train`, if fewer than `modalities`. */
  trainModalities?: readonly Modality[] | undefined;
  /** Languages, as the model's card names them. */
  languages: string;
  /** Size of a vector, or of a token's vector. */
  dimensions?: number | undefined;
  /** Sizes the model was trained to be cut to. */
  matryoshka?: readonly number[] | undefined;
  /** Largest `dimensions` the API's schema lets through; it may be more than the model has. */
  apiMaxDimensions?: number | undefined;
  /** The only values of `dimensions` that the API takes. */
  dimensionChoices?: readonly number[] | undefined;
  /** Size of a token's vector with `return_multivector`, if it is not `dimensions`. */
  multiVectorDimensions?: number | undefined;
  /** Context length in tokens. */
  maxTokens: number;
  /** Tokens of an image: the image is covered with square tiles, part tiles count. */
  imageTokens?: { tile: number; tokensPerTile: number } | undefined;
  /** Id of the model that embeds its texts, if it has an image tower only. */
  textTower?: string | undefined;
  /** Zero-shot settings from the model card: label prefix and softmax temperature. */
  zeroShot?: { labelPrompt: string; temperature: number } | undefined;
  /** A reranker that ranks best by its logit plus `weight` × the cosine of vectors of model `embedder`. */
  fusion?: { embedder: string; weight: number } | undefined;
  /** Tasks by the API's name. */
  tasks: Readonly<Record<string, TaskFacts>>;
  /** Task of a request that names none; null: none, `prompt` empty. */
  defaultTask: string | null;
  endpoints: readonly Endpoint[];
  options: readonly EmbeddingOption[];
  /** Whether the hosted API's document lists it. */
  hosted: boolean;
  licence: string;
  commercialUse: ModelFacts['commercialUse'];
  huggingFaceId: string;
  parameters?: number | undefined;
  /** ISO date. */
  released: string;
  local: LocalFacts;
  goldens: readonly Golden[];
  /** Statements above that no stored source backs. */
  unverified: readonly string[];
}
