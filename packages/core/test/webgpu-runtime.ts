import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import * as ort from 'onnxruntime-web/webgpu';
import { webGpuRuntime } from '../src/engine/runtime/onnx/webgpu.ts';
import type { Runtime } from '../src/engine/runtime/runtime.ts';

ort.env.wasm.wasmPaths = { mjs, wasm };
ort.env.wasm.numThreads = 1;

export { ort };

/** WebGPU in this page, on one thread. */
export const pageWebGpuRuntime = (changes: Partial<Runtime> = {}): Runtime => ({
  ...webGpuRuntime(ort, {
    reason: 'a test',
    threads: 1,
    threadsReason: 'a test',
    f16: false,
    lost: new Promise(() => {}),
    dispose: () => {},
  }),
  ...changes,
});
