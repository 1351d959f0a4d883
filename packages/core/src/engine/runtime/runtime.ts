import type { Operator, Reading, WeightStage } from '@nearfield/encoder';
import type { WeightFiles } from '@nearfield/onnx';
import type { Device, DeviceReport, Dtype } from '@nearfield/spec';
import type { Session, SessionModel } from './session.ts';

/** A runtime on one device, ready to open sessions. */
export interface Runtime {
  readonly device: Device;
  readonly report: DeviceReport;
  /** Whether sessions take weights as external data from memory: onnxruntime-web does, onnxruntime-node does not. */
  readonly externalWeights: boolean;
  /** Whether its kernels of LayerNormalization and GELU are not vectorised, as in the WebAssembly build. */
  readonly hasSlowKernels: boolean;
  /** Precisions this device runs well, best first. */
  readonly dtypes: readonly Dtype[];
  /** Resolves when the device is lost, and the runtime with it; never for a CPU. */
  readonly lost: Promise<string>;
  /**
   * Opens a session.
   * @param name of the model, for messages
   * @throws FoundationError MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST, DEVICE_NOT_AVAILABLE
   */
  open(model: SessionModel, name: string): Promise<Session>;
  /**
   * Fetches, compiles and starts the code that sessions need; called once, before the first session. Absent if nothing
   * is left to do.
   * @throws FoundationError RUNTIME_NOT_AVAILABLE, OUT_OF_MEMORY, DEVICE_LOST.
   */
  start?(): Promise<void>;
  /**
   * Reads graphs that it computes without starting what {@link start} starts; or says why there are none. Default: it
   * computes all graphs alike.
   */
  readonly encoder?: GraphEncoder | { readonly refused: string };
  /** Ends the device. */
  dispose(): void;
}

/** Computes some graphs without the general runtime. */
export interface GraphEncoder {
  readonly read: ReadGraph;
  /** A memory for the weights of a file of so many bytes. @throws OutOfEncoderMemory; Error where the page forbids it. */
  readonly stage: (bytes: number) => Promise<WeightStage>;
  /** Compiles what {@link Runtime.open} needs for plans. @throws Error where the page forbids it. */
  readonly prepare: () => Promise<void>;
  /** The realms that compute bulk work. */
  readonly workers: () => CrewReport;
}

/** Realms that compute different texts of bulk calls at the same time, each with weights of its own. */
export interface CrewReport {
  /** As many as may be. */
  readonly most: number;
  readonly running: number;
  /** Why that many. */
  readonly reason: string;
  /** Whether they also divide the work on one text, over one memory. Missing: they do not. */
  readonly sharesMemory?: boolean;
}

/**
 * Reads how an output of a graph is computed, or the reason why the encoder does not compute it.
 * @param adapted reads adapters of low rank.
 */
export type ReadGraph = (
  bytes: Uint8Array,
  output: string,
  files: WeightFiles,
  adapted?: Operator,
) => Reading;

/** Kind of processor, which good batch sizes depend on. */
export type Processor = 'cpu' | 'gpu';

export const processorOf = ({ device }: Pick<Runtime, 'device'>): Processor =>
  device === 'webgpu' ? 'gpu' : 'cpu';
