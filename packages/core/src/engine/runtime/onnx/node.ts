import type { Runtime } from '../runtime.ts';
import { type OnnxModule, onnxRuntime } from './onnx-runtime.ts';
import type { CpuOptions } from './wasm.ts';

/** onnxruntime-node, on the CPU of this machine. */
export const nodeRuntime = (ort: OnnxModule, options: CpuOptions): Runtime =>
  onnxRuntime({
    ort,
    device: 'cpu',
    report: { device: 'cpu', f16: false, ...options },
    externalWeights: false,
    hasSlowKernels: false,
    dtypes: ['q8', 'int8', 'uint8', 'q8e4', 'fp32', 'fp16', 'q4'],
    sessionOptions: () => ({
      graphOptimizationLevel: 'all',
      intraOpNumThreads: options.threads,
      logSeverityLevel: 3,
    }),
    lost: new Promise(() => {}),
    dispose: () => {},
  });
