import * as v from 'valibot';
import type { BatchOutputLine, BatchStatus } from './endpoints/batches.ts';
import type { ChatResponse } from './endpoints/chat.ts';
import type { ClassifyResponse } from './endpoints/classify.ts';
import type { ModelInfo, ModelListResponse } from './endpoints/models.ts';
import type { GroundResponse, Page, ReadResponse, SearchResponse } from './endpoints/reader.ts';
import type { SegmentResponse } from './endpoints/segment.ts';
import type { ClassifierSummary, DeleteClassifierResponse, TrainResponse } from './endpoints/train.ts';
import { FoundationError } from './errors.ts';
import { shortened } from './shortened.ts';
import type { EmbeddingsBody, WireEmbedding, WireVector } from './wire.ts';

// Bodies of answers as the OpenAPI document promises them. Fields it lists as having a default may be absent;
// fields it does not list are kept.

/** Checked in one pass: a schema a number would take longer than the request. */
const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

const isVector = (value: unknown): value is WireVector => typeof value === 'string' || isNumbers(value);

const isEmbedding = (value: unknown): value is WireEmbedding =>
  isVector(value) ||
  (typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'number' || isVector(entry)));

const EmbeddingValueSchema = v.custom<WireEmbedding>(
  isEmbedding,
  'Expected a list of numbers, a base64 string or an object of these.',
);

const UsageSchema = v.looseObject({ total_tokens: v.number() });
const optionalString = v.nullish(v.string());
const constant = <const Value extends string>(value: Value) => v.optional(v.literal(value), value);

const SingleItemSchema = v.looseObject({
  object: v.optional(v.string()),
  index: v.number(),
  embedding: EmbeddingValueSchema,
});

const MultiItemSchema = v.looseObject({
  object: v.optional(v.string()),
  index: v.number(),
  embeddings: v.array(EmbeddingValueSchema),
  tokenized_input: v.nullish(v.array(v.string())),
});

/** Jina's local server puts token vectors under the singular name. */
const NestedItemSchema = v.pipe(
  v.looseObject({ index: v.number(), embedding: v.array(EmbeddingValueSchema) }),
  v.transform(({ embedding, ...rest }) => ({ ...rest, embeddings: embedding })),
);

function itemSchema(item: unknown) {
  if (typeof item !== 'object' || item === null) return SingleItemSchema;
  if ('embeddings' in item) return MultiItemSchema;
  const { embedding } = item as { embedding?: unknown };
  return Array.isArray(embedding) && typeof embedding[0] === 'object' ? NestedItemSchema : SingleItemSchema;
}

const bodyEntries = {
  model: v.string(),
  object: constant('list'),
  usage: v.looseObject({ total_tokens: v.number(), prompt_tokens: v.optional(v.number()) }),
};

const VectorsBodySchema = v.looseObject({ ...bodyEntries, data: v.array(v.lazy(itemSchema)) });

const WeightsSchema = v.record(v.string(), v.number());

/** The document lets elser-v2 answer with bare token weights, or with items that hold them. */
const SparseBodySchema = v.looseObject({
  ...bodyEntries,
  data: v.pipe(
    v.array(
      v.lazy((item) =>
        typeof (item as { embedding?: unknown } | null)?.embedding === 'object'
          ? SingleItemSchema
          : WeightsSchema,
      ),
    ),
    v.transform((items) =>
      items.map((item, index) =>
        typeof item.embedding === 'object'
          ? (item as EmbeddingsBody['data'][number])
          : { index, embedding: item as Record<string, number> },
      ),
    ),
  ),
});

/** Answer of `/v1/embeddings` and `/v1/multi-vector`. */
export const EmbeddingsBodySchema: v.GenericSchema<unknown, EmbeddingsBody> = v.lazy((body) =>
  (body as { model?: unknown } | null)?.model === 'elser-v2' ? SparseBodySchema : VectorsBodySchema,
);

const NumbersSchema = v.custom<number[]>(isNumbers, 'Expected a list of numbers.');

/** Answer of `/v1/rerank`. */
export const RerankBodySchema = v.looseObject({
  model: v.string(),
  object: constant('list'),
  usage: UsageSchema,
  results: v.array(
    v.looseObject({
      index: v.number(),
      relevance_score: v.number(),
      document: v.nullish(v.union([v.string(), v.looseObject({})])),
      embedding: v.nullish(NumbersSchema),
    }),
  ),
});

