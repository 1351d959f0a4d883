/**
 * Limits of the hosted API. Where the OpenAPI document (2026.05.13) and the older FAQ (2024) differ, the
 * document wins; the FAQ fills the gaps.
 */
export const LIMITS = {
  embeddings: {
    /** Inputs per request (FAQ). */
    inputs: 2048,
    /** Bytes of one image (OpenAPI: "Images up to 8MB"). */
    imageBytes: 8 * 1024 * 1024,
  },
  rerank: {
    /** Documents per request (FAQ). */
    documents: 2048,
    /** Tokens of the query (FAQ). */
    queryTokens: 512,
    /** jina-reranker-v3 `max_doc_length` (OpenAPI). */
    maxDocLength: 8192,
    defaultMaxDocLength: 2048,
  },
  classify: {
    /** Inputs per request (OpenAPI). */
    inputs: 512,
    /** Labels as a list; groups, and labels per group (OpenAPI). */
    labels: 512,
    groups: 8,
    labelsPerGroup: 64,
  },
  train: {
    /** Examples per request (OpenAPI). */
    inputs: 512,
    minInputs: 2,
    minLabels: 2,
    /** Labels per classifier, and classifiers per owner (FAQ). */
    labels: 16,
    classifiers: 16,
    defaultIterations: 10,
  },
  segment: {
    /** Characters of the content (FAQ). */
    characters: 64_000,
    defaultMaxChunkLength: 1000,
    /**
     * With `overlap`, chunks of strategy `tokens` are together at most this many times as long as the content …
     * An overlap of half of `max_chunk_length` stays below it.
     */
    maxRepeats: 10,
    /** … or this many characters, if that is more. */
    leastMaxOutput: 1_000_000,
  },
} as const;
