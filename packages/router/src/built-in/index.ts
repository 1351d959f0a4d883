/**
 * The browser's own `SemanticEmbedder` as a foundation.
 *
 * @module
 */

export {
  BUILT_IN_MODEL,
  BuiltInFoundation,
  type BuiltInOptions,
  createBuiltIn,
  hasBuiltIn,
} from './built-in.ts';
export type {
  Availability,
  SemanticEmbedder,
  SemanticEmbedderResult,
  SemanticEmbedderStatic,
  TaskType,
} from './semantic-embedder.ts';
