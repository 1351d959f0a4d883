/**
 * transformers.js behind the interface of every other foundation, in a worker of its own.
 *
 * @module
 */
import type { SearchFoundation } from '@nearfield/spec';
import { TransformersFoundation } from './foundation.ts';
import { WorkerEngineHost } from './host.ts';
import type { TransformersModel } from './models.ts';

export type { TransformersDtype, TransformersKind, TransformersModel } from './models.ts';

/** Options of `createTransformers()`. */
export interface TransformersOptions {
  models: readonly TransformersModel[];
  /** `auto` is WebGPU where the browser has an adapter. @default 'wasm' */
  device?: 'wasm' | 'webgpu' | 'auto' | undefined;
  /** Threads of the wasm build. More than one needs a cross-origin isolated page. @default up to 4, or 1 */
  threads?: number | undefined;
  /** Addresses of onnxruntime's files (`ort-wasm-simd-threaded.asyncify`). @default those beside the package's worker */
  runtime?: { mjs: string; wasm: string } | undefined;
  /** Address of the worker's script. @default that of the package, as bundlers find it */
  worker?: string | URL | undefined;
}

/**
 * A foundation over transformers.js, for models that `createLocal()` has no recipe for. Texts and pictures to vectors
 * (`embeddings`), pairs to scores (`rerank`), labels in words (`classify`); everything else is NOT_SUPPORTED. Files come
 * from the folders of `models`, onnxruntime's from beside the package: no hub and no content delivery network is asked.
 *
 * The worker starts at the first call. A call that is aborted ends at once; the worker finishes the batch it is at.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED if a model is not described well
 *
 * @example
 * const foundation = createTransformers({
 *   models: [{ id: 'e5', source: '/models/multilingual-e5-small/', kind: 'text-embedding',
 *              prompts: { 'retrieval.query': 'query: ', 'retrieval.passage': 'passage: ' } }],
 * });
 * const query = await embed(foundation, 'e5', 'fresh bread', { task: 'retrieval.query' });
 */
export function createTransformers({
  models,
  device = 'wasm',
  threads,
  runtime,
  worker,
}: TransformersOptions): SearchFoundation {
  const absolute = (address: string): string => new URL(address, globalThis.location?.href).href;
  const settings = {
    // Where pages are rendered on a server there is no address yet, and no call is made.
    models: globalThis.location
      ? models.map((model) => ({ ...model, source: absolute(model.source) }))
      : models,
    device,
    threads,
    runtime: runtime && { mjs: absolute(runtime.mjs), wasm: absolute(runtime.wasm) },
  };
  const start = (): Worker =>
    worker
      ? new Worker(worker, { type: 'module', name: 'nearfield-transformers' })
      : new Worker(new URL('./worker.ts', import.meta.url), {
          type: 'module',
          name: 'nearfield-transformers',
        });
  return new TransformersFoundation(models, new WorkerEngineHost(settings, start));
}
