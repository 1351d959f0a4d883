import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { wasmRuntime } from '../engine/runtime/onnx/wasm.ts';
import { serve } from './serve.ts';
import { chooseThreads } from './threads.ts';

serve(async ({ reason, threads: wanted, wasmPaths }) => {
  const { threads, reason: threadsReason } = chooseThreads(wanted);
  ort.env.wasm.wasmPaths = wasmPaths ?? { mjs: mjsUrl, wasm: wasmUrl };
  ort.env.wasm.numThreads = threads;
  return wasmRuntime(ort, { reason, threads, threadsReason });
});
