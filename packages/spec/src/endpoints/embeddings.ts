import * as v from 'valibot';
import { EMBEDDING_TYPES, type EmbeddingType, type EncodedVector } from '../encodings.ts';
import { LIMITS } from '../limits.ts';
import {
  aliasedObject,
  flag,
  listOf,
  nonEmptyText,
  oneOrMany,
  optionalText,
  stringOrDocument,
  text,
} from '../schema.ts';

/** A text as an object. */
export interface TextDoc {
  text: string;
}

/** The part of an `ImageBitmap` that the contract uses: servers have no type of that name. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

/** An image: URL, data URI or base64 string; in a browser also a `Blob` or `ImageBitmap`. */
export interface ImageDoc {
  image: string | Blob | Bitmap;
}

/** A PDF as an object. */
export interface PdfDoc {
  pdf: string;
}

/** A video as an object. */
export interface VideoDoc {
  video: string;
}

/** A sound as an object. */
export interface AudioDoc {
  audio: string;
}

/** Chunks of several modalities fused into one embedding (jina-embeddings-v5-omni). */
export interface MergedContentGroup {
  content: readonly (TextDoc | ImageDoc | VideoDoc | AudioDoc)[];
}

/** A text, picture or document to embed. */
export type EmbeddingInput = string | TextDoc | ImageDoc | PdfDoc | VideoDoc | AudioDoc | MergedContentGroup;

/** Every task name of the OpenAPI document; a model's own are in its catalogue entry. */
export type EmbeddingTask =
  | 'retrieval.query'
  | 'retrieval.passage'
  | 'text-matching'
  | 'classification'
  | 'clustering'
  | 'separation'
  | 'code.query'
  | 'code.passage'
  /** Halves of a task name that `prompt_name` completes (Jina's local server, batch jobs). */
  | 'retrieval'
  | 'code'
  | `${'nl2code' | 'qa' | 'code2code' | 'code2nl' | 'code2completion'}.${'query' | 'passage'}`;

/**
 * `POST /v1/embeddings`. Fields keep the API's names. `Type` follows `embedding_type`, so that the response is
 * typed by the request.
 */
export interface EmbeddingsRequest<Type extends EmbeddingType = EmbeddingType> {
  model: string;
  input: EmbeddingInput | readonly EmbeddingInput[];
  /** Encoding of vectors. A list returns each item's `embedding` as an object with one entry per type. @default 'float' */
  embedding_type?: Type | readonly Type[] | null | undefined;
  /** Scale vectors to length 1. @default true */
  normalized?: boolean | null | undefined;
  /** Cut inputs that are longer than the model's context instead of refusing them. @default false */
  truncate?: boolean | null | undefined;
  /** Matryoshka cut: 1 to the model's own dimensions. @default all of them */
  dimensions?: number | null | undefined;
  task?: EmbeddingTask | null | undefined;
  /** Embed all inputs as one text, then pool each input's span (Günther et al., 2024). @default false */
  late_chunking?: boolean | null | undefined;
  /** One vector per token instead of one per text. Not together with `dimensions`. */
  return_multivector?: boolean | null | undefined;
  /** The tokens of the vectors. Needs `return_multivector`. */
  return_tokenized_input?: boolean | null | undefined;
  /** Role of the input for ColBERT models. @default 'document' */
  input_type?: 'query' | 'document' | null | undefined;
  /** Completes `task`: `retrieval` with `query` is `retrieval.query` (Jina's local server). */
  prompt_name?: 'query' | 'passage' | null | undefined;
  /**
   * With `late_chunking`, splits a single input into sentences and returns one vector per sentence, as Jina's
   * local server does; the hosted API does not.
   * @default false
   */
  split_sentences?: boolean | null | undefined;
  /** OpenAI clients' name for their end user. Accepted; changes nothing. */
  user?: string | null | undefined;
}

/** Sub-counts are parts of `total_tokens`; absent if a request has no such input. */
export interface EmbeddingUsage {
  total_tokens: number;
  /** Equal to `total_tokens`: embeddings have no completion. */
  prompt_tokens: number;
  image_tokens?: number | undefined;
  audio_tokens?: number | undefined;
  video_tokens?: number | undefined;
}

