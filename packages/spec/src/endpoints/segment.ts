import * as v from 'valibot';
import { LIMITS } from '../limits.ts';
import { aliasedObject, flag, nonEmptyText, text, wholeNumber } from '../schema.ts';

/** Tokenizers of segment.jina.ai. Local engines also take a catalogue model's id. */
export const TOKENIZERS = [
  'cl100k_base',
  'o200k_base',
  'p50k_base',
  'r50k_base',
  'p50k_edit',
  'gpt2',
] as const;

/** Tokenisers that `segment` knows. */
export type TokenizerName = (typeof TOKENIZERS)[number];

/** Rules for the ends of chunks. The API has `structure` only. */
export const SEGMENT_STRATEGIES = ['structure', 'sentence', 'tokens', 'semantic'] as const;

/** Way in which a text is cut into chunks. */
export type SegmentStrategy = (typeof SEGMENT_STRATEGIES)[number];

/** `POST segment.jina.ai`. */
export interface SegmentRequest {
  /** Up to 64,000 characters. */
  content: string;
  /** @default 'cl100k_base' */
  tokenizer?: TokenizerName | (string & {}) | null | undefined;
  /** @default false */
  return_tokens?: boolean | null | undefined;
  /** @default false */
  return_chunks?: boolean | null | undefined;
  /** Maximum characters per chunk; tokens for the `tokens` strategy. @default 1000 */
  max_chunk_length?: number | null | undefined;
  /** Only the first N tokens. Not together with `tail`. */
  head?: number | null | undefined;
  /** Only the last N tokens. */
  tail?: number | null | undefined;
  /** Beyond the API: rule for the ends of chunks. @default 'structure' */
  strategy?: SegmentStrategy | null | undefined;
  /**
   * Beyond the API: length of the end of a chunk that the next one repeats, in units of `max_chunk_length`, in which it
   * is included. Smaller than that.
   *
   * Refused if chunks of the `tokens` strategy would together be longer than a million characters and than ten times
   * the content (`LIMITS.segment`): half of `max_chunk_length` is always accepted.
   *
   * @default 0
   */
  overlap?: number | null | undefined;
  /** Beyond the API: embedding model of the `semantic` strategy. @default the engine's default embedder */
  model?: string | null | undefined;
}

/** A token's text and its ids: several if one character is spread over tokens. */
export type SegmentToken = [text: string, ids: number[]];

/** Answer of `segment`. */
export interface SegmentResponse {
  /** Tokens of the whole content, or of the part that `head` or `tail` selects. */
  num_tokens: number;
  tokenizer: string;
  usage: { tokens: number };
  num_chunks?: number | undefined;
  /** [start, end) of each chunk in UTF-16 code units. */
  chunk_positions?: [start: number, end: number][] | undefined;
  chunks?: string[] | undefined;
  /** One list per chunk; a single list without `return_chunks`. Chunks are encoded separately. */
  tokens?: SegmentToken[][] | undefined;
  /** Special tokens that occur in the content, so that callers can strip them. */
  special_tokens?: string[] | undefined;
}

/** Structure of a segment request. `segmenter` is the older name of `tokenizer`. */
export const SegmentRequestSchema = v.pipe(
  aliasedObject(
    {
      content: v.pipe(
        text('content'),
        v.maxLength(
          LIMITS.segment.characters,
          `content holds at most ${LIMITS.segment.characters} characters. Split it into several requests.`,
        ),
      ),
      tokenizer: v.optional(v.nullable(nonEmptyText('tokenizer'), 'cl100k_base'), 'cl100k_base'),
      return_tokens: flag('return_tokens', false),
      return_chunks: flag('return_chunks', false),
      max_chunk_length: v.optional(
        v.nullable(wholeNumber('max_chunk_length', 1), LIMITS.segment.defaultMaxChunkLength),
        LIMITS.segment.defaultMaxChunkLength,
      ),
      head: v.nullish(wholeNumber('head', 1)),
      tail: v.nullish(wholeNumber('tail', 1)),
      strategy: v.optional(
        v.nullable(
          v.picklist(SEGMENT_STRATEGIES, `strategy must be one of ${SEGMENT_STRATEGIES.join(', ')}.`),
          'structure',
        ),
        'structure',
      ),
      overlap: v.optional(v.nullable(wholeNumber('overlap', 0), 0), 0),
      model: v.nullish(nonEmptyText('model')),
    },
    { segmenter: 'tokenizer' },
  ),
  v.check((request) => request.head == null || request.tail == null, 'head and tail cannot be set together.'),
  v.check(
    (request) => request.overlap < request.max_chunk_length,
    'overlap must be smaller than max_chunk_length.',
  ),
  v.check(
    (request) => request.model == null || request.strategy === 'semantic',
    'model is for the semantic strategy only.',
  ),
);

/** A checked segment request, defaults applied. */
export type ParsedSegmentRequest = v.InferOutput<typeof SegmentRequestSchema>;
