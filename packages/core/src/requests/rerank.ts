/** Requests to rerankers as the engine sees them: texts only. */
export interface RerankTexts {
  model: string;
  query: string;
  documents: readonly string[];
  /** True cuts long documents, false or null reads them in windows; a listwise model refuses them with false. */
  truncation: boolean | null;
  /** Maximum number of tokens that a listwise model reads per document. */
  maxDocLength: number | undefined;
  returnEmbeddings: boolean;
  /** Whether an embedder's cosines take part, see `RerankRequest.fusion`. */
  fusion: boolean | null;
}

/** A reranker's result. */
export interface TextScores {
  /** One per document, in their order. Higher is more relevant. */
  scores: Float64Array;
  /** Tokens that were read. */
  tokens: number;
  /** The documents' vectors, with `returnEmbeddings`. */
  embeddings?: Float32Array[] | undefined;
  /** The embedder that took part. */
  fusion?: { embedder: string; weight: number } | undefined;
}
