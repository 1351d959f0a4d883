import * as v from 'valibot';
import { EMBEDDING_TYPES, type EmbeddingType, type EncodedVector } from './encodings.ts';
import { LIMITS } from './limits.ts';

export interface TextDoc {
  text: string;
}

/** An image: URL, data URI or base64 string; in a browser also a `Blob` or `ImageBitmap`. */
export interface ImageDoc {
  image: string | Blob | ImageBitmap;
}

export interface PdfDoc {
  pdf: string;
}

export interface VideoDoc {
  video: string;
}

export interface AudioDoc {
  audio: string;
}

/** Chunks of several modalities fused into one embedding (jina-embeddings-v5-omni). */
export interface MergedContentGroup {
  content: readonly (TextDoc | ImageDoc | VideoDoc | AudioDoc)[];
}

export type EmbeddingInput =
  | string
  | TextDoc
  | ImageDoc
  | PdfDoc
  | VideoDoc
  | AudioDoc
  | MergedContentGroup;

/** Every task name of the OpenAPI document; which of them a model has is in its catalogue entry. */
export type EmbeddingTask =
  | 'retrieval.query'
  | 'retrieval.passage'
  | 'text-matching'
  | 'classification'
  | 'clustering'
  | 'separation'
  | 'code.query'
  | 'code.passage'
  | `${'nl2code' | 'qa' | 'code2code' | 'code2nl' | 'code2completion'}.${'query' | 'passage'}`;

/**
 * `POST /v1/embeddings`. Fields keep the API's names. `Type` follows `embedding_type` so that the response is
 * typed by what was asked.
 */
export interface EmbeddingsRequest<Type extends EmbeddingType = EmbeddingType> {
  model: string;
  input: EmbeddingInput | readonly EmbeddingInput[];
  /** Default `float`. A list returns each item's `embedding` as an object with one entry a type. */
  embedding_type?: Type | readonly Type[] | null | undefined;
  /** Scale vectors to length 1. Default true. */
  normalized?: boolean | null | undefined;
  /** Cut inputs that are longer than the model's context instead of refusing them. Default false. */
  truncate?: boolean | null | undefined;
  /** Matryoshka cut: 1 to the model's own dimensions. Default: all of them. */
  dimensions?: number | null | undefined;
  task?: EmbeddingTask | null | undefined;
  /** Embed all inputs as one text, then pool each input's span (Günther et al., 2024). Default false. */
  late_chunking?: boolean | null | undefined;
  /** One vector a token instead of one a text. Not together with `dimensions`. */
  return_multivector?: boolean | null | undefined;
  /** The tokens of the vectors. Needs `return_multivector`. */
  return_tokenized_input?: boolean | null | undefined;
  /** Role of the input for ColBERT models. Default `document`. */
  input_type?: 'query' | 'document' | null | undefined;
}

/** Sub-counts are parts of `total_tokens`; absent where a request has no such input. */
export interface EmbeddingUsage {
  total_tokens: number;
  prompt_tokens: number;
  image_tokens?: number;
  audio_tokens?: number;
  video_tokens?: number;
}

/** The embedding of one item: the encoding asked for, or one entry a type where a list was asked for. */
export type EmbeddingOf<Type extends EmbeddingType, List extends boolean> = List extends true
  ? { [T in Type]: EncodedVector[T] }
  : EncodedVector[Type];

export interface SingleEmbedding<Type extends EmbeddingType = EmbeddingType, List extends boolean = boolean> {
  object: 'embedding';
  /** Position in the request's input. */
  index: number;
  /** Shape: [dimensions] (float), [dimensions / 8] (binary, ubinary), base64 of 4 · dimensions bytes. */
  embedding: EmbeddingOf<Type, List>;
}

export interface MultiEmbedding<Type extends EmbeddingType = EmbeddingType, List extends boolean = boolean> {
  object: 'embeddings';
  index: number;
  /** One a token. */
  embeddings: EmbeddingOf<Type, List>[];
  tokenized_input?: string[];
}

export interface EmbeddingsResponse<
  Type extends EmbeddingType = EmbeddingType,
  List extends boolean = boolean,
  Item = SingleEmbedding<Type, List>,
> {
  model: string;
  object: 'list';
  usage: EmbeddingUsage;
  data: Item[];
}

type RequestedType<Request> = Request extends { embedding_type: infer Type }
  ? Type extends readonly (infer Each extends EmbeddingType)[]
    ? Each
    : Type extends EmbeddingType
      ? Type
      : 'float'
  : 'float';

type IsList<Request> = Request extends { embedding_type: readonly EmbeddingType[] } ? true : false;

type IsMulti<Request> = Request extends { return_multivector: true } ? true : false;

/** The response type of a request type: `embedding_type` and `return_multivector` decide the shape of `data`. */
export type EmbeddingsResponseFor<Request> =
  IsMulti<Request> extends true
    ? EmbeddingsResponse<
        RequestedType<Request>,
        IsList<Request>,
        MultiEmbedding<RequestedType<Request>, IsList<Request>>
      >
    : EmbeddingsResponse<RequestedType<Request>, IsList<Request>>;

