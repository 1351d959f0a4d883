import type { CallProgress, DeviceReport, Dtype } from '@nearfield/spec';
import type { Calibration, SerializedError } from '@nearfield/spec/implement';
import type { ModelWay } from '../models/own-model.ts';
import type { ClassifierLimits } from '../requests/classify.ts';
import type { HubOptions } from './hub-options.ts';

/** Which onnxruntime build a worker holds. The wasm module is chosen once per realm: one build per worker. */
export type Flavour = 'wasm' | 'webgpu';

/** Where a model's files are, as plain data that a worker can receive. */
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

/** What a worker needs to know before its first call. */
export interface WorkerStart {
  /** Pages with the same key share an engine, where they share a worker. */
  engineKey: string;
  /** What this device was measured to do: decides the size of batches. */
  calibration: Calibration | undefined;
  /** What devices were measured to do, for the report. */
  calibrations: Calibration[];
  /** Why this flavour was chosen. */
  reason: string;
  /** Whether batch jobs that were left behind go on at once, and not only when they are asked for. */
  resumeBatches: boolean;
  threads: number | undefined;
  /** Why threads are not to be tried again. */
  threadsFailed: string | undefined;
  /** Where the runtime's two files are, if not beside the worker. */
  wasmPaths: { mjs: string; wasm: string } | undefined;
  models: ModelDescription[];
  dtype: Dtype | Record<string, Dtype> | undefined;
  batchInvariant: boolean | undefined;
  cache: 'indexeddb' | 'memory';
  hub: HubOptions;
  evict: 'never' | 'least-recently-used' | undefined;
  classifierLimits: ClassifierLimits | undefined;
}

/** What the page's side of a call's port sends. */
export type ControlMessage = { type: 'abort'; reason: SerializedError };

/** What the worker's side of a call's port sends. The end comes last: ports are not in order with each other. */
export type CallMessage = CallProgress | { type: 'call-end' };

/** What a worker exposes. Each call has a port of its own: progress comes out of it, an abort goes in. */
export interface WorkerApi {
  /**
   * Takes a Web Lock that the worker holds as long as it lives, so that the page notices its end.
   * @param pageLock held by a page as long as it uses a shared worker, which so notices the page's end.
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
  /** Whether somebody listens, so that nothing is posted in vain. */
  progress: boolean;
}