const LabelScoreSchema = v.looseObject({ label: v.string(), score: v.number() });
const groupsOf = <Schema extends v.GenericSchema>(schema: Schema) => v.record(v.string(), schema);

/** Answer of `/v1/classify`. */
export const ClassifyBodySchema: v.GenericSchema<unknown, ClassifyResponse> = v.looseObject({
  usage: UsageSchema,
  data: v.array(
    v.lazy((item) =>
      typeof (item as { prediction?: unknown } | null)?.prediction === 'object'
        ? v.looseObject({
            object: constant('classification'),
            index: v.number(),
            prediction: groupsOf(v.string()),
            score: groupsOf(v.number()),
            predictions: groupsOf(v.array(LabelScoreSchema)),
          })
        : v.looseObject({
            object: constant('classification'),
            index: v.number(),
            prediction: v.string(),
            score: v.number(),
            predictions: v.array(LabelScoreSchema),
          }),
    ),
  ),
});

/** Answer of `/v1/train`. */
export const TrainBodySchema: v.GenericSchema<unknown, TrainResponse> = v.looseObject({
  classifier_id: v.string(),
  num_samples: v.number(),
  usage: v.optional(UsageSchema),
});

const ClassifierSummarySchema = v.looseObject({
  classifier_id: v.string(),
  user_id: v.string(),
  model: v.string(),
  labels: v.array(v.string()),
  access: v.string(),
  updated_number: v.number(),
  used_number: v.number(),
  created_at: v.string(),
  updated_at: v.string(),
  used_at: optionalString,
  is_active: v.optional(v.boolean()),
  is_latest: v.optional(v.boolean()),
  metadata_: v.optional(v.record(v.string(), v.unknown())),
});

/** Answer of `/v1/classifiers`. */
export const ClassifiersBodySchema: v.GenericSchema<unknown, ClassifierSummary[]> =
  v.array(ClassifierSummarySchema);

/** Answer of `DELETE /v1/classifiers/{id}`. */
export const DeleteClassifierBodySchema: v.GenericSchema<unknown, DeleteClassifierResponse> = v.looseObject({
  message: v.optional(v.string()),
});

/** Answer of `segment.jina.ai`. */
export const SegmentBodySchema: v.GenericSchema<unknown, SegmentResponse> = v.looseObject({
  num_tokens: v.number(),
  tokenizer: v.string(),
  usage: v.looseObject({ tokens: v.number() }),
  num_chunks: v.optional(v.number()),
  chunk_positions: v.optional(v.array(v.tuple([v.number(), v.number()]))),
  chunks: v.optional(v.array(v.string())),
  tokens: v.optional(v.array(v.array(v.tuple([v.string(), v.array(v.number())])))),
  special_tokens: v.optional(v.array(v.string())),
});

const PricingSchema = v.looseObject({
  prompt: v.string(),
  completion: v.string(),
  image: v.string(),
  request: v.string(),
  input_cache_read: v.string(),
  input_cache_write: v.string(),
});

/** Answer of `/v1/models/{id}`. The catalogue's own facts pass through unchecked. */
export const ModelBodySchema = v.looseObject({
  id: v.string(),
  hugging_face_id: v.string(),
  name: v.string(),
  created: v.number(),
  input_modalities: v.array(v.string()),
  output_modalities: v.array(v.string()),
  quantization: v.string(),
  context_length: v.number(),
  max_output_length: v.number(),
  pricing: PricingSchema,
  supported_sampling_parameters: v.array(v.string()),
  supported_features: v.array(v.string()),
  description: v.string(),
  datacenters: v.array(v.looseObject({ country_code: v.string() })),
  nearfield: v.optional(v.custom<NonNullable<ModelInfo['nearfield']>>((value) => typeof value === 'object')),
}) satisfies v.GenericSchema<unknown, ModelInfo>;

/** Answer of `/v1/models`. */
export const ModelsBodySchema: v.GenericSchema<unknown, ModelListResponse> = v.looseObject({
  data: v.array(ModelBodySchema),
});

/** Answer of `/v1/batch/…`. */
export const BatchStatusBodySchema: v.GenericSchema<unknown, BatchStatus> = v.looseObject({
  batch_id: v.string(),
  status: v.picklist(['pending', 'processing', 'completed', 'failed', 'expired', 'cancelled']),
  model: v.string(),
  created_at: v.string(),
  completed_at: optionalString,
  expires_at: optionalString,
  output_url: optionalString,
  error_file_url: optionalString,
  error: optionalString,
  stats: v.nullish(
    v.looseObject({
      total: v.number(),
      completed: v.optional(v.number(), 0),
      failed: v.optional(v.number(), 0),
      total_tokens: v.optional(v.number(), 0),
    }),
  ),
});

