/** The worker of a page: transformers.js with onnxruntime's files beside it. */
import * as library from '@huggingface/transformers';
import { FoundationError } from '@nearfield/spec';
import { serializeError } from '@nearfield/spec/implement';
import { expose } from 'comlink';
import mjsUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { WorkerApi } from './boundary.ts';
import { Engine } from './engine/engine.ts';
import { fetchFromServer, filesOfServers } from './engine/files.ts';

let engine: Engine;
const running = new Map<number, AbortController>();

/** Threads that pay: more than four compute hardly faster, and each takes memory. */
const usualThreads = (): number => (crossOriginIsolated ? Math.min(4, navigator.hardwareConcurrency) : 1);

const api: WorkerApi = {
  async start({ models, device, threads, runtime }) {
    const { env } = library;
    env.logLevel = library.LogLevel.ERROR;
    const wasm = env.backends.onnx.wasm!;
    wasm.wasmPaths = runtime ?? { mjs: mjsUrl, wasm: wasmUrl };
    wasm.numThreads = threads ?? usualThreads();
    engine = new Engine({
      library,
      models,
      files: filesOfServers(library, models, fetchFromServer),
      device: device === 'auto' ? ((await hasWebGpu()) ? 'webgpu' : 'wasm') : device,
    });
  },

  async run(call, job, progress) {
    const controller = new AbortController();
    running.set(call, controller);
    try {
      return { result: await engine.run(job, controller.signal, (event) => progress?.(event)) };
    } catch (error) {
      return { error: serializeError(outOfMemory(error) ?? error) };
    } finally {
      running.delete(call);
    }
  },

  abort(call) {
    running.get(call)?.abort();
  },
};

async function hasWebGpu(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: GPU };
  return (await gpu?.requestAdapter().catch(() => null)) != null;
}

/** The error of a runtime that has no memory left, in the contract's form. */
function outOfMemory(error: unknown): FoundationError | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (!/out of memory|bad_alloc|Array buffer allocation failed|failed to allocate/i.test(message))
    return undefined;
  return new FoundationError({
    code: 'OUT_OF_MEMORY',
    message: `There is not enough memory: ${message}. Use a smaller dtype or model, or close others.`,
    cause: error,
  });
}

expose(api);
