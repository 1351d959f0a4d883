import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute paths of the files of this package whose code decides the bytes of a model that is built with it. */
export const KIT_SOURCES: readonly string[] = [
  'encoder-graph.ts',
  // The sums of the source package are in it.
  'minilm-package.ts',
  'precision-files.ts',
  'quantise.ts',
  'safetensors.ts',
].map((name) => join(dirname(fileURLToPath(import.meta.url)), name));

/** Absolute paths of the files that write a model's graph. */
export const ONNX_SOURCES: readonly string[] = [
  'half.ts',
  'protobuf.ts',
  'types.ts',
  'write/encode.ts',
  'write/graph-builder.ts',
  'write/tensor.ts',
].map((name) =>
  join(dirname(createRequire(import.meta.url).resolve('@nearfield/onnx/package.json')), 'src', name),
);
