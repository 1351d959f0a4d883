/** The query table of all-MiniLM-L6-v2 in Node: where its files lie. */
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

/** The model whose passages the table's queries are compared with. */
export const TEACHER = 'all-MiniLM-L6-v2';

/** The table's id, and the name of its folder. */
export const MODEL_ID = 'minilm-query-table';

/**
 * Absolute path of the folder: `minilm-query-table.safetensors`, `vocab.txt` (a token a line, line number = row),
 * `config.json`, `goldens.json` and the card.
 */
export function directory(): string {
  return servedDirectory(import.meta.url, MODEL_ID);
}

/** Every file of the folder but `manifest.json`, which has this list. */
export function files(): Promise<readonly ModelFile[]> {
  return servedFiles(directory());
}
