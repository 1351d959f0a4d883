/** Sizes of built files, as they are and as a server sends them. */
import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const compress = promisify(brotliCompress);

/** A file's sizes in bytes. */
export interface FileSize {
  path: string;
  raw: number;
  /** Brotli; undefined for files that are hardly worth it or too large to try. */
  brotli?: number;
}

/** Above this, compressing takes longer than the number is worth. */
const COMPRESSIBLE_BYTES = 2 ** 22;

/** Sizes of the files below `directory` whose relative path matches. */
export async function fileSizes(directory: string, pattern: RegExp): Promise<FileSize[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .split(sep)
        .join('/'),
    )
    .filter((path) => pattern.test(path))
    .sort();
  const sizes: FileSize[] = [];
  for (const path of paths) {
    const bytes = await readFile(join(directory, path));
    const brotli =
      bytes.length <= COMPRESSIBLE_BYTES
        ? (await compress(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })).length
        : undefined;
    sizes.push({ path, raw: bytes.length, ...(brotli !== undefined && { brotli }) });
  }
  return sizes;
}

/** One line per file. */
export function sizeTable(sizes: readonly FileSize[]): string {
  const width = Math.max(0, ...sizes.map(({ path }) => path.length));
  return sizes
    .map(({ path, raw, brotli }) => {
      const compressed = brotli === undefined ? '' : `${bytes(brotli)} brotli`;
      return `  ${path.padEnd(width)}  ${bytes(raw)}  ${compressed}`.trimEnd();
    })
    .join('\n');
}

/** Such as ` 12.3 kB`: powers of ten, as downloads are counted. */
function bytes(count: number): string {
  const text = count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
  return text.padStart(9);
}
