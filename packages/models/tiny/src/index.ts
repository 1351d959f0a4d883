export { type TinyClip, tinyClipV1, tinyClipV2 } from './clip-models.ts';
export { jsonFile, type TinyFile, toFiles } from './files.ts';
export { dot } from './reference.ts';
export {
  type TinyCrossEncoder,
  type TinyEntailment,
  type TinyListwise,
  tinyBertReranker,
  tinyEntailment,
  tinyRerankerV1,
  tinyRerankerV2,
  tinyRerankerV3,
} from './rerankers.ts';
export {
  type EmbedOptions,
  type TinyColbert,
  type TinyModel,
  type TinyTextModel,
  tinyCode,
  tinyColbertV1,
  tinyColbertV2,
  tinyMiniLM,
  tinySentenceModel,
  tinyV2English,
  tinyV2German,
  tinyV3,
  tinyV5Nano,
  tinyV5Small,
} from './text-models.ts';
export { llamaBpe, qwenBpe } from './tokenizers/byte-level-bpe.ts';
export { robertaBpe } from './tokenizers/roberta.ts';
export type { TinyTokenizer } from './tokenizers/shared.ts';
export { wordPiece } from './tokenizers/word-piece.ts';
export { xlmRoberta } from './tokenizers/xlm-roberta.ts';
