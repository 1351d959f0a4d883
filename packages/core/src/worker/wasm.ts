import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { serve } from './serve.ts';
import { startRuntime } from './start-runtime.ts';
import { chooseThreads } from './wasm-threads.ts';

serve(async ({ reason, threads: wanted, threadsFailed, wasmPaths }) => {
  const { threads, reason: threadsReason } = chooseThreads(wanted, threadsFailed);
  const files = wasmPaths ?? { mjs: mjsUrl, wasm: wasmUrl };
  ort.env.wasm.wasmPaths = files;
  ort.env.wasm.numThreads = threads;
  const sessionOptions = (): ort.InferenceSession.SessionOptions => ({
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  return {
    ort,
    device: 'wasm',
    report: { device: 'wasm', reason, f16: false, threads, threadsReason },
    externalWeights: true,
    hasSlowKernels: true,
    dtypes: ['q8', 'int8', 'uint8', 'q4', 'fp32', 'fp16'],
    sessionOptions,
    start: () => startRuntime({ ort, files, sessionOptions }),
    lost: new Promise(() => {}),
    dispose: () => {},
  };
});
