export { runBuildCommand } from './build-command.ts';
export {
  ELEMENT_TYPE,
  type EncoderPrecision,
  type EncoderShape,
  type EncoderWeights,
  GraphConstants,
  nibbleWords,
  quantisedWords,
  writeEncoder,
} from './encoder-graph.ts';
export {
  readSource,
  SOURCE_PACKAGE,
  SOURCE_SUMS,
  SOURCE_VERSION,
  type Source,
  tokenizerFiles,
} from './minilm-package.ts';
export { type BuildResult, type BuiltFile, type FileContent, fingerprintOf, json } from './model-folder.ts';
export { buildModelFolder, type ModelFolderOptions } from './precision-files.ts';
export { quantiseColumns, quantiseGroups, quantiseRows, transpose } from './quantise.ts';
export { type HalfTensor, SafeTensors } from './safetensors.ts';
export { KIT_SOURCES, ONNX_SOURCES } from './sources.ts';
