/** What crosses between a page and its worker. Plain data. */
import type { CallProgress } from '@nearfield/spec';
import type { SerializedError } from '@nearfield/spec/implement';
import type { Job, JobResult } from './engine/engine.ts';
import type { TransformersModel } from './models.ts';

/** How the worker computes. */
export interface WorkerSettings {
  /** With absolute sources. */
  models: readonly TransformersModel[];
  device: 'wasm' | 'webgpu' | 'auto';
  threads: number | undefined;
  /** Addresses of onnxruntime's files; undefined for those beside the worker. */
  runtime: { mjs: string; wasm: string } | undefined;
}

/** A call's end: one of the two. */
export interface Outcome {
  result?: JobResult;
  error?: SerializedError;
}

/** The worker, as comlink has it. */
export interface WorkerApi {
  start(settings: WorkerSettings): Promise<void>;
  /** @param progress undefined if nobody listens */
  run(call: number, job: Job, progress: ((event: CallProgress) => void) | undefined): Promise<Outcome>;
  abort(call: number): void;
}
