import type {
  CallOptions,
  ClassifiersApi,
  LoadedModel,
  SearchFoundation,
  StorageReport,
} from '@nearfield/spec';
import type { ModelUsage } from './store/types.ts';

/** The cache of model files. */
export interface LocalStorage {
  report(): Promise<StorageReport>;
  usage(): Promise<ModelUsage[]>;
  /** Forgets one model's files, or every model's. Models in memory are unloaded. */
  delete(model?: string): Promise<void>;
  /** Asks the browser not to evict the cache. Resolves to whether it agreed. */
  persist(): Promise<boolean>;
}

/** A search foundation that computes here: in a worker of this page, or in this Node process. */
export interface LocalFoundation extends SearchFoundation {
  /**
   * Downloads and prepares a model before it is needed.
   * @returns what was loaded, and why this device and precision.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND, MODEL_NOT_AVAILABLE_LOCALLY, DOWNLOAD_FAILED,
   * INTEGRITY_MISMATCH, STORAGE_QUOTA_EXCEEDED, MODEL_INVALID, OUT_OF_MEMORY, DEVICE_NOT_AVAILABLE.
   */
  load(model: string, options?: CallOptions): Promise<LoadedModel>;
  /** Frees a model's memory. Its files stay in the cache. */
  unload(model: string): Promise<void>;
  readonly storage: LocalStorage;
  /** Trained classifiers; here they can be exported and imported as JSON. */
  readonly classifiers: Required<ClassifiersApi>;
}
