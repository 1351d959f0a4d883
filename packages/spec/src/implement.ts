/**
 * The contract for those who implement it: schemas, checks of requests against a model, encodings, the API's JSON.
 *
 * @module
 */

export type { BatchInvariance, Calibration, NotKept, RecordsReport, StorageKind } from './capabilities.ts';
export { assertModel, modelNotFound, nearestModels } from './catalogue/find.ts';
export { modelInfo } from './catalogue/info.ts';
export type {
  EmbeddingOption,
  Golden,
  GraphFiles,
  HubFiles,
  LocalFacts,
  ModelFamily,
  ModelKind,
  Target,
  TaskFacts,
} from './catalogue/types.ts';
export {
  checkClassifyRequest,
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  checkRerankRequest,
  checkTrainRequest,
  modalityOf,
  type ResolvedEmbeddings,
} from './checks.ts';
export {
  type LearnOptions,
  type LinearWeights,
  learn,
  MARGIN_TEMPERATURE,
  rowScores,
} from './classifier/passive-aggressive.ts';
export { type Choice, choose } from './classifier/softmax.ts';
export { encodeAs } from './encode-as.ts';
export {
  base64ToBytes,
  binaryToUbinary,
  bytesToBase64,
  type EncodedVector,
  encodeVector,
  ubinaryToBinary,
  vectorToBase64,
  vectorToBinary,
  vectorToUbinary,
} from './encodings.ts';
export { BatchRequestSchema, type BatchStats, type ParsedBatchRequest } from './endpoints/batches.ts';
export {
  type ChatChoice,
  type ChatContentPart,
  ChatRequestSchema,
  type ParsedChatRequest,
} from './endpoints/chat.ts';
export {
  ClassifyRequestSchema,
  type FewShotClassifyRequest,
  isFewShotRequest,
  type ParsedClassifyRequest,
  type ParsedFewShotClassifyRequest,
  type ParsedZeroShotClassifyRequest,
  type ZeroShotClassifyRequest,
} from './endpoints/classify.ts';
export {
  type AnyVector,
  type AudioDoc,
  EmbeddingInputSchema,
  EmbeddingsRequestSchema,
  type EmbeddingUsage,
  type EncodedAs,
  ImageDocSchema,
  type MergedContentGroup,
  type MultiEmbedding,
  type ParsedEmbeddingsRequest,
  type PdfDoc,
  type SingleEmbedding,
  type SparseEmbedding,
  type SparseEmbeddingsResponse,
  type SparseEmbeddingUsage,
  TextDocSchema,
  type VectorFor,
  type VideoDoc,
} from './endpoints/embeddings.ts';
export {
  type IndexFilters,
  type IndexRelatedRequest,
  IndexRelatedRequestSchema,
  type IndexSearchRequest,
  IndexSearchRequestSchema,
  type IndexWeights,
} from './endpoints/indexes.ts';
export type { ModelPricing } from './endpoints/models.ts';
export { MultiVectorRequestSchema, type ParsedMultiVectorRequest } from './endpoints/multi-vector.ts';
export {
  GroundRequestSchema,
  type ParsedGroundRequest,
  type ParsedReadRequest,
  type ParsedSearchRequest,
  type ReadOptions,
  ReadRequestSchema,
  type ReturnFormat,
  SearchRequestSchema,
} from './endpoints/reader.ts';
export {
  type ParsedRerankRequest,
  type RerankedDocument,
  RerankRequestSchema,
  rerankedDocument,
  type TextDocument,
} from './endpoints/rerank.ts';
export { type ParsedSegmentRequest, SegmentRequestSchema } from './endpoints/segment.ts';
export {
  type ClassifierAccess,
  type CreateTrainRequest,
  type DeleteClassifierResponse,
  ExportedClassifierSchema,
  type ImageTrainingItem,
  isUpdateRequest,
  type ParsedCreateTrainRequest,
  type ParsedTrainingItem,
  type ParsedTrainRequest,
  type ParsedUpdateTrainRequest,
  type TextTrainingItem,
  TrainRequestSchema,
  type UpdateTrainRequest,
} from './endpoints/train.ts';
export {
  type ApiErrorCode,
  deserializeError,
  type FoundationErrorInit,
  isErrorCode,
  type LocalErrorCode,
  type SerializedError,
  serializeError,
  statusOf,
} from './errors.ts';
export { FOUNDATION_METHODS, type FoundationMethod } from './foundation.ts';
export { type InvalidOptions, invalid } from './invalid.ts';
export {
  checkInParts,
  collectsErrors,
  failedItems,
  type ItemCallOptions,
  itemErrorAt,
  type SiftedRequest,
  shiftItemError,
  siftInputs,
  type WithItemErrors,
} from './item-errors.ts';
export { type JsonLine, readJsonLines } from './json-lines.ts';
export { BUSY, type Locks } from './locks.ts';
export { tellProgress } from './progress.ts';
export { randomId } from './random-id.ts';
export { BatchesBodySchema, BatchLineBodySchema, BatchStatusBodySchema } from './responses/batches.ts';
export { CapabilitiesBodySchema } from './responses/capabilities.ts';
export { ChatBodySchema, ChatChunkSchema } from './responses/chat.ts';
export { ClassifyBodySchema } from './responses/classify.ts';
export { EmbeddingsBodySchema } from './responses/embeddings.ts';
export { ModelBodySchema, ModelsBodySchema } from './responses/models.ts';
export { parseResponse } from './responses/parse-response.ts';
export { GroundBodySchema, PageSchema, ReadBodySchema, SearchBodySchema } from './responses/reader.ts';
export { RerankBodySchema } from './responses/rerank.ts';
export { SegmentBodySchema } from './responses/segment.ts';
export { ClassifiersBodySchema, DeleteClassifierBodySchema, TrainBodySchema } from './responses/train.ts';
export { retryAfterSeconds } from './retry-after.ts';
export { rejectUnknownFields, unknownFields } from './schema.ts';
export { shortened } from './shortened.ts';
export { precisionFamily } from './spaces.ts';
export { methodsReport, notSupported } from './support.ts';
export type { TokenUsage } from './usage.ts';
export { parse, parseStrictly } from './validate.ts';
export {
  decodeVector,
  type EmbeddingsBody,
  embeddingsFromWire,
  fusionFromWire,
  type RerankBody,
  rerankToWire,
  toWire,
  type Wire,
  type WireEmbedding,
  type WireVector,
} from './wire.ts';