/** Usage of elser-v2. */
export interface SparseEmbeddingUsage {
  total_tokens: number;
  input_tokens: number;
  output_tokens: number;
}

/**
 * A vector as a request's `embedding_type` decides: in the requested encoding, or an object with one entry per requested
 * encoding. `null` and `undefined` are `float`. An array whose length the compiler does not know may lack any of them.
 */
export type EncodedAs<Type> = Type extends readonly EmbeddingType[]
  ? number extends Type['length']
    ? { [Each in Type[number]]?: EncodedVector[Each] }
    : { [Each in Type[number]]: EncodedVector[Each] }
  : Type extends EmbeddingType
    ? EncodedVector[Type]
    : EncodedVector['float'];

/** A vector of a request that is only known at run time. */
export type AnyVector = EncodedAs<EmbeddingType | readonly EmbeddingType[]>;

/** Vector of one input. */
export interface SingleEmbedding<Vector = AnyVector> {
  object: 'embedding';
  /** Position in the request's input. */
  index: number;
  /** Shape: [dimensions] (float), [dimensions / 8] (binary, ubinary), base64 of 4 · dimensions bytes. */
  embedding: Vector;
}

/** Vectors of one input, one for each token. */
export interface MultiEmbedding<Vector = AnyVector> {
  object: 'embeddings';
  index: number;
  /** One per token. */
  embeddings: Vector[];
  /** With `return_tokenized_input`: the token of each vector. */
  tokenized_input?: string[] | undefined;
}

/** An elser-v2 embedding: token → weight. */
export interface SparseEmbedding {
  object: 'embedding';
  index: number;
  embedding: Record<string, number>;
}

/** The response of elser-v2. */
export interface SparseEmbeddingsResponse {
  model: string;
  object: 'list';
  usage: SparseEmbeddingUsage;
  data: SparseEmbedding[];
}

/** `Item` is the shape of one embedding: {@link SingleEmbedding}, or {@link MultiEmbedding} for one vector per token. */
export interface EmbeddingsResponse<Item = SingleEmbedding> {
  model: string;
  object: 'list';
  usage: EmbeddingUsage;
  data: Item[];
}

/** The type of a field of a request; `undefined` where the request has no such field. */
type FieldOf<Request, Name extends string> = Request extends { readonly [Key in Name]?: infer Value }
  ? unknown extends Value
    ? undefined
    : Value
  : undefined;

/** The vectors of a request's answer. */
export type VectorFor<Request> = EncodedAs<FieldOf<Request, 'embedding_type'>>;

type ItemFor<Flag, Vector> = Flag extends true ? MultiEmbedding<Vector> : SingleEmbedding<Vector>;

/**
 * The response type of a request type: `embedding_type`, `return_multivector` and the sparse model decide the shape of
 * `data`. What a variable's type leaves open (`embedding_type?: EmbeddingType`) is a union here too; only the sparse
 * model is recognised by its literal name alone.
 */
export type EmbeddingsResponseFor<Request> = Request extends { model: 'elser-v2' }
  ? SparseEmbeddingsResponse
  : EmbeddingsResponse<ItemFor<FieldOf<Request, 'return_multivector'>, VectorFor<Request>>>;

export const TextDocSchema = v.looseObject({ text: text('text') });

/** Something that holds pixels in memory: a `Blob`, or an object with an `ImageBitmap`'s shape. A closed one is empty. */
function isPicture(value: unknown): boolean {
  if (typeof Blob !== 'undefined' && value instanceof Blob) return true;
  if (typeof value !== 'object' || value === null) return false;
  return 'width' in value && value.width !== 0 && 'height' in value && 'close' in value;
}

const imageText = nonEmptyText('image');
const picture = v.custom<Blob | Bitmap>(
  isPicture,
  'image must be a URL, a data URI, base64, a Blob or an ImageBitmap that is not closed.',
);

export const ImageDocSchema = v.looseObject({
  image: v.lazy((value) => (typeof value === 'string' ? imageText : picture)),
});
const PdfDocSchema = v.looseObject({ pdf: nonEmptyText('pdf') });
const VideoDocSchema = v.looseObject({ video: nonEmptyText('video') });
const AudioDocSchema = v.looseObject({ audio: nonEmptyText('audio') });
const INPUT_SHAPE =
  'Each input is a string or an object with one of text, image, pdf, video, audio or content.';

