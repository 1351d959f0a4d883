import type { FoundationMethod } from './foundation.ts';

/** Device that a model computes on. */
export type Device = 'wasm' | 'webgpu' | 'cpu';

/** Precision of a model file. `q8` and below are quantised weights; `q8e4` is `q8` with the words' table in 4 bits. */
export type Dtype = 'fp32' | 'fp16' | 'q8' | 'q8e4' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4';

/** Measured speed of a device, with a small synthetic encoder in float32. */
export interface Calibration {
  device: Device;
  /** Throughput in batches of `budgetTokens`. */
  tokensPerSecond: number;
  /** Milliseconds of one query of 16 tokens. */
  queryMs: number;
  /** Recommended batch size in padded tokens. */
  budgetTokens: number;
  /** Fixed cost of a batch, in tokens. */
  overheadTokens: number;
  /** ISO date. */
  measuredAt: string;
}

/** The device that a local engine computes on, and the reason. */
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
  /** Measurements of this device and of those it was compared with. Stored per adapter. */
  calibrations?: Calibration[] | undefined;
  /**
   * Device that answers short interactive calls to small fp32 models while all other work runs on WebGPU. Only if
   * device `auto` measured both devices and chose WebGPU, and the `dtype` option is fp32: both then compute the same.
   */
  queries?: { device: Device; reason: string } | undefined;
}

/**
 * Whether a text's vector can depend on the texts that share its batch:
 * - `graph`: it cannot, the file computes each text for itself;
 * - `rewritten`: it could, and the graph was changed at load so that it cannot;
 * - `single`: it could, and the graph was not recognised, so texts run one by one;
 * - `off`: it may; the caller turned the guarantee off.
 */
export interface BatchInvariance {
  kind: 'graph' | 'rewritten' | 'single' | 'off';
  reason: string;
}

/** Result of comparing a loaded model with published values. */
export interface ModelCheck {
  /** `remembered`: these very files passed before on this device; `skipped`: nothing to compare with exists. */
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
  /** Part of the model, if it is loaded in several: a tower, or the tasks that its weights serve. */
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
  /** The runtime that computes it. Local engines only. */
  runtime?: ModelRuntime | undefined;
  check?: ModelCheck | undefined;
}

/** The runtime of a model. */
export interface ModelRuntime {
  /** `encoder`: text encoders in a few kilobytes of WebAssembly; `onnxruntime`: everything else. */
  name: 'encoder' | 'onnxruntime';
  /** Why, or why not the encoder. */
  reason: string;
  /**
   * Workers that compute different texts of bulk calls at the same time, each with a copy of the weights. Of `encoder`
   * alone. A single query runs on one of them, unless they share memory.
   */
  workers?: ModelWorkers | undefined;
}

/** Workers that share the texts of bulk calls. */
export interface ModelWorkers {
  /** As many as may be: by the cores, the `threads` option and the memory. */
  most: number;
  /** As many as are started now. They are ended when nothing was computed for a while. */
  running: number;
  /** Why that many. */
  reason: string;
  /**
   * Whether they also divide the work on a single text, over one memory: in a page that is cross-origin isolated, and
   * in Node. Missing: they do not.
   */
  sharesMemory?: boolean | undefined;
}

/** Work of an engine since it started. */
export interface WorkReport {
  batches: number;
  /** Rows of those batches: texts, pairs or pictures. */
  rows: number;
  /** Tokens of the rows, each padded to its own step only. */
  tokens: number;
  /** Tokens that were computed: rows × the longest row, over all batches. The difference is waste. */
  paddedTokens: number;
}

/** Abilities of an implementation, as data. */
export interface Capabilities {
  /** `router`: several of the others; `built-in`: the browser's own embedder. */
  implementation: 'local' | 'remote' | 'router' | 'built-in';
  /** Every method of the contract. Calling a method marked `false` rejects with NOT_SUPPORTED. */
  methods: Record<FoundationMethod, boolean>;
  /** Ids of the models that this implementation can use. */
  models: string[];
  /** Local engines only. */
  device?: DeviceReport | undefined;
  loaded?: LoadedModel[] | undefined;
  work?: WorkReport | undefined;
  /** Stored files and records, and the browser's quota. Local engines only. */
  storage?: StorageReport | undefined;
  /**
   * Features that the browser denies this page, and the consequences: one sentence each. Empty in an ordinary page; a
   * page on plain http has some. Local engines in a browser only.
   */
  restrictions?: string[] | undefined;
  /** Remote only. */
  baseUrl?: string | undefined;
}

/** A kind of storage. `memory` ends with the page or process. */
export type StorageKind = 'indexeddb' | 'memory' | 'file-system';

/** Storage of trained classifiers and batches. */
export interface RecordsReport {
  /** `postgresql` is shared by the processes of one service. */
  kind: StorageKind | 'postgresql';
  /** The reason, if it is not the usual kind. */
  reason?: string | undefined;
  /** Names of records that could not be read any more and were set aside, such as `classifier/<id>`. */
  damaged: string[];
}

/** Part of an answer whose result could not be stored permanently. */
export interface NotKept {
  /** The result ends with the page or process. Answers whose result was stored do not have this field. */
  kept: 'memory';
  reason: string;
}

/** Storage of model files and records. */
export interface StorageReport {
  /** Storage of model files. */
  kind: StorageKind;
  /** The reason, if it is not the usual kind. */
  reason?: string | undefined;
  /** Storage of trained classifiers and batches; it may differ from that of model files. */
  records?: RecordsReport | undefined;
  /** Bytes of model files kept. */
  modelBytes: number;
  /** `navigator.storage.estimate()`. */
  usage?: number | undefined;
  quota?: number | undefined;
  /** Whether the browser promised not to evict. */
  persisted?: boolean | undefined;
}
