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
export {
  readSource,
  type Source,
  sourcePackage,
  sourceSums,
  sourceVersion,
  tokenizerFiles,
} from './minilm-package.ts';
export { type BuildResult, type BuiltFile, type FileContent, fingerprintOf, json } from './model-folder.ts';
export { buildModelFolder, type ModelFolderOptions } from './precision-files.ts';
export { quantiseColumns, quantiseRows, transpose } from './quantise.ts';
export { type HalfTensor, SafeTensors } from './safetensors.ts';
export { kitSources, onnxSources } from './sources.ts';
