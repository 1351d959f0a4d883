/**
 * Embeddings and a document compressor for LangChain.js over any foundation: in the page, in Node, or at a server.
 *
 * @module
 */

export { NearfieldRerank, type NearfieldRerankFields } from './compressor.ts';
export { NearfieldEmbeddings, type NearfieldEmbeddingsFields } from './embeddings.ts';
