import type { Dtype, PageReader } from '@nearfield/spec';
import type { LocalHubOptions } from '../boundary/hub-options.ts';
import type { ModelRecipe } from '../models/own-model.ts';
import type { ClassifierLimits } from '../requests/classify.ts';

/** Source of a model's files: a base URL in the hub's layout, a hub id, or files picked by the user (a `FileList`). */
export type CustomModelSource = string | URL | ArrayLike<File>;

/**
 * A model that is not in the catalogue, or one of the catalogue from another place. Its files follow the
 * hub's layout: `config.json`, `tokenizer.json`, `tokenizer_config.json`, `onnx/model….onnx`.
 */
export interface CustomModel {
  /** Id of the model in requests. */
  id: string;
  /** Catalogue id whose recipe (prompts, pooling, inputs) it follows. Default: `id`, if the catalogue has it. */
  like?: string | undefined;
  /**
   * Its own recipe, instead of `like`. Default for an id that is not in the catalogue: as described by its files.
   *
   * @example
   * { id: 'e5', source: 'intfloat/e5-small-v2', recipe: { prompts: { query: 'query: ', passage: 'passage: ' } } }
   */
  recipe?: ModelRecipe | undefined;
  /** A URL ends in `/`; `owner/name` is a repository of the hub. */
  source: CustomModelSource;
  /** Precisions that exist at the source, if known; saves looking for the others. */
  dtypes?: readonly Dtype[] | undefined;
}

/** Options of `createLocal()`. All are optional. */
export interface LocalOptions {
  /**
   * `auto` uses WebGPU if a hardware adapter exists and measures faster, otherwise wasm. Models that WebGPU cannot run,
   * and short queries to small fp32 models if wasm answers them sooner, go to a second worker on wasm. The choice and
   * its reason are in `capabilities().device`.
   *
   * @default 'auto'
   */
  device?: 'auto' | 'webgpu' | 'wasm' | undefined;
  /**
   * Precision of model files, for all models or by id.
   *
   * @default the precision that suits the device
   */
  dtype?: Dtype | Record<string, Dtype> | undefined;
  /**
   * Number of wasm threads. A page that is not cross-origin isolated has one.
   *
   * @default all cores, at most 8
   */
  threads?: number | undefined;
  /** Models in addition to those of the catalogue. */
  models?: readonly CustomModel[] | undefined;
  /**
   * Whether a text's vector is independent of the texts that share its batch, even with model files whose int8
   * activations share one scale. False uses such files as they are (about 5 % faster).
   *
   * @default true
   */
  batchInvariant?: boolean | undefined;
  /**
   * Storage of model files. `memory` forgets them with the page.
   *
   * @default 'indexeddb'
   */
  cache?: 'indexeddb' | 'memory' | undefined;
  /** Host, mirrors and token for downloads of the catalogue's models. */
  hub?: LocalHubOptions | undefined;
  /**
   * Behaviour when the browser's storage is full: `never` fails with STORAGE_QUOTA_EXCEEDED and names models that could
   * be deleted; `least-recently-used` deletes other models, the one unused for longest first.
   *
   * @default 'never'
   */
  evict?: 'never' | 'least-recently-used' | undefined;
  /**
   * One worker and one loaded model for all tabs of this origin with the same options, in a `SharedWorker`
   * (one thread: browsers give shared workers no threads of their own). It ends when the last page has closed its
   * foundation or is gone. Browsers without shared workers use one worker per tab.
   *
   * @default false
   */
  shared?: boolean | undefined;
  /**
   * Milliseconds without a call after which the worker ends and its memory is free; the next call starts it
   * again from the cache.
   *
   * @default the worker stays
   */
  keepAlive?: number | undefined;
  /**
   * Maximum number of classifiers, and of labels per classifier.
   *
   * @default 16 and 16, as at the hosted API
   */
  classifierLimits?: ClassifierLimits | undefined;
  /**
   * What `read` reads pages and documents with, such as `createReader()` of @nearfield/reader.
   *
   * @default none: `read` is refused with NOT_SUPPORTED
   */
  reader?: PageReader | undefined;
  /**
   * Milliseconds after which a WebGPU worker that does not answer while calls wait is replaced: a GPU lost in the
   * middle of a run can block its worker forever. Loading a large model may keep a worker silent for some seconds.
   *
   * @default 20_000
   */
  unresponsiveAfter?: number | undefined;
  /** URLs of the worker's files, if your bundler does not find them or you host them elsewhere on your origin. */
  workerUrl?: { wasm?: string | URL | undefined; webgpu?: string | URL | undefined } | undefined;
  /** URLs of onnxruntime's `.mjs` and `.wasm` files per build, if they are not served next to the worker. */
  wasmPaths?:
    | {
        wasm?: { mjs: string; wasm: string } | undefined;
        webgpu?: { mjs: string; wasm: string } | undefined;
      }
    | undefined;
}
