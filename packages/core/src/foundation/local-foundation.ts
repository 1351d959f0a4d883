import type {
  CallOptions,
  ClassifiersApi,
  LoadedModel,
  SearchFoundation,
  StorageReport,
} from '@nearfield/spec';
import type { ExportedModelFile, ModelUsage } from '../store/types.ts';

/** The cache of model files. */
export interface LocalStorage {
  report(): Promise<StorageReport>;
  usage(): Promise<ModelUsage[]>;
  /** Forgets one model's files, or every model's. Models in memory are unloaded. */
  delete(model?: string): Promise<void>;
  /** Asks the browser not to evict the cache. Resolves to whether it agreed. */
  persist(): Promise<boolean>;
  /**
   * The complete files of a cached model, and a `manifest.json` with their sizes and hashes: to be carried to a
   * machine without a network, or served as a base URL.
   * @throws FoundationError RESOURCE_NOT_FOUND if nothing complete is stored under this id.
   */
  export(model: string, options?: CallOptions): Promise<ExportedModelFile[]>;
  /**
   * Puts files into the cache that came another way. They then serve this model until `delete()`, without a
   * network. Names or `webkitRelativePath`s are paths in the hub's layout; hashes of an enclosed
   * `manifest.json` are checked.
   * @returns the paths that were stored.
   * @throws FoundationError INTEGRITY_MISMATCH, STORAGE_QUOTA_EXCEEDED, INPUT_VALIDATION_FAILED.
   */
  import(model: string, files: Iterable<File>, options?: CallOptions): Promise<string[]>;
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