const MergedContentGroupSchema = v.looseObject({
  content: listOf(
    stringOrDocument(
      { text: TextDocSchema, image: ImageDocSchema, video: VideoDocSchema, audio: AudioDocSchema },
      'Each chunk of content is an object with one of text, image, video or audio.',
    ),
    {
      message: 'content must be a list of chunks.',
      least: [1, 'content must have at least one chunk.'],
    },
  ),
});

export const EmbeddingInputSchema = stringOrDocument(
  {
    text: TextDocSchema,
    image: ImageDocSchema,
    pdf: PdfDocSchema,
    video: VideoDocSchema,
    audio: AudioDocSchema,
    content: MergedContentGroupSchema,
  },
  INPUT_SHAPE,
);

const EmbeddingTypeSchema = v.picklist(
  EMBEDDING_TYPES,
  `embedding_type must be one of ${EMBEDDING_TYPES.join(', ')}, or a list of these.`,
);

/** `embedding_type`: one type or a list; `null` is `float`. */
const EmbeddingTypesSchema = v.optional(
  v.nullable(
    oneOrMany(
      EmbeddingTypeSchema,
      listOf(EmbeddingTypeSchema, {
        least: [1, 'embedding_type cannot be an empty list.'],
        most: [EMBEDDING_TYPES.length, `embedding_type lists at most ${EMBEDDING_TYPES.length} types.`],
      }),
    ),
    'float',
  ),
  'float',
);

const InputTypeSchema = v.nullish(v.picklist(['query', 'document'], 'input_type must be query or document.'));

/** One input, or a list of up to `LIMITS.embeddings.inputs`. */
const EmbeddingInputsSchema = oneOrMany(
  EmbeddingInputSchema,
  listOf(EmbeddingInputSchema, {
    least: [1, 'Input list cannot be empty. Provide at least one item.'],
    most: [
      LIMITS.embeddings.inputs,
      `A request holds at most ${LIMITS.embeddings.inputs} inputs. Split it into several.`,
    ],
  }),
);

const DimensionsSchema = v.nullish(
  v.pipe(
    v.number('dimensions must be a number.'),
    v.integer('dimensions must be a whole number.'),
    v.minValue(1, 'Input should be greater than 0'),
  ),
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

const sharedEntries = {
  model: nonEmptyText('model'),
  input: EmbeddingInputsSchema,
  embedding_type: EmbeddingTypesSchema,
  normalized: flag('normalized', true),
  truncate: flag('truncate', false),
  dimensions: DimensionsSchema,
  task: optionalText('task'),
  return_tokenized_input: flag('return_tokenized_input', false),
  input_type: InputTypeSchema,
  prompt_name: v.nullish(v.picklist(['query', 'passage'], 'prompt_name must be query or passage.')),
  user: optionalText('user'),
};

/**
 * Structure of an embeddings request. What depends on the model (tasks, dimensions, modalities, context
 * length) is checked against its catalogue entry, see `checkEmbeddingsRequest`.
 */
export const EmbeddingsRequestSchema = v.pipe(
  aliasedObject(
    {
      ...sharedEntries,
      late_chunking: flag('late_chunking', false),
      split_sentences: flag('split_sentences', false),
      return_multivector: flag('return_multivector', false),
    },
    ALIASES,
  ),
  v.check(
    (request) => !(request.return_multivector && request.dimensions != null),
    'dimensions cannot be set together with return_multivector.',
  ),
  v.check(
    (request) => !request.return_tokenized_input || request.return_multivector,
    'return_tokenized_input needs return_multivector.',
  ),
  v.check(
    (request) => !request.split_sentences || request.late_chunking,
    'split_sentences needs late_chunking.',
  ),
);

/** A checked embeddings request, defaults applied. */
export type ParsedEmbeddingsRequest = v.InferOutput<typeof EmbeddingsRequestSchema>;

/** Structure of a multi-vector request. */
export const MultiVectorRequestSchema = aliasedObject(sharedEntries, ALIASES);

/** A checked multi-vector request, defaults applied. */
export type ParsedMultiVectorRequest = v.InferOutput<typeof MultiVectorRequestSchema>;
