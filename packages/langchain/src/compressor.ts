import type { DocumentInterface } from '@langchain/core/documents';
import { BaseDocumentCompressor } from '@langchain/core/retrievers/document_compressors';
import {
  type CallOptions,
  FoundationError,
  LIMITS,
  type RerankRequest,
  type SearchFoundation,
} from '@nearfield/spec';

/** How documents are ranked. */
export interface NearfieldRerankFields
  extends Pick<RerankRequest, 'truncation' | 'max_doc_length' | 'fusion'>,
    Pick<CallOptions, 'signal'> {
  /** It stays the caller's to close. */
  foundation: Pick<SearchFoundation, 'rerank'>;
  /** Id of the model, such as `minilm-reranker`. */
  model: string;
  /** Documents that are kept. @default 3 */
  topN?: number | undefined;
}

/**
 * Ranks documents by their relevance to a query and keeps the best, each with `metadata.relevanceScore`.
 *
 * @example
 * const retriever = new ContextualCompressionRetriever({
 *   baseCompressor: new NearfieldRerank({ foundation, model: 'minilm-reranker', topN: 3 }),
 *   baseRetriever: store.asRetriever(20),
 * });
 */
export class NearfieldRerank extends BaseDocumentCompressor {
  readonly model: string;
  readonly topN: number;
  readonly #foundation: Pick<SearchFoundation, 'rerank'>;
  readonly #settings: Pick<RerankRequest, 'truncation' | 'max_doc_length' | 'fusion'>;
  readonly #signal: AbortSignal | undefined;

  /** @throws FoundationError INPUT_VALIDATION_FAILED if `topN` is no whole number from 1 */
  constructor({ foundation, model, topN = 3, signal, ...settings }: NearfieldRerankFields) {
    super();
    if (!Number.isInteger(topN) || topN < 1) {
      throw new FoundationError({
        code: 'INPUT_VALIDATION_FAILED',
        message: 'topN must be a whole number from 1.',
        param: 'topN',
      });
    }
    this.model = model;
    this.topN = topN;
    this.#foundation = foundation;
    this.#settings = settings;
    this.#signal = signal;
  }

  /**
   * The most relevant documents, best first: copies, so that those given stay as they are.
   *
   * @param documents at most 2048
   * @throws FoundationError of `rerank()`
   */
  override async compressDocuments(
    documents: DocumentInterface[],
    query: string,
  ): Promise<DocumentInterface[]> {
    return (await this.rank(documents, query)).map(({ index, score }) => {
      const document = documents[index]!;
      return { ...document, metadata: { ...document.metadata, relevanceScore: score } };
    });
  }

  /**
   * Positions and scores of the most relevant documents, best first.
   *
   * @throws FoundationError of `rerank()`
   */
  async rank(
    documents: readonly (string | DocumentInterface)[],
    query: string,
  ): Promise<{ index: number; score: number }[]> {
    if (documents.length === 0) return [];
    const { results } = await this.#foundation.rerank(
      {
        ...this.#settings,
        model: this.model,
        query,
        documents: documents.map((document) =>
          typeof document === 'string' ? document : document.pageContent,
        ),
        top_n: Math.min(this.topN, LIMITS.rerank.documents),
        return_documents: false,
      },
      { signal: this.#signal },
    );
    return results.map(({ index, relevance_score: score }) => ({ index, score }));
  }
}
