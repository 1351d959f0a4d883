import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';
import { familySuite } from '../family-suite.ts';

ort.env.wasm.wasmPaths = { mjs, wasm };
ort.env.wasm.numThreads = 1;

familySuite({
  runtime: async () => ({
    ort,
    device: 'wasm',
    report: { device: 'wasm', reason: 'a test', f16: false, threads: 1, threadsReason: 'a test' },
    externalWeights: true,
    hasSlowKernels: true,
    dtypes: ['q8', 'int8', 'uint8', 'q4', 'fp32', 'fp16'],
    sessionOptions: () => ({ executionProviders: ['wasm'], graphOptimizationLevel: 'all' }),
    lost: new Promise(() => {}),
    dispose: () => {},
  }),
});
