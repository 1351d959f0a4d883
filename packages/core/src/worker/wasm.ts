import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { withEncoder } from '../engine/runtime/encoder/encoder-runtime.ts';
import { wasmRuntime } from '../engine/runtime/onnx/wasm.ts';
import { serve } from './serve.ts';
import { startRuntime } from './start-runtime.ts';
import { chooseThreads } from './threads.ts';

serve(async ({ reason, threads: wanted, threadsFailed, wasmPaths }) => {
  const { threads, reason: threadsReason } = chooseThreads(wanted, threadsFailed);
  const files = wasmPaths ?? { mjs: mjsUrl, wasm: wasmUrl };
  ort.env.wasm.wasmPaths = files;
  ort.env.wasm.numThreads = threads;
  const general = wasmRuntime(ort, { reason, threads, threadsReason }, (sessionOptions) =>
    startRuntime({ ort, files, sessionOptions }),
  );
  // The encoder has one thread: several of onnxruntime's compute more in the same time.
  if (threads > 1) return { ...general, encoder: { refused: `with ${threads} threads it computes more` } };
  return withEncoder(general);
});