/** Answer of `/v1/batches`. */
export const BatchesBodySchema: v.GenericSchema<unknown, BatchStatus[]> = v.array(BatchStatusBodySchema);

/** A line of `/v1/batch/{id}/output` or `/errors`; what it holds beside its id is the server's. */
export const BatchLineBodySchema = v.looseObject({
  custom_id: v.pipe(
    v.union([v.string(), v.number()]),
    v.transform((id) => String(id)),
  ),
}) satisfies v.GenericSchema<unknown, Pick<BatchOutputLine, 'custom_id'>>;

const TokensSchema = v.looseObject({ tokens: v.number() });
const PairsSchema = v.union([v.record(v.string(), v.string()), v.array(v.tuple([v.string(), v.string()]))]);

const PageSchema: v.GenericSchema<unknown, Page> = v.looseObject({
  title: v.optional(v.nullable(v.string(), ''), ''),
  url: v.optional(v.nullable(v.string(), ''), ''),
  content: v.optional(v.nullable(v.string(), ''), ''),
  description: v.optional(v.string()),
  publishedTime: v.optional(v.string()),
  html: v.optional(v.string()),
  text: v.optional(v.string()),
  screenshotUrl: v.optional(v.string()),
  pageshotUrl: v.optional(v.string()),
  links: v.optional(PairsSchema),
  images: v.optional(PairsSchema),
  warning: v.optional(v.string()),
  metadata: v.optional(v.record(v.string(), v.unknown())),
  external: v.optional(v.record(v.string(), v.unknown())),
  usage: v.optional(TokensSchema),
});

const MetaSchema = v.optional(v.looseObject({ usage: v.optional(TokensSchema) }));

/** Answer of `r.jina.ai` with `Accept: application/json`. */
export const ReadBodySchema: v.GenericSchema<unknown, ReadResponse> = v.looseObject({
  code: v.number(),
  status: v.number(),
  data: PageSchema,
  meta: MetaSchema,
});

/** Answer of `s.jina.ai` with `Accept: application/json`. */
export const SearchBodySchema: v.GenericSchema<unknown, SearchResponse> = v.looseObject({
  code: v.number(),
  status: v.number(),
  data: v.array(PageSchema),
  meta: MetaSchema,
});

/** Answer of `g.jina.ai` with `Accept: application/json`. */
export const GroundBodySchema: v.GenericSchema<unknown, GroundResponse> = v.looseObject({
  code: v.number(),
  status: v.number(),
  data: v.looseObject({
    factuality: v.number(),
    result: v.boolean(),
    reason: v.string(),
    references: v.array(v.looseObject({ url: v.string(), keyQuote: v.string(), isSupportive: v.boolean() })),
    usage: v.optional(TokensSchema),
  }),
});

/** Answer of `/v1/chat/completions`. */
export const ChatBodySchema: v.GenericSchema<unknown, ChatResponse> = v.looseObject({
  id: v.string(),
  object: constant('chat.completion'),
  created: v.number(),
  model: v.string(),
  choices: v.array(
    v.looseObject({
      index: v.number(),
      message: v.looseObject({ role: constant('assistant'), content: v.nullable(v.string()) }),
      finish_reason: v.optional(v.nullable(v.string()), null),
    }),
  ),
  usage: v.optional(
    v.looseObject({ prompt_tokens: v.number(), completion_tokens: v.number(), total_tokens: v.number() }),
  ),
});

/**
 * Checks a server's answer.
 * @param what whose answer it is, such as `embeddings`
 * @throws FoundationError RESPONSE_INVALID naming the first field that is not as promised
 */
export function parseResponse<Output>(
  schema: v.GenericSchema<unknown, Output>,
  body: unknown,
  what: string,
): Output {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const dotPath = v.getDotPath(issue);
  const path = dotPath === null ? null : shortened(dotPath, 200);
  throw new FoundationError({
    code: 'RESPONSE_INVALID',
    message: `The server's answer to ${what} is not in the API's shape: ${path ? `'${path}': ` : ''}${shortened(issue.message, 200)}`,
    param: path ?? undefined,
  });
}
