import {
  base64ToBytes,
  base64ToVector,
  EMBEDDING_TYPES,
  type EmbeddingType,
  type EncodedVector,
  encodeVector,
  vectorToBase64,
} from './encodings.ts';
import type {
  EmbeddingsResponse,
  EmbeddingUsage,
  MultiEmbedding,
  SingleEmbedding,
  SparseEmbedding,
} from './endpoints/embeddings.ts';
import type { RerankResponse, RerankResult } from './endpoints/rerank.ts';
import { FoundationError } from './errors.ts';
import { MOST_LEVELS, nestedTooDeep } from './nesting.ts';

/** A response as JSON carries it: typed arrays are lists of numbers. */
export type Wire<Value> = Value extends ArrayBufferView
  ? number[]
  : Value extends readonly (infer Item)[]
    ? Wire<Item>[]
    : Value extends object
      ? { [Key in keyof Value]: Wire<Value[Key]> }
      : Value;

/**
 * The shortest decimal that is the same float32, as the API prints vectors: half the bytes of the float64 form.
 * Nine significant digits always suffice for float32.
 */
function shortestFloat(value: number): number {
  if (!Number.isFinite(value)) throw notFinite();
  for (let digits = 7; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}

/** JSON would say null, and pass it for a number. */
const notFinite = (): FoundationError =>
  new FoundationError({
    code: 'MODEL_INVALID',
    message: 'The answer has values that are NaN or infinite: the files of the model are damaged.',
  });

/** Levels of an answer: the request may lie in it, a few levels down. */
const MOST_LEVELS_BACK = 2 * MOST_LEVELS;

/**
 * A response for `JSON.stringify`: every typed array becomes a list of numbers, everything else is kept.
 * @throws FoundationError MODEL_INVALID for NaN and infinite numbers; INPUT_VALIDATION_FAILED for data nested so deep
 * that it would fill the call stack
 */
export function toWire<Value>(value: Value): Wire<Value> {
  return wireOf(value, 0) as Wire<Value>;
}

function wireOf(value: unknown, level: number): unknown {
  if (value instanceof Float32Array) return Array.from(value, shortestFloat);
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  if (typeof value === 'number' && !Number.isFinite(value)) throw notFinite();
  if (level > MOST_LEVELS_BACK) throw nestedTooDeep();
  if (Array.isArray(value)) return value.map((item) => wireOf(item, level + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  // Not by assignment: a key `__proto__` would become the prototype.
  return Object.fromEntries(entries.map(([key, entry]) => [key, wireOf(entry, level + 1)]));
}

/** A vector on the wire: base64 or a list of numbers. */
export type WireVector = string | readonly number[];

/**
 * A vector from the wire in the requested encoding. Accepts base64 of float32 for `float` and the
 * reverse, so that it does not matter which of the two a server prefers.
 * @throws FoundationError INPUT_VALIDATION_FAILED if a string is not base64
 */
export function decodeVector<Type extends EmbeddingType>(value: WireVector, type: Type): EncodedVector[Type] {
  const decoders: { [T in EmbeddingType]: () => EncodedVector[T] } = {
    float: () => (typeof value === 'string' ? base64ToVector(value) : Float32Array.from(value)),
    base64: () => (typeof value === 'string' ? value : vectorToBase64(Float32Array.from(value))),
    binary: () =>
      typeof value === 'string' ? new Int8Array(base64ToBytes(value).buffer) : Int8Array.from(value),
    ubinary: () => (typeof value === 'string' ? base64ToBytes(value) : Uint8Array.from(value)),
  };
  return decoders[type]();
}

/** An embedding on the wire: one encoding, one entry per type, or token weights (elser-v2). */
export type WireEmbedding = WireVector | Readonly<Record<string, WireVector | number>>;

/** The body of an embeddings or multi-vector answer, see `EmbeddingsBodySchema`. */
export interface EmbeddingsBody {
  model: string;
  usage: { total_tokens: number; prompt_tokens?: number | undefined; [field: string]: unknown };
  data: readonly (
    | { index: number; embedding: WireEmbedding }
    | {
        index: number;
        embeddings: readonly WireEmbedding[];
        tokenized_input?: readonly string[] | null | undefined;
      }
  )[];
}

const isType = (name: string): name is EmbeddingType => (EMBEDDING_TYPES as readonly string[]).includes(name);

function decodeEmbedding(wire: WireEmbedding, requested: EmbeddingType | readonly EmbeddingType[]): unknown {
  const several = typeof requested !== 'string';
  if (typeof wire === 'string' || Array.isArray(wire)) {
    const vector = wire as WireVector;
    if (!several) return decodeVector(vector, requested);
    const float = decodeVector(vector, 'float');
    return Object.fromEntries(requested.map((type) => [type, encodeVector(float, type)]));
  }
  const entries = Object.entries(wire as Record<string, WireVector | number>);
  // A token's weight is a number; a vector never is.
  if (entries.every(([, value]) => typeof value === 'number')) return { ...wire };
  const decoded = Object.fromEntries(
    entries
      .filter(([type]) => isType(type))
      .map(([type, value]) => [type, decodeVector(value as WireVector, type as EmbeddingType)]),
  );
  return several ? decoded : decoded[requested];
}

/**
 * The answer to an embeddings or multi-vector request from its JSON body.
 * @param requested the `embedding_type` of the request; for a list the body may hold base64 or floats alone, the
 * other encodings are derived from them
 */
export function embeddingsFromWire(
  body: EmbeddingsBody,
  requested: EmbeddingType | readonly EmbeddingType[],
): EmbeddingsResponse<SingleEmbedding | MultiEmbedding | SparseEmbedding> {
  const data = body.data.map((item) => {
    if ('embeddings' in item) {
      const { index, embeddings, tokenized_input } = item;
      return {
        object: 'embeddings',
        index,
        embeddings: embeddings.map((embedding) => decodeEmbedding(embedding, requested)),
        ...(tokenized_input ? { tokenized_input: [...tokenized_input] } : {}),
      } as MultiEmbedding;
    }
    const embedding = decodeEmbedding(item.embedding, requested);
    return { object: 'embedding', index: item.index, embedding } as SingleEmbedding | SparseEmbedding;
  });
  const counts = Object.entries(body.usage).filter(([, count]) => typeof count === 'number');
  const usage = Object.fromEntries(counts) as unknown as EmbeddingUsage;
  // A text model's answer may give the total alone; a sparse model's has counts of its own.
  if (!('input_tokens' in usage)) usage.prompt_tokens ??= usage.total_tokens;
  return { model: body.model, object: 'list', usage, data };
}

/** A rerank answer as JSON carries it. */
export type RerankBody = Wire<Omit<RerankResponse<RerankResult<unknown>>, 'fusion'>> & {
  /** Beyond the API. */
  fusion?: { with: string; weight: number } | undefined;
};

/** A rerank answer for `JSON.stringify`: like {@link toWire}, with the embedder's name under `with`. */
export function rerankToWire({ fusion, ...answer }: RerankResponse<RerankResult<unknown>>): RerankBody {
  return {
    ...(toWire(answer) as Omit<RerankBody, 'fusion'>),
    ...(fusion && { fusion: { with: fusion.embedder, weight: fusion.weight } }),
  };
}

/** The name and weight of the embedder of a rerank answer's JSON, if it has them. */
export function fusionFromWire(fusion: unknown): RerankResponse['fusion'] {
  const { with: embedder, weight } = (fusion ?? {}) as { with?: unknown; weight?: unknown };
  return typeof embedder === 'string' && typeof weight === 'number' ? { embedder, weight } : undefined;
}
