export {
  type BuildOptions,
  type BuildResult,
  type BuiltFile,
  buildEmbeddedMiniLM,
  EMBEDDED_MINILM_ID,
  type EmbeddedMiniLMDtype,
  embeddedMiniLMDirectory,
} from './build.ts';
