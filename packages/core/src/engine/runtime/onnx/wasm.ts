import type { Runtime } from '../runtime.ts';
import { type OnnxModule, onnxRuntime } from './onnx-runtime.ts';

export interface WasmOptions {
  /** Why this device was chosen. */
  reason: string;
  threads: number;
  threadsReason: string;
}

/** onnxruntime-web's plain build, on the CPU. */
export const wasmRuntime = (ort: OnnxModule, options: WasmOptions): Runtime =>
  onnxRuntime({
    ort,
    device: 'wasm',
    report: { device: 'wasm', f16: false, ...options },
    externalWeights: true,
    hasSlowKernels: true,
    dtypes: ['q8', 'int8', 'uint8', 'q4', 'fp32', 'fp16'],
    sessionOptions: () => ({
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    }),
    lost: new Promise(() => {}),
    dispose: () => {},
  });
