/** Core's wasm worker as it was before the encoder: onnxruntime computes every model. */
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { wasmRuntime } from '../../../packages/core/src/engine/runtime/onnx/wasm.ts';
import { serve } from '../../../packages/core/src/worker/serve.ts';
import { startRuntime } from '../../../packages/core/src/worker/start-runtime.ts';
import { chooseThreads } from '../../../packages/core/src/worker/threads.ts';

serve(async ({ reason, threads: wanted, threadsFailed }) => {
  const { threads, reason: threadsReason } = chooseThreads(wanted, threadsFailed);
  const files = { mjs: mjsUrl, wasm: wasmUrl };
  const load = async () => {
    const ort = await import('onnxruntime-web/wasm');
    ort.env.wasm.wasmPaths = files;
    ort.env.wasm.numThreads = threads;
    return ort;
  };
  return wasmRuntime(load, { reason, threads, threadsReason }, (sessionOptions) =>
    startRuntime({ load, files, sessionOptions }),
  );
});
