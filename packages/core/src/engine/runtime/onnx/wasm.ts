import type { InferenceSession } from 'onnxruntime-common';
import type { Runtime } from '../runtime.ts';
import { type OnnxSource, onnxRuntime } from './onnx-runtime.ts';

export interface CpuOptions {
  /** The reason for choosing this device. */
  reason: string;
  threads: number;
  threadsReason: string;
}

/** Starts the module's WebAssembly, with the options of its sessions. */
export type StartOnnx = (sessionOptions: () => InferenceSession.SessionOptions) => Promise<void>;

/** onnxruntime-web's plain build, on the CPU. */
export function wasmRuntime(ort: OnnxSource, options: CpuOptions, start?: StartOnnx): Runtime {
  const sessionOptions = (): InferenceSession.SessionOptions => ({
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  return onnxRuntime({
    ort,
    device: 'wasm',
    report: { device: 'wasm', f16: false, ...options },
    externalWeights: true,
    hasSlowKernels: true,
    dtypes: ['q8', 'int8', 'uint8', 'q8e4', 'q4', 'fp32', 'fp16'],
    sessionOptions,
    ...(start && { start: () => start(sessionOptions) }),
    lost: new Promise(() => {}),
    dispose: () => {},
  });
}
