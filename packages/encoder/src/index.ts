export { type EncodeOptions, Encoder, TokenOutOfRange } from './encoder.ts';
export type { EncoderCopy } from './encoder-copy.ts';
export { compileKernels, hasVectors, kernelBytes, provideKernels } from './kernels.ts';
export { OutOfEncoderMemory } from './memory.ts';
export { type Reading, readGraph } from './plan/read-graph.ts';
export type { EncoderText } from './text.ts';
export { WeightStage } from './weight-stage.ts';
