import type { ActivationBits, EncoderText, Reading, WeightStage } from '@nearfield/encoder';
import type { ModelSummary, Tail, TailKind } from '@nearfield/onnx';

/** Values of one input as plain data, which each runtime converts to its own tensors. */
export type Feed =
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'float16'; readonly dims: readonly number[]; readonly data: Uint16Array };

/** Values of all inputs of a run, by name. */
export type Feeds = Record<string, Feed>;

/** One whole number, as an input of the given dimensions. */
export const int64 = (value: number, dims: readonly number[] = []): Feed => ({
  type: 'int64',
  dims,
  data: BigInt64Array.of(BigInt(value)),
});

/** A graph to open a session of. */
export interface SessionModel {
  bytes: Uint8Array;
  /** Weights that `bytes` refers to, by name. */
  externalData: { path: string; data: Uint8Array }[];
  /** The graph as an encoder's plan, where a runtime that computes plans has taken it. */
  plan?: EncoderPlan | undefined;
}

/** A graph's output as an encoder's plan, and what is made of it. */
export interface EncoderPlan {
  readonly reading: Exclude<Reading, { refused: string }>;
  readonly tail: Tail;
  readonly kind: TailKind;
  /** Bits to which inputs of products are rounded. */
  readonly activationBits: ActivationBits;
  /** The encoder's memory, where the weights are already. The plan can be opened once. */
  readonly weights: WeightStage;
}

/** How texts are encoded, by their own lengths. */
export interface EncodeOptions {
  /** Leading numbers of each vector to keep. */
  readonly dimensions: number;
  readonly normalized: boolean;
  /** Number of the task whose adapter is used, for models that have some. */
  readonly task?: number | undefined;
  /** Whether nobody waits for it alone: then other realms may compute it. */
  readonly isBulk: boolean;
  /** Aborts when no call waits for the texts any more. */
  readonly signal?: AbortSignal | undefined;
}

/** What computes texts without padding, several batches at a time. */
export interface PackedSession {
  /**
   * Vectors of texts: for each text its vectors one after the other.
   * @throws FoundationError MODEL_INVALID, OUT_OF_MEMORY; the signal's reason.
   */
  encode(texts: readonly EncoderText[], options: EncodeOptions): Promise<readonly Float32Array[]>;
  /** Bulk batches that are of use to it at a time. */
  readonly capacity: number;
}

/** Inputs and outputs of a graph before nodes were appended: the only part of its summary that is kept. */
export type GraphInterface = Pick<ModelSummary, 'inputs' | 'outputs'>;

/** A submitted run, which the device may not have finished. */
export interface SubmittedRun {
  /**
   * Values of the outputs, in the order in which they were requested.
   * Rejects with FoundationError DEVICE_LOST, OUT_OF_MEMORY, MODEL_INVALID.
   */
  readonly values: Promise<Float32Array[]>;
  /** Frees the outputs' memory on the device once `values` has settled. Not while another run is suspended. */
  readonly free?: (() => void) | undefined;
}

/** An open session of a runtime. */
export interface Session {
  /**
   * Resolves once the device has the work: a GPU has commands to compute, a CPU has finished. The feeds may be
   * overwritten from then on.
   * @throws FoundationError MODEL_INVALID, OUT_OF_MEMORY, DEVICE_LOST, DEVICE_NOT_AVAILABLE
   */
  submit(feeds: Feeds, fetches: readonly string[]): Promise<SubmittedRun>;
  /** Where texts are computed without feeds. */
  readonly packed?: PackedSession | undefined;
  release(): Promise<void>;
}
