/** The model folder of icon-clip: where it lies and what is in it. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The model's id. */
export const ICON_CLIP_ID = 'icon-clip';

/** One file of the model folder. */
export interface ModelFile {
  /** Path inside the folder, with forward slashes. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Hex SHA-256 of the bytes. */
  readonly sha256: string;
}

/**
 * Absolute path of the model folder, in the hub's layout: `config.json`, `preprocessor_config.json`,
 * `onnx/vision_model.onnx`, `onnx/vision_model_quantized.onnx`, the card, goldens and samples, and `manifest.json`
 * with every file's size and SHA-256. All of it is committed: nothing has to be built.
 */
export function iconClipDirectory(): string {
  return fileURLToPath(new URL('../model', import.meta.url));
}

/** The folder's files as they are now, except `manifest.json`, sorted by path: what the manifest must list. */
export async function modelFiles(directory = iconClipDirectory()): Promise<ModelFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => path !== 'manifest.json')
    .sort();
  return Promise.all(
    paths.map(async (path) => {
      const bytes = await readFile(join(directory, path));
      return { path, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}
