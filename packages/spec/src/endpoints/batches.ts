import * as v from 'valibot';
import type { NotKept } from '../capabilities.ts';
import type { CallOptions } from '../progress.ts';
import { listOf, nonEmptyText, optionalText, requestObject, wholeNumber } from '../schema.ts';
import type { EmbeddingsRequest, EmbeddingsResponse, EmbeddingTask } from './embeddings.ts';

/** One line of a batch's JSONL input. */
export interface BatchInputLine {
  /** The caller's name for the line; it comes back with the line's result. @default the line's number */
  custom_id?: string | undefined;
  /** An embeddings request without `model`; the batch supplies missing fields. */
  body: Omit<EmbeddingsRequest, 'model'> & { model?: string | undefined };
}

/** `POST /v1/batch/embeddings`. Exactly one of `input` and `input_url`. */
export interface BatchRequest {
  /** The hosted API takes jina-embeddings-v5-text-nano and -small; a local engine any embedding model. */
  model: string;
  /** URL of a JSONL file (HTTP; at the API also GCS and S3). */
  input_url?: string | null | undefined;
  /** Lines, or (beyond the API) a JSONL file that is read as a stream. */
  input?: readonly BatchInputLine[] | Blob | null | undefined;
  /** @default 'text-matching' */
  task?: EmbeddingTask | null | undefined;
  /** 1 to 1024. */
  dimensions?: number | null | undefined;
  /** @default true */
  normalized?: boolean | null | undefined;
  /** URL that receives a POST request when the job ends. */
  webhook_url?: string | null | undefined;
}

/** State of a batch, as the API names it. */
export type BatchState = 'pending' | 'processing' | 'completed' | 'failed' | 'expired' | 'cancelled';

/** Numbers of requests in a batch, by their outcome. */
export interface BatchStats {
  total: number;
  completed: number;
  failed: number;
  total_tokens: number;
}

/** Times are ISO 8601. */
export interface BatchStatus {
  batch_id: string;
  status: BatchState;
  model: string;
  created_at: string;
  completed_at?: string | null | undefined;
  expires_at?: string | null | undefined;
  output_url?: string | null | undefined;
  error_file_url?: string | null | undefined;
  /** Why the whole job failed. */
  error?: string | null | undefined;
  stats?: BatchStats | null | undefined;
  /** Beyond the API, local engines only. */
  nearfield?: NotKept | undefined;
}

/**
 * One line of a batch's output. The API's document leaves the format open; ours is the batch format that
 * OpenAI's clients know. Fields of other servers are kept.
 */
export interface BatchOutputLine {
  custom_id: string;
  response?: { status_code: number; body: EmbeddingsResponse } | null | undefined;
  error?: { code: string; message: string } | null | undefined;
  [field: string]: unknown;
}

/** `/v1/batch…`. */
export interface BatchesApi {
  /** Starts a job. Its state comes from `get()`. */
  create(request: BatchRequest, options?: CallOptions): Promise<BatchStatus>;
  /** @throws FoundationError RESOURCE_NOT_FOUND */
  get(batchId: string, options?: CallOptions): Promise<BatchStatus>;
  /** Newest first. @param options `limit` defaults to 20 */
  list(options?: CallOptions & { limit?: number | undefined }): Promise<BatchStatus[]>;
  /** Ends a job. Lines that are finished stay. */
  cancel(batchId: string, options?: CallOptions): Promise<BatchStatus>;
  /**
   * Lines that succeeded, in the order of the input, parsed one at a time while they arrive: a large job never
   * sits in memory whole. Leaving the loop early closes the connection. Errors are thrown by the loop.
   */
  output(batchId: string, options?: CallOptions): AsyncIterable<BatchOutputLine>;
  /** Lines that failed, likewise. */
  errors(batchId: string, options?: CallOptions): AsyncIterable<BatchOutputLine>;
}

const BatchInputLineSchema = v.looseObject(
  {
    custom_id: v.optional(v.string('custom_id must be a string.')),
    body: v.looseObject({}, 'body must be an embeddings request without model.'),
  },
  'Each line is an object with custom_id and body.',
);

const LinesSchema = listOf(BatchInputLineSchema, {
  least: [1, 'Input list cannot be empty. Provide at least one line.'],
});

const FileSchema = v.custom<Blob>(
  (value) => typeof Blob !== 'undefined' && value instanceof Blob,
  'input must be a list of lines or a JSONL file.',
);

/** Characters of an address: more than servers read. It is kept with its job, and quoted if it cannot be fetched. */
const ADDRESS = 8192;

const webAddress = (name: string) =>
  v.nullish(
    v.pipe(
      nonEmptyText(name),
      v.maxLength(ADDRESS, `${name} has at most ${ADDRESS} characters.`),
      v.url(`${name} must be a URL.`),
    ),
  );

/** Structure of a batch request. The bodies of its lines are checked line by line while the job runs. */
export const BatchRequestSchema = v.pipe(
  requestObject({
    model: nonEmptyText('model'),
    input_url: webAddress('input_url'),
    input: v.nullish(v.lazy((value) => (Array.isArray(value) ? LinesSchema : FileSchema))),
    task: optionalText('task'),
    dimensions: v.nullish(wholeNumber('dimensions', 1)),
    normalized: v.optional(v.nullable(v.boolean('normalized must be true or false.'), true), true),
    webhook_url: webAddress('webhook_url'),
  }),
  v.check(
    (request) => (request.input == null) !== (request.input_url == null),
    'Provide either input or input_url.',
  ),
);

/** A checked batch request, defaults applied. */
export type ParsedBatchRequest = v.InferOutput<typeof BatchRequestSchema>;
