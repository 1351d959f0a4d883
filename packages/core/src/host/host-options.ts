import type { LocalHubOptions } from '../boundary/hub-options.ts';
import type { Flavour, WorkerStart } from '../boundary/protocol.ts';

export interface HostOptions {
  device: 'auto' | 'webgpu' | 'wasm';
  workerUrl: { wasm?: string | URL | undefined; webgpu?: string | URL | undefined } | undefined;
  wasmPaths: { [Name in Flavour]?: { mjs: string; wasm: string } | undefined } | undefined;
  /** Whether tabs of this origin share one worker. */
  shared: boolean;
  /** Milliseconds without a call after which the worker ends; it starts again with the next call. */
  keepAlive: number | undefined;
  /** Milliseconds of silence after which a WebGPU worker with pending calls counts as dead. */
  unresponsiveAfter: number;
  /** Whether a worker resumes unfinished batch jobs when it starts. */
  resumeBatches: boolean;
  /** Options that every worker starts with. */
  start: { hub: LocalHubOptions } & Omit<
    WorkerStart,
    | 'hub'
    | 'engineKey'
    | 'calibration'
    | 'calibrations'
    | 'reason'
    | 'threadsFailed'
    | 'wasmPaths'
    | 'resumeBatches'
  >;
}
