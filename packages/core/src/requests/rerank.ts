/** What a reranker is asked, as the engine sees it: texts only. */
export interface RerankTexts {
  model: string;
  query: string;
  documents: readonly string[];
  /** True cuts long documents, false or null reads them in windows; a listwise model refuses them with false. */
  truncation: boolean | null;
  /** Tokens that a listwise model reads of a document. */
  maxDocLength: number | undefined;
  returnEmbeddings: boolean;
  /** Whether an embedder's cosines take part, see `RerankRequest.fusion`. */
  fusion: boolean | null;
}

/** What a reranker says of texts. */
export interface TextScores {
  /** One a document, in their order. Higher is more relevant. */
  scores: Float64Array;
  /** Tokens that were read. */
  tokens: number;
  /** The documents' vectors, with `returnEmbeddings`. */
  embeddings?: Float32Array[] | undefined;
  /** The embedder that took part. */
  fusion?: { embedder: string; weight: number } | undefined;
}
