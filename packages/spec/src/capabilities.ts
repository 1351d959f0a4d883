import type { FoundationMethod } from './foundation.ts';

export type Device = 'wasm' | 'webgpu' | 'cpu';

/** Precision of a model file. `q8` and below are quantised weights. */
export type Dtype = 'fp32' | 'fp16' | 'q8' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4';

/** What a device was measured to do, with a small synthetic encoder in float32. */
export interface Calibration {
  device: Device;
  /** Throughput in batches of `budgetTokens`. */
  tokensPerSecond: number;
  /** Milliseconds of one query of 16 tokens. */
  queryMs: number;
  /** Padded tokens of a batch that are worth it on this device. */
  budgetTokens: number;
  /** What starting a batch costs, in tokens. */
  overheadTokens: number;
  /** ISO date. */
  measuredAt: string;
}

/** Where a local engine computes, and why there. */
export interface DeviceReport {
  device: Device;
  /** One sentence: why this device and not another. */
  reason: string;
  /** WebGPU adapter, such as "nvidia hopper"; undefined without WebGPU. */
  adapter?: string | undefined;
  /** Whether the adapter computes in float16 (`shader-f16`). */
  f16: boolean;
  /** wasm threads. */
  threads: number;
  /** Why that many threads, such as "the page is not cross-origin isolated". */
  threadsReason: string;
  /** What this device, and those it was compared with, were measured to do. Remembered per adapter. */
  calibrations?: Calibration[] | undefined;
  /**
   * Where short interactive calls go while the others run on WebGPU, of models that are small and compute the same on
   * both: fp32 by the dtype option. Only where device `auto` measured both devices and took WebGPU.
   */
  queries?: { device: Device; reason: string } | undefined;
}

/**
 * Whether a text's vector can depend on the texts that share its batch:
 * - `graph`: it cannot, the file computes each text for itself;
 * - `rewritten`: it could, and the graph was changed at load so that it cannot;
 * - `single`: it could, and the graph was not recognised, so texts run one by one;
 * - `off`: it may, as the caller asked.
 */
export interface BatchInvariance {
  kind: 'graph' | 'rewritten' | 'single' | 'off';
  reason: string;
}

/** Result of comparing a loaded model with published values. */
export interface ModelCheck {
  /** `remembered`: these very files passed before on this device; `skipped`: there is nothing to compare with. */
  result: 'passed' | 'remembered' | 'skipped';
  /** Published values compared. */
  goldens: number;
  /** Smallest cosine between a vector's published values and the computed ones. */
  cosine?: number | undefined;
  /** Largest difference of a reranker's logit from the published one. */
  logitError?: number | undefined;
  /** One sentence: what was compared, what failed before, or why nothing was. */
  reason: string;
}

/** One model that is in memory now, or one part of it. */
export interface LoadedModel {
  id: string;
  /** Which part, where the model is loaded in several: a tower, or the tasks that its weights serve. */
  part?: string | undefined;
  device: Device;
  dtype: Dtype;
  /** Why this file was chosen; with device `auto` also why it is on wasm while others are on WebGPU. */
  reason: string;
  dimensions: number;
  maxTokens: number;
  /** Bytes of the model's files. */
  bytes: number;
  batchInvariance: BatchInvariance;
  check?: ModelCheck | undefined;
}

/** What an engine has computed since it started. */
export interface WorkReport {
  batches: number;
  /** Rows of those batches: texts, pairs or pictures. */
  rows: number;
  /** Tokens of the rows, each padded to its own step only. */
  tokens: number;
  /** Tokens that were computed: rows × the longest row, over all batches. The difference is waste. */
  paddedTokens: number;
}

/** What an implementation can do, as data. */
export interface Capabilities {
  implementation: 'local' | 'remote';
  /** Every method of the contract; `false` refuses with NOT_SUPPORTED. */
  methods: Record<FoundationMethod, boolean>;
  /** Ids of the models that this implementation can answer for. */
  models: string[];
  /** Local engines only. */
  device?: DeviceReport | undefined;
  loaded?: LoadedModel[] | undefined;
  work?: WorkReport | undefined;
  /** What this engine keeps, where, and what the browser allows. Local engines only. */
  storage?: StorageReport | undefined;
  /**
   * What this page's browser denies it, and what is done instead or has to be minded: one sentence each. Empty in an
   * ordinary page; a page on plain http has some. Local engines in a browser only.
   */
  restrictions?: string[] | undefined;
  /** Remote only. */
  baseUrl?: string | undefined;
}

/** Where something is kept: `memory` ends with the page or process. */
export type StorageKind = 'indexeddb' | 'memory' | 'file-system';

/** Where trained classifiers and batches are kept. */
export interface RecordsReport {
  kind: StorageKind;
  /** Why, where it is not the usual kind. */
  reason?: string | undefined;
  /** Names of records that could not be read any more and were set aside, such as `classifier/<id>`. */
  damaged: string[];
}

/** What an answer says where its result was to be kept and could not be. */
export interface NotKept {
  /** Ends with the page or process. Where things are kept as they should be, the answer says nothing. */
  kept: 'memory';
  reason: string;
}

/** Where model files are kept, and everything else. */
export interface StorageReport {
  /** Of model files. */
  kind: StorageKind;
  /** Why, where it is not the usual kind. */
  reason?: string | undefined;
  /** Of trained classifiers and batches: they may be in another place than model files. */
  records?: RecordsReport | undefined;
  /** Bytes of model files kept. */
  modelBytes: number;
  /** `navigator.storage.estimate()`. */
  usage?: number | undefined;
  quota?: number | undefined;
  /** Whether the browser promised not to evict. */
  persisted?: boolean | undefined;
}
