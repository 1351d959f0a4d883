export { compileKernels, hasVectors } from './kernels.ts';