const nonEmptyList = 'Input list cannot be empty. Provide at least one item.';
const inputShape =
  'Each input is a string or an object with one of text, image, pdf, video, audio or content.';

const TextDocSchema = v.looseObject({ text: v.string('text must be a string.') });

/** A string, or something a browser holds in memory (checked where images are decoded). */
const ImageDocSchema = v.looseObject({
  image: v.union(
    [
      v.pipe(v.string(), v.nonEmpty('image cannot be empty.')),
      v.custom<Blob | ImageBitmap>(
        (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      ),
    ],
    'image must be a URL, a data URI, base64, a Blob or an ImageBitmap.',
  ),
});
const PdfDocSchema = v.looseObject({ pdf: v.string('pdf must be a string.') });
const VideoDocSchema = v.looseObject({ video: v.string('video must be a string.') });
const AudioDocSchema = v.looseObject({ audio: v.string('audio must be a string.') });
const MergedContentGroupSchema = v.looseObject({
  content: v.pipe(
    v.array(v.union([TextDocSchema, ImageDocSchema, VideoDocSchema, AudioDocSchema])),
    v.minLength(1, 'content must have at least one chunk.'),
  ),
});

const EmbeddingInputSchema = v.union(
  [
    v.string(),
    TextDocSchema,
    ImageDocSchema,
    PdfDocSchema,
    VideoDocSchema,
    AudioDocSchema,
    MergedContentGroupSchema,
  ],
  inputShape,
);

const optionalFlag = (name: string, fallback: boolean) =>
  v.optional(
    v.nullable(v.boolean(`${name} must be true or false.`), fallback),
    fallback,
  );

const EmbeddingTypeSchema = v.picklist(
  EMBEDDING_TYPES,
  `embedding_type must be one of ${EMBEDDING_TYPES.join(', ')}, or a list of these.`,
);

/**
 * Older clients' names for fields of the embeddings request. Source: the spellings that Jina's own servers
 * and the OpenAI, Voyage and Cohere clients send.
 */
const ALIASES: Record<string, string> = {
  content: 'input',
  texts: 'input',
  task_type: 'task',
  output_dimensionality: 'dimensions',
  output_dimension: 'dimensions',
  truncation: 'truncate',
  encoding_type: 'embedding_type',
  encoding_format: 'embedding_type',
  embedding_types: 'embedding_type',
};

/** Renames aliases; a field under its own name wins over its alias. */
export function renameAliases(value: unknown, aliases: Record<string, string>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const renamed: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const name = Object.hasOwn(aliases, key) ? aliases[key]! : key;
    if (name === key || !Object.hasOwn(value, name)) renamed[name] = entry;
  }
  return renamed;
}

/**
 * Structure of an embeddings request. What depends on the model (tasks, dimensions, modalities, context
 * length) is checked against its catalogue entry.
 */
export const EmbeddingsRequestSchema = v.pipe(
  v.unknown(),
  v.transform((value) => renameAliases(value, ALIASES)),
  v.object(
    {
      model: v.pipe(v.string('model must be a string.'), v.nonEmpty('model cannot be empty.')),
      input: v.union(
        [
          EmbeddingInputSchema,
          v.pipe(
            v.array(EmbeddingInputSchema),
            v.minLength(1, nonEmptyList),
            v.maxLength(
              LIMITS.embeddings.inputs,
              `A request holds at most ${LIMITS.embeddings.inputs} inputs. Split it into several.`,
            ),
          ),
        ],
        inputShape,
      ),
      embedding_type: v.optional(
        v.nullable(
          v.union([
            EmbeddingTypeSchema,
            v.pipe(v.array(EmbeddingTypeSchema), v.minLength(1, 'embedding_type cannot be an empty list.')),
          ]),
          'float',
        ),
        'float',
      ),
      normalized: optionalFlag('normalized', true),
      truncate: optionalFlag('truncate', false),
      dimensions: v.nullish(
        v.pipe(
          v.number('dimensions must be a number.'),
          v.integer('dimensions must be a whole number.'),
          v.minValue(1, 'Input should be greater than 0'),
        ),
      ),
      task: v.nullish(v.string('task must be a string.')),
      late_chunking: optionalFlag('late_chunking', false),
      return_multivector: optionalFlag('return_multivector', false),
      return_tokenized_input: optionalFlag('return_tokenized_input', false),
      input_type: v.nullish(v.picklist(['query', 'document'], 'input_type must be query or document.')),
    },
    'The request must be an object.',
  ),
  v.check(
    (request) => !(request.return_multivector && request.dimensions != null),
    'dimensions cannot be set together with return_multivector.',
  ),
  v.check(
    (request) => !request.return_tokenized_input || request.return_multivector === true,
    'return_tokenized_input needs return_multivector.',
  ),
);

/** A checked embeddings request, defaults applied. */
export type ParsedEmbeddingsRequest = v.InferOutput<typeof EmbeddingsRequestSchema>;

export { EmbeddingInputSchema, ImageDocSchema, TextDocSchema };
