/** minilm-reranker in Node: where the model's files lie. Pages load them from where a site serves them. */
import { servedDirectory, servedFiles } from '@nearfield/model-kit/served';

/** One file of the model's folder. */
export interface ModelFile {
  /** Path in the folder, with forward slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
}

/** The model's id, and the name of its folder. */
export const MODEL_ID = 'minilm-reranker';

/**
 * Absolute path of the model's folder, in the hub's layout.
 *
 * @example
 * createNodeFoundation({ models: [{ id: MODEL_ID, source: directory() }] });
 */
export function directory(): string {
  return servedDirectory(import.meta.url, MODEL_ID);
}

/** Every file of the folder but `manifest.json`, which has this list. */
export function files(): Promise<readonly ModelFile[]> {
  return servedFiles(directory());
}
