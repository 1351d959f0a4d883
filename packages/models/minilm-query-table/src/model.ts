/** The query table of all-MiniLM-L6-v2: where its files lie. All of them are committed, nothing is built. */
import { fileURLToPath } from 'node:url';

/**
 * Absolute path of the folder: `minilm-query-table.safetensors`, `vocab.txt` (a token a line, line number = row),
 * `config.json`, `goldens.json` and the card.
 */
export function queryTableDirectory(): string {
  return fileURLToPath(new URL('../model', import.meta.url));
}
