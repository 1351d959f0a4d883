export {
  type BuildOptions,
  buildEmbeddedMiniLM,
  EMBEDDED_MINILM_ID,
  type EmbeddedMiniLMDtype,
  embeddedMiniLMDirectory,
  readSource,
  type Source,
  sharedSources,
  tokenizerFiles,
} from './build.ts';
export { runBuildCommand } from './build-command.ts';
export {
  type EncoderPrecision,
  type EncoderShape,
  type EncoderWeights,
  elementType,
  GraphConstants,
  quantisedWords,
  writeEncoder,
} from './encoder-graph.ts';
export { type BuildResult, type BuiltFile, type FileContent, fingerprintOf } from './model-folder.ts';
export { buildModelFolder, type ModelFolderOptions } from './precision-files.ts';
export { type HalfTensor, SafeTensors } from './safetensors.ts';
