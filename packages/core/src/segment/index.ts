export { segmentText } from './segment.ts';
export { inSlices } from './slices.ts';
export { splitSentences } from './strategies/sentence.ts';
export {
  fromHubTokenizer,
  isTokenizerName,
  loadTokenizer,
  type SegmentTokenizer,
} from './tokenizers.ts';
