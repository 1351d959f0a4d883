/**
 * The browser's own embedder, as its proposal and Chrome's origin of it have it: behind
 * `chrome://flags/#semantic-embedder-api` since Chrome 152. Source: explainers-by-googlers/embedding-api and Chromium's
 * semantic_embedder.idl, 2026-08. What only the explainer has is optional here.
 */
export interface SemanticEmbedderStatic {
  availability(): Promise<Availability>;
  create(options?: {
    monitor?: (monitor: EventTarget) => void;
    signal?: AbortSignal;
  }): Promise<SemanticEmbedder>;
}

/** State of the browser's embedder, as the browser names it. */
export type Availability = 'unavailable' | 'downloadable' | 'downloading' | 'available';

/** Use of a vector, in the words of the browser's embedder. */
export type TaskType =
  | 'semantic-similarity'
  | 'retrieval-query'
  | 'retrieval-document'
  | 'classification'
  | 'clustering';

/** The browser's embedder, once it is created. */
export interface SemanticEmbedder {
  /** Without a task, texts are read as they are. */
  embed(
    input: string | string[],
    options?: { taskType?: TaskType; signal?: AbortSignal },
  ): Promise<SemanticEmbedderResult>;
  destroy(): void;
}

/** Vectors of one call of the browser's embedder. */
export interface SemanticEmbedderResult {
  embeddings: {
    /** Shape: [dimensions]. */
    values: Float32Array;
    statistics?: { tokenCount?: number; truncated?: boolean };
  }[];
  metadata?: { embeddingSpace?: string; maxInputTokens?: number };
}

/** What the browser has; undefined without it. */
export const ownEmbedder = (): SemanticEmbedderStatic | undefined =>
  (globalThis as { SemanticEmbedder?: SemanticEmbedderStatic }).SemanticEmbedder;
