export { type ChunkOptions, chunkByStructure, type Span } from './chunker/structure.ts';
export { DEFAULT_MAX_CHARACTERS, type SegmentDependencies, segmentText } from './segment.ts';
export {
  chunkBySemantics,
  chunkBySentences,
  chunkByTokens,
  type EmbedTexts,
  type OverlapOptions,
  type SemanticOptions,
  splitSentences,
  withOverlap,
} from './strategies.ts';
export {
  fromHubTokenizer,
  type HubTokenizer,
  isTokenizerName,
  loadTokenizer,
  type SegmentTokenizer,
} from './tokenizers.ts';
export { countTokens, groupTokens, headEnd, tailStart } from './tokens.ts';
