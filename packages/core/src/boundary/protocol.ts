import type { CallProgress, DeviceReport, Dtype } from '@nearfield/spec';
import type { Calibration, SerializedError } from '@nearfield/spec/implement';
import type { ModelWay } from '../models/own-model.ts';
import type { ClassifierLimits } from '../requests/classify.ts';
import type { HubOptions } from './hub-options.ts';

/** The onnxruntime build of a worker. A realm can load one wasm module only, hence one build per worker. */
export type Flavour = 'wasm' | 'webgpu';

/** Source of a model's files, as plain data that a worker can receive. */
export type SourceDescription =
  | { kind: 'url'; url: string }
  | { kind: 'hub'; id: string; revision?: string | undefined }
  | { kind: 'files'; files: File[] };

/** A model that the page added, as plain data. */
export type ModelDescription = ModelWay & {
  id: string;
  source: SourceDescription;
  dtypes?: readonly Dtype[] | undefined;
};

/** Start message of a worker, sent before its first call. */
export interface WorkerStart {
  /** Pages that share a worker share an engine if their keys are equal. */
  engineKey: string;
  /** Measurements of this device, which decide the size of batches. */
  calibration: Calibration | undefined;
  /** Measurements of devices, for the report. */
  calibrations: Calibration[];
  /** The reason for choosing this flavour. */
  reason: string;
  /** Whether unfinished batch jobs resume at once, and not only with the first call of `batches`. */
  resumeBatches: boolean;
  threads: number | undefined;
  /** The reason why threads are not to be tried again. */
  threadsFailed: string | undefined;
  /** URLs of the runtime's two files, if not beside the worker. */
  wasmPaths: { mjs: string; wasm: string } | undefined;
  models: ModelDescription[];
  dtype: Dtype | Record<string, Dtype> | undefined;
  batchInvariant: boolean | undefined;
  cache: 'indexeddb' | 'memory';
  hub: HubOptions;
  evict: 'never' | 'least-recently-used' | undefined;
  classifierLimits: ClassifierLimits | undefined;
}

/** Messages from the page's side of a call's port. */
export type ControlMessage = { type: 'abort'; reason: SerializedError };

/** Messages from the worker's side of a call's port. The end comes last: ports are not in order with each other. */
export type CallMessage = CallProgress | { type: 'call-end' };

/** Interface of a worker. Each call has a port of its own, which carries progress out and an abort in. */
export interface WorkerApi {
  /**
   * Takes a Web Lock that the worker holds as long as it lives, so that the page notices its end.
   * @param pageLock held by a page as long as it uses a shared worker, so that the worker notices the page's end.
   */
  hold(lock: string, pageLock: string | undefined): Promise<void>;
  /** Ends a shared worker whose runtime has failed, for all pages. */
  end(): Promise<void>;
  /** Answers as soon as the worker lets messages in. */
  ping(): Promise<void>;
  /** @param drawing a port to the page's `drawFor`: workers cannot draw SVG. */
  start(options: WorkerStart, drawing: MessagePort): Promise<DeviceReport>;
  call(method: string, argument: unknown, options: WireOptions, port: MessagePort): Promise<unknown>;
}

/** Call options as plain data. */
export interface WireOptions {
  priority?: 'interactive' | 'bulk' | undefined;
  /** Whether the caller listens for progress. */
  progress: boolean;
}
