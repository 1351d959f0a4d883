/** The models that a foundation is made with, and what requests may say about each. */
import { type EmbeddingSpace, FoundationError, type ModelInfo } from '@nearfield/spec';
import { modelNotFound, precisionFamily } from '@nearfield/spec/implement';

/** How transformers.js reads a model. */
export type TransformersKind =
  /** Vectors of texts: pipeline `feature-extraction`. */
  | 'text-embedding'
  /** Vectors of pictures: pipeline `image-feature-extraction`. */
  | 'image-embedding'
  /** Vectors of texts and pictures in one space, by a CLIP model with two towers. */
  | 'clip'
  /** Scores of pairs by a cross-encoder: a sequence classifier with one output. */
  | 'reranker'
  /** Labels by a model of natural language inference: pipeline `zero-shot-classification`. */
  | 'zero-shot';

/** Precisions that transformers.js has a file name for. */
export type TransformersDtype = 'fp32' | 'fp16' | 'q8' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4';

/** A model, and how it is used. Nothing about it is guessed. */
export interface TransformersModel {
  /** Its name in requests, such as `multilingual-e5-small`. */
  id: string;
  /**
   * Folder of its files in the hub's layout (`config.json`, `tokenizer.json`, `onnx/model_quantized.onnx`, …): an address,
   * absolute or relative to the page; in Node also a path.
   */
  source: string;
  kind: TransformersKind;
  /** Precision of its file. @default 'q8' */
  dtype?: TransformersDtype | undefined;
  /** Which tokens make the vector of a text. @default 'mean' */
  pooling?: 'mean' | 'cls' | 'last_token' | undefined;
  /** Put before a text, by the request's `task`; `''` is for requests without one. @default none */
  prompts?: Readonly<Record<string, string>> | undefined;
  /** Longest text in tokens. @default what the tokenizer's files say */
  maxTokens?: number | undefined;
  /** Sentence that a label completes, for `zero-shot`; it contains `{}`. @default 'This example is {}.' */
  hypothesis?: string | undefined;
}

const KINDS: readonly TransformersKind[] = [
  'text-embedding',
  'image-embedding',
  'clip',
  'reranker',
  'zero-shot',
];

/** Kinds that answer `embeddings()`. */
const EMBEDDERS: ReadonlySet<TransformersKind> = new Set(['text-embedding', 'image-embedding', 'clip']);

const fault = (index: number, field: string, message: string): FoundationError =>
  new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `models.${index}.${field} ${message}`,
    param: `models.${index}.${field}`,
  });

/**
 * Models by id.
 * @throws FoundationError INPUT_VALIDATION_FAILED for a model that cannot be used as described
 */
export function modelTable(models: readonly TransformersModel[]): ReadonlyMap<string, TransformersModel> {
  const table = new Map<string, TransformersModel>();
  for (const [index, model] of models.entries()) {
    if (!model.id) throw fault(index, 'id', 'is missing: the name of the model in requests.');
    if (table.has(model.id)) throw fault(index, 'id', `"${model.id}" is taken by another model.`);
    if (!model.source) throw fault(index, 'source', 'is missing: the folder of the model’s files.');
    if (!KINDS.includes(model.kind)) throw fault(index, 'kind', `must be one of ${KINDS.join(', ')}.`);
    if (model.hypothesis !== undefined && !model.hypothesis.includes('{}')) {
      throw fault(index, 'hypothesis', 'must contain {}, the place of the label.');
    }
    table.set(model.id, model);
  }
  return table;
}

/** Endpoints that take a kind. */
const endpointsOf = (kind: TransformersKind): readonly string[] =>
  kind === 'reranker' ? ['rerank'] : kind === 'zero-shot' ? ['classify'] : ['embeddings'];

/**
 * The model of a request.
 * @throws FoundationError INPUT_MODEL_NOT_FOUND if there is none of that name for the endpoint
 */
export function modelFor(
  table: ReadonlyMap<string, TransformersModel>,
  id: string,
  endpoint: 'embeddings' | 'rerank' | 'classify',
): TransformersModel {
  const model = table.get(id);
  const suitable = [...table.values()].filter(({ kind }) => endpointsOf(kind).includes(endpoint));
  if (!model) {
    throw modelNotFound(
      id,
      suitable.map((each) => each.id),
    );
  }
  if (!suitable.includes(model)) {
    throw new FoundationError({
      code: 'INPUT_MODEL_NOT_FOUND',
      message: `Model '${id}' is of kind ${model.kind}, which does not support ${endpoint}. It supports ${endpointsOf(model.kind).join(', ')}.`,
      param: 'model',
    });
  }
  return model;
}

/**
 * The space of a model's vectors. It is not that of the engine's for the same name: pooling and values are those of
 * transformers.js.
 */
export function spaceOf({ id, dtype = 'q8', pooling = 'mean' }: TransformersModel): EmbeddingSpace {
  const precision = `transformers ${precisionFamily(dtype)}${pooling === 'mean' ? '' : ` ${pooling}`}`;
  return { id: `${id}/${precision}`, model: id, precision };
}

/** A model in the API's shape. Facts that only its files have are empty. */
export const infoOf = ({ id, kind, dtype = 'q8', maxTokens = 0 }: TransformersModel): ModelInfo => ({
  id,
  hugging_face_id: '',
  name: id,
  created: 0,
  input_modalities: kind === 'clip' ? ['text', 'image'] : [kind === 'image-embedding' ? 'image' : 'text'],
  output_modalities: [EMBEDDERS.has(kind) ? 'embeddings' : kind === 'reranker' ? 'rerank' : 'classification'],
  quantization: dtype,
  context_length: maxTokens,
  max_output_length: 0,
  pricing: {
    prompt: '0',
    completion: '0',
    image: '0',
    request: '0',
    input_cache_read: '0',
    input_cache_write: '0',
  },
  supported_sampling_parameters: [],
  supported_features: [],
  description: `transformers.js, ${kind}`,
  datacenters: [],
});
