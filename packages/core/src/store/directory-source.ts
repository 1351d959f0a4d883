import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { downloadFailed } from './errors.ts';
import { checkPath } from './paths.ts';
import type { FileDescription, ModelSource, OpenedStream, OpenStreamOptions } from './types.ts';

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException | null)?.code));

class DirectorySource implements ModelSource {
  readonly key: string;
  readonly local = true;
  readonly #root: string;

  constructor(directory: string) {
    this.#root = resolve(directory);
    this.key = this.#root;
  }

  async list(): Promise<string[]> {
    const entries = await readdir(this.#root, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(this.#root.length + 1)
          .split(sep)
          .join('/'),
      )
      .sort();
  }

  async describe(paths: readonly string[]): Promise<Map<string, FileDescription>> {
    const found = await Promise.all(paths.map((path) => this.#describe(path)));
    return new Map(found.flatMap((file) => (file ? [[file.path, file]] : [])));
  }

  async open(path: string, { offset, end, signal }: OpenStreamOptions): Promise<OpenedStream> {
    signal?.throwIfAborted();
    const description = await this.#describe(path);
    if (!description) {
      throw downloadFailed(`${this.#root} has no file ${path}: check the directory and the dtype.`, {
        status: 404,
        param: path,
        retryable: false,
      });
    }
    const { size, etag } = description;
    const file = createReadStream(this.#locate(path), {
      start: offset,
      ...(end === undefined ? {} : { end: Math.max(offset, end - 1) }),
      highWaterMark: 1024 * 1024,
      signal,
    });
    return { stream: Readable.toWeb(file) as ReadableStream<Uint8Array<ArrayBuffer>>, offset, size, etag };
  }

  async #describe(path: string): Promise<FileDescription | undefined> {
    const location = this.#locate(path);
    try {
      const entry = await stat(location);
      return entry.isFile() ? { path, size: entry.size, etag: `${entry.mtimeMs}-${entry.size}` } : undefined;
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw downloadFailed(`${path} in ${this.#root} cannot be read: ${(error as Error).message}`, {
        cause: error,
        param: path,
        retryable: false,
      });
    }
  }

  #locate(path: string): string {
    return join(this.#root, ...checkPath(path).split('/'));
  }
}

/** A directory in the hub's layout. Node only. */
export const directorySource = (directory: string): ModelSource => new DirectorySource(directory);
