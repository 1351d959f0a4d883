/**
 * A provider for the AI SDK over any foundation: in the page, in Node, or at a server.
 *
 * @module
 */

export type { NearfieldEmbeddingSettings } from './embedding-model.ts';
export { createNearfield, type NearfieldProvider } from './provider.ts';
export type { NearfieldRerankingSettings } from './reranking-model.ts';
