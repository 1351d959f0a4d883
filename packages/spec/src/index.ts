/**
 * The contract for those who use it: the interface, its requests and answers, errors, limits, the catalogue, and small
 * helpers for vectors. Implementations also need `@nearfield/spec/implement`.
 *
 * @module
 */

export type {
  Capabilities,
  Device,
  DeviceReport,
  Dtype,
  LoadedModel,
  ModelCheck,
  ModelRuntime,
  ModelWorkers,
  StorageReport,
  WorkReport,
} from './capabilities.ts';
export { findModel } from './catalogue/find.ts';
export { CATALOGUE } from './catalogue/index.ts';
export { modelFacts } from './catalogue/info.ts';
export type { Endpoint, Modality, ModelEntry } from './catalogue/types.ts';
export { type EmbedOptions, embed } from './embed.ts';
export { base64ToVector, EMBEDDING_TYPES, type EmbeddingType } from './encodings.ts';
export type {
  BatchesApi,
  BatchInputLine,
  BatchOutputLine,
  BatchRequest,
  BatchState,
  BatchStatus,
} from './endpoints/batches.ts';
export type { ChatChunk, ChatMessage, ChatRequest, ChatResponse, StreamingApi } from './endpoints/chat.ts';
export type {
  Classification,
  ClassifyInput,
  ClassifyRequest,
  ClassifyResponse,
  ClassifyResponseFor,
  GroupedClassification,
  LabelScore,
  Labels,
} from './endpoints/classify.ts';
export type {
  EmbeddingInput,
  EmbeddingsRequest,
  EmbeddingsResponse,
  EmbeddingsResponseFor,
  EmbeddingTask,
  ImageDoc,
  TextDoc,
} from './endpoints/embeddings.ts';
export type { ModelFacts, ModelInfo, ModelListResponse, ModelsApi } from './endpoints/models.ts';
export type {
  MultiVectorRequest,
  MultiVectorResponse,
  MultiVectorResponseFor,
} from './endpoints/multi-vector.ts';
export type {
  GroundReference,
  GroundRequest,
  GroundResponse,
  MarkdownOptions,
  Page,
  ReadRequest,
  ReadResponse,
  SearchRequest,
  SearchResponse,
  SearchResult,
} from './endpoints/reader.ts';
export type {
  RerankDocument,
  RerankRequest,
  RerankResponse,
  RerankResponseFor,
  RerankResult,
} from './endpoints/rerank.ts';
export {
  SEGMENT_STRATEGIES,
  type SegmentRequest,
  type SegmentResponse,
  type SegmentStrategy,
  type SegmentToken,
  TOKENIZERS,
  type TokenizerName,
} from './endpoints/segment.ts';
export type {
  ClassifierSummary,
  ClassifiersApi,
  ExportedClassifier,
  TrainingItem,
  TrainRequest,
  TrainResponse,
} from './endpoints/train.ts';
export { type ErrorCode, type FieldIssue, FoundationError } from './errors.ts';
export type { SearchFoundation } from './foundation.ts';
export type { ItemError } from './item-errors.ts';
export { LIMITS } from './limits.ts';
export type { PageReader, ReaderCallOptions, ReaderFoundation } from './page-reader.ts';
export type {
  CallOptions,
  CallProgress,
  FileProgress,
  FileState,
  Priority,
  ProgressListener,
} from './progress.ts';
export type { EmbeddingSpace } from './spaces.ts';
export { type EmbedStreamOptions, embedStream, type StreamedEmbedding } from './stream.ts';
export { cosine, dot, type Neighbour, normalise, topK } from './vectors.ts';
