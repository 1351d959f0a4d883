import type { InferenceSession } from 'onnxruntime-common';
import type { Runtime } from '../runtime.ts';
import { type OnnxModule, onnxRuntime } from './onnx-runtime.ts';
import type { CpuOptions, StartOnnx } from './wasm.ts';

export interface WebGpuOptions extends CpuOptions {
  /** Name of the adapter. */
  adapter?: string;
  /** Whether the device computes in float16 (`shader-f16`). */
  f16: boolean;
  start?: StartOnnx;
  /** Resolves with the reason when the device is gone. */
  lost: Promise<string>;
  /** Ends the device. */
  dispose(): void;
}

/** onnxruntime-web's build with WebGPU, on a device that it was given. */
export function webGpuRuntime(ort: OnnxModule, { start, lost, dispose, ...options }: WebGpuOptions): Runtime {
  const sessionOptions = (): InferenceSession.SessionOptions => ({
    executionProviders: ['webgpu'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  return onnxRuntime({
    ort,
    device: 'webgpu',
    report: { device: 'webgpu', ...options },
    externalWeights: true,
    hasSlowKernels: false,
    // Without shader-f16 the runtime makes a session of an fp16 file and fails at the first run.
    dtypes: options.f16 ? ['fp16', 'q4f16', 'fp32', 'q4', 'q8'] : ['fp32', 'q4', 'q8'],
    sessionOptions,
    ...(start && { start: () => start(sessionOptions) }),
    lost,
    dispose,
  });
}
