import type { Dtype } from '@nearfield/spec';
import type { LocalHubOptions } from '../boundary/protocol.ts';
import type { ModelRecipe } from '../models/own-model.ts';
import type { ClassifierLimits } from '../requests/classify.ts';

/** Where a model's files are: a base URL in the hub's layout, a hub id, or files that the user picked (a `FileList`). */
export type CustomModelSource = string | URL | ArrayLike<File>;

/**
 * A model that is not in the catalogue, or one of the catalogue from another place. Its files follow the
 * hub's layout: `config.json`, `tokenizer.json`, `tokenizer_config.json`, `onnx/model….onnx`.
 */
export interface CustomModel {
  /** Name under which requests ask for it. */
  id: string;
  /** Catalogue id whose recipe (prompts, pooling, inputs) it follows. Default: `id`, where the catalogue has it. */
  like?: string | undefined;
  /**
   * How it is used, instead of `like`. Default: as its files say, for an id that the catalogue does not have.
   *
   * @example
   * { id: 'e5', source: 'intfloat/e5-small-v2', recipe: { prompts: { query: 'query: ', passage: 'passage: ' } } }
   */
  recipe?: ModelRecipe | undefined;
  /** A URL ends in `/`; `owner/name` is a repository of the hub. */
  source: CustomModelSource;
  /** Precisions that exist there, where known; saves looking for the others. */
  dtypes?: readonly Dtype[] | undefined;
}

/** Options of `createLocal()`. All are optional. */
export interface LocalOptions {
  /**
   * `auto` (default) takes WebGPU where a hardware adapter is there and measured to be faster, else wasm. Models that
   * WebGPU cannot run, and short queries of small models in fp32 where wasm is quicker at them, go to a second worker
   * on wasm. The choice and its reason are in `capabilities().device`.
   */
  device?: 'auto' | 'webgpu' | 'wasm' | undefined;
  /** Precision of model files, for all models or by id. Default: what suits the device. */
  dtype?: Dtype | Record<string, Dtype> | undefined;
  /** wasm threads. Default: all cores, at most 8; 1 where the page is not cross-origin isolated. */
  threads?: number | undefined;
  /** Models beside those of the catalogue. */
  models?: readonly CustomModel[] | undefined;
  /**
   * Default true: a text's vector does not depend on the texts that share its batch, also with model files
   * whose int8 activations share one scale. False keeps such files as they are (about 5 % faster).
   */
  batchInvariant?: boolean | undefined;
  /** Where model files are kept. Default `indexeddb`; `memory` forgets them with the page. */
  cache?: 'indexeddb' | 'memory' | undefined;
  /** Where the catalogue's models are downloaded from. */
  hub?: LocalHubOptions | undefined;
  /**
   * What happens when the browser's storage is full: `never` (default) fails with STORAGE_QUOTA_EXCEEDED and
   * says what could be deleted; `least-recently-used` deletes other models, the one unused for longest first.
   */
  evict?: 'never' | 'least-recently-used' | undefined;
  /**
   * One worker and one loaded model for all tabs of this origin with the same options, in a `SharedWorker`
   * (one thread: browsers give shared workers no threads of their own). It ends when the last page has closed its
   * foundation or is gone. Where there are none, one worker a tab. Default false.
   */
  shared?: boolean | undefined;
  /**
   * Milliseconds without a call after which the worker ends and its memory is free; the next call starts it
   * again from the cache. Default: never.
   */
  keepAlive?: number | undefined;
  /** How many classifiers may be trained, and labels one may have. Default 16 and 16, as at the hosted API. */
  classifierLimits?: ClassifierLimits | undefined;
  /**
   * Milliseconds after which a WebGPU worker that answers nothing while calls wait is given up and replaced:
   * a GPU lost in the middle of a run can block its worker for ever. Default 20 000; loading a large model
   * may keep a worker silent for some seconds.
   */
  unresponsiveAfter?: number | undefined;
  /** The worker's file, where a bundler does not find it or it is hosted elsewhere on your origin. */
  workerUrl?: { wasm?: string | URL | undefined; webgpu?: string | URL | undefined } | undefined;
  /** onnxruntime's two files of each build, where they are not beside the worker. Never a CDN by default. */
  wasmPaths?:
    | {
        wasm?: { mjs: string; wasm: string } | undefined;
        webgpu?: { mjs: string; wasm: string } | undefined;
      }
    | undefined;
}
