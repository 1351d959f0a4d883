import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import * as ort from 'onnxruntime-web/webgpu';
import { familySuite } from '../family-suite.ts';

ort.env.wasm.wasmPaths = { mjs, wasm };
ort.env.wasm.numThreads = 1;

familySuite({
  quick: true,
  runtime: async () => ({
    ort,
    device: 'webgpu',
    report: { device: 'webgpu', reason: 'a test', f16: false, threads: 1, threadsReason: 'a test' },
    externalWeights: true,
    hasSlowKernels: false,
    dtypes: ['fp32', 'q4', 'q8'],
    sessionOptions: () => ({ executionProviders: ['webgpu'], graphOptimizationLevel: 'all' }),
    lost: new Promise(() => {}),
    dispose: () => {},
  }),
});
