import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import type { WorkerStart } from '../boundary/protocol.ts';
import { withEncoder } from '../engine/runtime/encoder/encoder-runtime.ts';
import type { OnnxModule } from '../engine/runtime/onnx/onnx-runtime.ts';
import { wasmRuntime } from '../engine/runtime/onnx/wasm.ts';
import type { Runtime } from '../engine/runtime/runtime.ts';
import { help, isHelper, startHelper } from './helper.ts';
import { serve } from './serve.ts';
import { startRuntime } from './start-runtime.ts';
import { chooseThreads } from './threads.ts';
import { chooseWorkers } from './workers.ts';

if (isHelper()) void help();
else serve(runtimeOf);

async function runtimeOf({
  reason,
  threads: wanted,
  threadsFailed,
  wasmPaths,
}: WorkerStart): Promise<Runtime> {
  const { threads, reason: threadsReason } = chooseThreads(wanted, threadsFailed);
  const files = wasmPaths ?? { mjs: mjsUrl, wasm: wasmUrl };
  // A file of its own: pages whose models run on the encoder never load it.
  const load = async (): Promise<OnnxModule> => {
    const ort = await import('onnxruntime-web/wasm');
    ort.env.wasm.wasmPaths = files;
    ort.env.wasm.numThreads = threads;
    return ort;
  };
  const general = wasmRuntime(load, { reason, threads, threadsReason }, (sessionOptions) =>
    startRuntime({ load, files, sessionOptions }),
  );
  const sharesMemory = globalThis.crossOriginIsolated === true;
  return withEncoder(general, { start: startHelper, sharesMemory, ...chooseWorkers(wanted) });
}
