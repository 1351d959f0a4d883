// The kernels' exports. Memory is imported and laid out by the caller: nothing here allocates.
export { attend, attentionScratch } from './attention';
export { multiply, quantiseBytes, quantiseRows, relaxedKind } from './gemm';
export { packBytes, packFloats } from './pack';
export { cutRows, layerNorm, mapRows, rmsNorm, rotate, weightedSum } from './rows';
export { lookUpBytes, lookUpFloats, lookUpNibbles } from './tables';
