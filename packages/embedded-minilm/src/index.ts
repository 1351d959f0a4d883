export {
  type BuildOptions,
  buildEmbeddedMiniLM,
  EMBEDDED_MINILM_ID,
  type EmbeddedMiniLMDtype,
  embeddedMiniLMDirectory,
  readSource,
  type Source,
  tokenizerFiles,
} from './build.ts';
export {
  type BuildResult,
  type BuiltFile,
  type FileContent,
  fillModelFolder,
  fingerprintOf,
  type ModelFolder,
} from './model-folder.ts';
export { type HalfTensor, SafeTensors } from './safetensors.ts';
