import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { serve } from './serve.ts';
import { chooseThreads } from './threads.ts';

serve(async ({ reason, threads: wanted, wasmPaths }) => {
  const { threads, reason: threadsReason } = chooseThreads(wanted);
  ort.env.wasm.wasmPaths = wasmPaths ?? { mjs: mjsUrl, wasm: wasmUrl };
  ort.env.wasm.numThreads = threads;
  return {
    ort,
    device: 'wasm',
    report: { device: 'wasm', reason, f16: false, threads, threadsReason },
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
  };
});
