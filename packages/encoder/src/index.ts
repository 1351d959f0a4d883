export { type EncodeOptions, Encoder, TokenOutOfRange } from './encoder.ts';
export type { EncoderCopy } from './encoder-copy.ts';
export { type ActivationBits, compileKernels, hasVectors, kernelBytes, provideKernels } from './kernels.ts';
export { OutOfEncoderMemory } from './memory.ts';
export { type Reading, readGraph } from './plan/read-graph.ts';
export type { EncoderText } from './text.ts';
export { Team, type TeamMessage, ThreadLost } from './threads/team.ts';
export { TeamMate } from './threads/team-mate.ts';
export { WeightStage } from './weight-stage.ts';
