import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { wasmRuntime } from '../src/engine/runtime/onnx/wasm.ts';
import type { Runtime } from '../src/engine/runtime/runtime.ts';

ort.env.wasm.wasmPaths = { mjs, wasm };
ort.env.wasm.numThreads = 1;

/** wasm in this page, on one thread. */
export const pageWasmRuntime = (): Runtime =>
  wasmRuntime(ort, { reason: 'a test', threads: 1, threadsReason: 'a test' });
