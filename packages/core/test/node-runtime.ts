import * as ort from 'onnxruntime-node';
import type { Runtime } from '../src/engine/runtime/runtime.ts';

/** The CPU of this process, on one thread. */
export const nodeRuntime = (changes: Partial<Runtime> = {}): Runtime => ({
  ort,
  device: 'cpu',
  report: { device: 'cpu', reason: 'a test', f16: false, threads: 1, threadsReason: 'a test' },
  externalWeights: false,
  hasSlowKernels: false,
  dtypes: ['q8', 'int8', 'uint8', 'fp32', 'fp16', 'q4'],
  sessionOptions: () => ({ graphOptimizationLevel: 'all', intraOpNumThreads: 1, logSeverityLevel: 3 }),
  lost: new Promise(() => {}),
  dispose: () => {},
  ...changes,
});
