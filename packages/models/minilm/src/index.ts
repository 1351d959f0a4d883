export {
  type BuildOptions,
  buildMiniLM,
  MINILM_ID,
  type MiniLMDtype,
  miniLMDirectory,
} from './build.ts';
