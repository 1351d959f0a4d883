import * as v from 'valibot';
import type { EmbeddingsBody, WireEmbedding, WireVector } from '../wire.ts';
import { constant, isNumbers } from './shared.ts';

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
