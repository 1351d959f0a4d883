import type {
  CallOptions,
  ClassifiersApi,
  LoadedModel,
  SearchFoundation,
  StorageReport,
} from '@nearfield/spec';
import type { ExportedModelFile, ModelUsage } from '../store/types.ts';

/** The cache of model files. */
export interface ModelFilesApi {
  /** Kind of storage, bytes that are kept, and the browser's limits. */
  report(): Promise<StorageReport>;
  /** Stored bytes of each model, and whether they suffice to load it. */
  usage(): Promise<ModelUsage[]>;
  /** Deletes one model's files, or those of all models. Models in memory are unloaded. */
  delete(model?: string): Promise<void>;
  /** Asks the browser not to evict the cache. Resolves to whether it agreed. */
  persist(): Promise<boolean>;
  /**
   * The complete files of a cached model, and a `manifest.json` with their sizes and hashes, to carry to a machine
   * without a network or to serve under a base URL.
   * @throws FoundationError RESOURCE_NOT_FOUND if nothing complete is stored under this id.
   */
  export(model: string, options?: CallOptions): Promise<ExportedModelFile[]>;
  /**
   * Adds files obtained elsewhere to the cache. The model is loaded from them until `delete()`, without a network.
   * Names or `webkitRelativePath`s are paths in the hub's layout; hashes of an enclosed `manifest.json` are checked.
   * Together with files stored before, they must include those that the model is loaded from: `config.json`, a graph,
   * `tokenizer.json` for texts, `preprocessor_config.json` for images.
   * @returns the paths that were stored.
   * @throws FoundationError INPUT_VALIDATION_FAILED naming the missing files, with the stored ones left unchanged;
   * INTEGRITY_MISMATCH, STORAGE_QUOTA_EXCEEDED, STORAGE_FAILED; INPUT_MODEL_NOT_FOUND.
   */
  import(model: string, files: Iterable<File>, options?: CallOptions): Promise<string[]>;
}

/** A search foundation that computes locally: in a worker of this page, or in this Node process. */
export interface LocalFoundation extends SearchFoundation {
  /**
   * Downloads and prepares a model before it is needed.
   * @returns facts about the loaded model, with the reasons for its device and precision.
   * @throws FoundationError INPUT_MODEL_NOT_FOUND, MODEL_NOT_AVAILABLE_LOCALLY, DOWNLOAD_FAILED,
   * INTEGRITY_MISMATCH, STORAGE_QUOTA_EXCEEDED, MODEL_INVALID, OUT_OF_MEMORY, DEVICE_NOT_AVAILABLE;
   * RUNTIME_NOT_AVAILABLE, before weights are downloaded, if a file of the library itself is not available.
   */
  load(model: string, options?: CallOptions): Promise<LoadedModel>;
  /** Frees a model's memory. Its files stay in the cache. */
  unload(model: string): Promise<void>;
  readonly storage: ModelFilesApi;
  /** Trained classifiers, with export and import as JSON. */
  readonly classifiers: Required<ClassifiersApi>;
}

/**
 * Whether a foundation computes locally: in this page or in this Node process. It then has `load`, `unload` and
 * `storage`.
 *
 * @example
 * if (isLocal(foundation)) await foundation.load('all-MiniLM-L6-v2', { onProgress });
 */
export const isLocal = (foundation: SearchFoundation): foundation is LocalFoundation =>
  'load' in foundation && 'storage' in foundation;
