export {
  buildMiniLMReranker,
  MINILM_RERANKER_ID,
  type MiniLMRerankerDtype,
  miniLMRerankerDirectory,
  type RerankerBuildOptions,
} from './build.ts';
