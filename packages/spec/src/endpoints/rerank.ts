import * as v from 'valibot';
import { LIMITS } from '../limits.ts';
import { aliasedObject, flag, listOf, nonEmptyText, stringOrDocument, wholeNumber } from '../schema.ts';
import type { TokenUsage } from '../usage.ts';
import { type ImageDoc, ImageDocSchema, type TextDoc, TextDocSchema } from './embeddings.ts';

/** A text with fields of the caller's own; they come back untouched in the result. */
export interface TextDocument extends TextDoc {
  [field: string]: unknown;
}

/** A text, alone or with fields of the caller's own, or an image. */
export type RerankDocument = string | TextDocument | ImageDoc;

/** `POST /v1/rerank`. */
export interface RerankRequest {
  model: string;
  /** The search query; up to 512 tokens at the API. */
  query: string | TextDoc;
  /** 1 to 2048 documents. Images only where the model reads them (jina-reranker-m0). */
  documents: readonly RerankDocument[];
  /** Number of results. @default all */
  top_n?: number | null | undefined;
  /** Whether results carry their document. @default true */
  return_documents?: boolean | null | undefined;
  /** Cut documents that are longer than the model's context instead of reading them in windows. */
  truncation?: boolean | null | undefined;
  /** jina-reranker-v3: tokens per document, 1 to 8192. @default 2048 */
  max_doc_length?: number | null | undefined;
  /** jina-reranker-v3: the document's embedding beside its score. @default false */
  return_embeddings?: boolean | null | undefined;
  /**
   * Beyond the API, for models that rank best together with an embedder (minilm-reranker: logit + 8 · cosine). True fails
   * if the embedder cannot be loaded, false ranks by the model alone.
   * @default true if the embedder can be loaded
   */
  fusion?: boolean | null | undefined;
}

/**
 * A document's place in the order, and its score.
 *
 * @typeParam Document the type of `document`; `undefined` where results carry none.
 */
export interface RerankResult<Document = RerankedDocument<RerankDocument> | undefined> {
  /** Position in the request's documents. */
  index: number;
  /**
   * Higher is more relevant. Its range is the model's: 0–1 for cross-encoders (the sigmoid of the logit; for
   * minilm-reranker with its embedder the sigmoid of logit + 8 · cosine − 4), −1–1 for v3, a sum for late interaction
   * (ColBERT, all-MiniLM-L6-v2).
   */
  relevance_score: number;
  /** With `return_documents`: the document as it was given, a string as `{ text }`. */
  document: Document;
  /** Shape [dimensions], with `return_embeddings`. */
  embedding?: Float32Array | null | undefined;
}

/** A document as results carry it. */
export type RerankedDocument<Document> = Document extends string ? TextDoc : Document;

/** A document as results carry it: as it was given, a string as `{ text }`. */
export const rerankedDocument = (document: RerankDocument): RerankedDocument<RerankDocument> =>
  typeof document === 'string' ? { text: document } : document;

/**
 * Answer of `rerank`.
 *
 * @typeParam Result one of `results`.
 */
export interface RerankResponse<Result = RerankResult> {
  model: string;
  object: 'list';
  usage: TokenUsage;
  /** Most relevant first. */
  results: Result[];
  /** Beyond the API: the embedder whose cosines took part in the ranking, and their weight. */
  fusion?: { embedder: string; weight: number } | undefined;
}

/** The type of `document` by the request's `return_documents`: `null` and nothing are its default, true. */
type ReturnedDocument<Flag, Document> = Flag extends false ? undefined : RerankedDocument<Document>;

/** The response type of a request type: the results' documents are those of the request. */
export type RerankResponseFor<Request> = Request extends { documents: readonly (infer Document)[] }
  ? RerankResponse<
      RerankResult<
        ReturnedDocument<Request extends { return_documents?: infer Flag } ? Flag : undefined, Document>
      >
    >
  : RerankResponse;

/** Text wins: beside it, a field named `image` is the caller's own. */
const DocumentSchema = stringOrDocument(
  { text: TextDocSchema, image: ImageDocSchema },
  'Each document is a string or an object with text or image.',
  true,
);

/** Structure of a rerank request; images and v3's options are checked against the catalogue entry. */
export const RerankRequestSchema = aliasedObject(
  {
    model: nonEmptyText('model'),
    query: stringOrDocument({ text: TextDocSchema }, 'query must be a string or an object with text.'),
    documents: listOf(DocumentSchema, {
      message: 'documents must be a list.',
      least: [1, 'documents cannot be empty. Provide at least one document.'],
      most: [
        LIMITS.rerank.documents,
        `A request holds at most ${LIMITS.rerank.documents} documents. Split it into several.`,
      ],
    }),
    top_n: v.nullish(wholeNumber('top_n', 1)),
    return_documents: flag('return_documents', true),
    truncation: v.nullish(v.boolean('truncation must be true or false.')),
    max_doc_length: v.nullish(wholeNumber('max_doc_length', 1, LIMITS.rerank.maxDocLength)),
    return_embeddings: flag('return_embeddings', false),
    fusion: v.nullish(v.boolean('fusion must be true or false.')),
  },
  { top_k: 'top_n', max_tokens_per_doc: 'max_doc_length', truncate: 'truncation' },
);

/** A checked rerank request, defaults applied. */
export type ParsedRerankRequest = v.InferOutput<typeof RerankRequestSchema>;
