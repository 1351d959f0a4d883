import type { Dtype } from '../capabilities.ts';
import type { CallOptions } from '../progress.ts';

/** Prices in US dollars as decimal strings; "0" if nothing is charged. */
export interface ModelPricing {
  /** A prompt token. */
  prompt: string;
  completion: string;
  image: string;
  request: string;
  input_cache_read: string;
  input_cache_write: string;
}

/** Facts that the catalogue adds to the API's description of a model. */
export interface ModelFacts {
  /** Short id, such as `jina-embeddings-v3`. */
  id: string;
  kind: 'embedding' | 'reranker' | 'clip' | 'colbert' | 'sparse' | 'chat';
  family: string;
  /** Size of a vector; undefined for models that return none. */
  dimensions?: number | undefined;
  /** Sizes the model was trained to be cut to. */
  matryoshka?: readonly number[] | undefined;
  tasks: readonly string[];
  /** Task when the request names none; null where that means "no task". */
  defaultTask: string | null;
  /** Endpoints of the contract that take this model. */
  endpoints: readonly string[];
  /** Parameters, such as 137_000_000. */
  parameters?: number | undefined;
  licence: string;
  commercialUse: { answer: 'yes' | 'licence-needed' | 'unknown'; why: string };
  local:
    | {
        runs: true;
        /**
         * Published files: sizes in megabytes (10⁶ bytes) of each precision of each graph. A `repository` of null is
         * on no hub: the files ship with Nearfield.
         */
        sources: readonly {
          repository: string | null;
          graph: string;
          megabytes: Partial<Record<Dtype, number>>;
        }[];
        caution?: string | undefined;
      }
    | { runs: false; reason: string; instead: string | null };
  /** Statements about this model that no stored source backs. */
  unverified: readonly string[];
}

/** One model, in the API's (OpenRouter's) shape. */
export interface ModelInfo {
  /** Full id, such as `jina-ai/jina-embeddings-v3`. */
  id: string;
  hugging_face_id: string;
  name: string;
  /** Unix seconds of the release. */
  created: number;
  input_modalities: string[];
  output_modalities: string[];
  quantization: string;
  /** Tokens. */
  context_length: number;
  max_output_length: number;
  pricing: ModelPricing;
  supported_sampling_parameters: string[];
  supported_features: string[];
  description: string;
  datacenters: { country_code: string }[];
  /** Facts of the Nearfield catalogue; absent in the hosted API's answers. */
  nearfield?: ModelFacts | undefined;
}

/** Answer of `models.list()`. */
export interface ModelListResponse {
  data: ModelInfo[];
}

/** `/v1/models`. */
export interface ModelsApi {
  /** All models of the catalogue, and those of the caller. */
  list(options?: CallOptions): Promise<ModelListResponse>;
  /** Takes short (`jina-embeddings-v3`) and full ids (`jina-ai/…`, `jinaai/…`). @throws FoundationError INPUT_MODEL_NOT_FOUND */
  get(id: string, options?: CallOptions): Promise<ModelInfo>;
}
