/** The segmenter: the module that {@link loadSegmenter} loads. */
export { segmentText } from './segment.ts';
export { inSlices } from './slices.ts';
export { splitSentences } from './strategies/sentence.ts';
export { fromHubTokenizer, isTokenizerName, loadTokenizer } from './tokenizers.ts';
