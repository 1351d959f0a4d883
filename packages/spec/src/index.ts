// The contract: what a search foundation does.

export {
  type BatchesApi,
  type BatchInputLine,
  type BatchOutputLine,
  type BatchRequest,
  BatchRequestSchema,
  type BatchState,
  type BatchStats,
  type BatchStatus,
  type ParsedBatchRequest,
} from './batches.ts';
export type {
  BatchInvariance,
  Calibration,
  Capabilities,
  Device,
  DeviceReport,
  Dtype,
  LoadedModel,
  ModelCheck,
  NotKept,
  RecordsReport,
  StorageKind,
  StorageReport,
  WorkReport,
} from './capabilities.ts';
export type {
  EmbeddingOption,
  Endpoint,
  Golden,
  GraphFiles,
  HubFiles,
  LocalFacts,
  Modality,
  ModelEntry,
  ModelFamily,
  ModelKind,
  Target,
  TaskFacts,
} from './catalogue/types.ts';
// The model catalogue and checks that depend on the model.
export {
  assertModel,
  CATALOGUE,
  findModel,
  modelFacts,
  modelInfo,
  modelNotFound,
  nearestModels,
} from './catalogue.ts';
export {
  type ChatChoice,
  type ChatContentPart,
  type ChatMessage,
  type ChatRequest,
  ChatRequestSchema,
  type ChatResponse,
  type ParsedChatRequest,
} from './chat.ts';
export {
  checkClassifyRequest,
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  checkRerankRequest,
  checkTrainRequest,
  modalityOf,
  type ResolvedEmbeddings,
} from './checks.ts';
// Classify and train.
export {
  type Classification,
  type ClassifyInput,
  type ClassifyRequest,
  ClassifyRequestSchema,
  type ClassifyResponse,
  type ClassifyResponseFor,
  type FewShotClassifyRequest,
  type GroupedClassification,
  isFewShotRequest,
  type LabelScore,
  type Labels,
  type ParsedClassifyRequest,
  type ParsedFewShotClassifyRequest,
  type ParsedZeroShotClassifyRequest,
  type ZeroShotClassifyRequest,
} from './classify.ts';
// Embeddings and multi-vector.
export {
  type AudioDoc,
  type EmbeddingInput,
  EmbeddingInputSchema,
  type EmbeddingOf,
  type EmbeddingsRequest,
  EmbeddingsRequestSchema,
  type EmbeddingsResponse,
  type EmbeddingsResponseFor,
  type EmbeddingTask,
  type EmbeddingUsage,
  type ImageDoc,
  ImageDocSchema,
  type MergedContentGroup,
  type MultiEmbedding,
  type MultiEmbeddingsResponse,
  type ParsedEmbeddingsRequest,
  type PdfDoc,
  type SingleEmbedding,
  type SparseEmbedding,
  type SparseEmbeddingsResponse,
  type SparseEmbeddingUsage,
  type TextDoc,
  TextDocSchema,
  type VideoDoc,
} from './embeddings.ts';
// Encodings.
export {
  base64ToBytes,
  base64ToVector,
  binaryToUbinary,
  bytesToBase64,
  EMBEDDING_TYPES,
  type EmbeddingType,
  type EncodedVector,
  encodeVector,
  ubinaryToBinary,
  vectorToBase64,
  vectorToBinary,
  vectorToUbinary,
} from './encodings.ts';
// Errors and validation.
export {
  type ApiErrorCode,
  deserializeError,
  type ErrorCode,
  type FieldIssue,
  FoundationError,
  type FoundationErrorInit,
  isErrorCode,
  type LocalErrorCode,
  type SerializedError,
  serializeError,
  statusOf,
} from './errors.ts';
export {
  FOUNDATION_METHODS,
  type FoundationMethod,
  type SearchFoundation,
} from './foundation.ts';
export {
  collectsErrors,
  failedItems,
  type ItemCallOptions,
  type ItemError,
  itemErrorAt,
  type SiftedRequest,
  siftInputs,
  type WithItemErrors,
} from './item-errors.ts';
export { LIMITS } from './limits.ts';
// Models, batches, reading, chat.
export type { ModelFacts, ModelInfo, ModelListResponse, ModelPricing, ModelsApi } from './models.ts';
export {
  type MultiVectorRequest,
  MultiVectorRequestSchema,
  type MultiVectorResponse,
  type MultiVectorResponseFor,
  type ParsedMultiVectorRequest,
} from './multi-vector.ts';
export {
  type CallOptions,
  type FileProgress,
  type FileState,
  type Priority,
  type ProgressEvent,
  type ProgressListener,
  tellProgress,
} from './progress.ts';
export { randomId } from './random-id.ts';
export {
  type GroundReference,
  type GroundRequest,
  GroundRequestSchema,
  type GroundResponse,
  type Page,
  type ParsedGroundRequest,
  type ParsedReadRequest,
  type ParsedSearchRequest,
  type ReadOptions,
  type ReadRequest,
  ReadRequestSchema,
  type ReadResponse,
  type ReturnFormat,
  type SearchRequest,
  SearchRequestSchema,
  type SearchResponse,
  type SearchResult,
} from './reader.ts';
// Rerank.
export {
  type ParsedRerankRequest,
  type RerankDocument,
  type RerankRequest,
  RerankRequestSchema,
  type RerankResponse,
  type RerankResult,
  type TextDocument,
  type TokenUsage,
} from './rerank.ts';
export {
  BatchesBodySchema,
  BatchLineBodySchema,
  BatchStatusBodySchema,
  ChatBodySchema,
  ClassifiersBodySchema,
  ClassifyBodySchema,
  DeleteClassifierBodySchema,
  EmbeddingsBodySchema,
  GroundBodySchema,
  ModelBodySchema,
  ModelsBodySchema,
  parseResponse,
  ReadBodySchema,
  RerankBodySchema,
  SearchBodySchema,
  SegmentBodySchema,
  TrainBodySchema,
} from './responses.ts';
export { rejectUnknownFields, unknownFields } from './schema.ts';
// Segment.
export {
  type ParsedSegmentRequest,
  SEGMENT_STRATEGIES,
  type SegmentRequest,
  SegmentRequestSchema,
  type SegmentResponse,
  type SegmentStrategy,
  type SegmentToken,
  TOKENIZERS,
  type TokenizerName,
} from './segment.ts';
export { shortened } from './shortened.ts';
export { type EmbedStreamOptions, embedStream, type StreamedEmbedding } from './stream.ts';
export { methodsReport, notSupported } from './support.ts';
export {
  type ClassifierAccess,
  type ClassifierSummary,
  type ClassifiersApi,
  type CreateTrainRequest,
  type DeleteClassifierResponse,
  type ExportedClassifier,
  ExportedClassifierSchema,
  type ImageTrainingItem,
  isUpdateRequest,
  type ParsedCreateTrainRequest,
  type ParsedTrainingItem,
  type ParsedTrainRequest,
  type ParsedUpdateTrainRequest,
  type TextTrainingItem,
  type TrainingItem,
  type TrainRequest,
  TrainRequestSchema,
  type TrainResponse,
  type UpdateTrainRequest,
} from './train.ts';
export { parse, parseStrictly } from './validate.ts';
// The API's JSON: what a server sends and what a client accepts.
export {
  decodeVector,
  type EmbeddingsBody,
  embeddingsFromWire,
  toWire,
  type Wire,
  type WireEmbedding,
  type WireVector,
} from './wire.ts';
