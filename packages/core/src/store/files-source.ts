import { FoundationError } from '@nearfield/spec';
import { downloadFailed } from './errors.ts';
import type { FileDescription, ModelSource, OpenedStream, OpenStreamOptions } from './types.ts';

/** Files that the user picked, by their path within the model. */
export class FilesSource implements ModelSource {
  readonly key = 'picked files';
  readonly local = true;
  readonly #files: Map<string, File>;

  constructor(files: Iterable<File>) {
    this.#files = byPath([...files]);
  }

  async list(): Promise<string[]> {
    return [...this.#files.keys()];
  }

  async describe(paths: readonly string[]): Promise<Map<string, FileDescription>> {
    return new Map(
      paths.flatMap((path) => {
        const file = this.#files.get(path);
        return file ? [[path, { path, size: file.size, etag: `${file.lastModified}-${file.size}` }]] : [];
      }),
    );
  }

  async open(path: string, { offset, end, signal }: OpenStreamOptions): Promise<OpenedStream> {
    signal?.throwIfAborted();
    const file = this.#files.get(path);
    if (!file) {
      throw downloadFailed(
        `${path} is not among the chosen files (${[...this.#files.keys()].slice(0, 8).join(', ')}): choose the whole folder of the model.`,
        { status: 404, param: path, retryable: false },
      );
    }
    const part = offset === 0 && end === undefined ? file : file.slice(offset, end);
    return { stream: part.stream(), offset, size: file.size, etag: `${file.lastModified}-${file.size}` };
  }
}

/**
 * Paths within the model. A picked folder comes with its own name in front (`webkitRelativePath`); files picked one
 * by one have only names, and ONNX files among them belong into the hub layout's `onnx/` folder.
 */
function byPath(files: readonly File[]): Map<string, File> {
  const paths = files.map((file) => (file.webkitRelativePath || file.name).replaceAll('\\', '/'));
  const root = rootOf(paths);
  const found = new Map<string, File>();
  for (const [index, path] of paths.entries()) {
    const inside = path.slice(root.length);
    const isLoose = !inside.includes('/') && /\.onnx(_data)?(_\d+)?$/.test(inside);
    for (const name of isLoose ? [inside, `onnx/${inside}`] : [inside]) {
      if (found.has(name) && name === inside) {
        throw new FoundationError({
          code: 'INPUT_VALIDATION_FAILED',
          message: `Two of the chosen files are called ${name}: choose the files of one model.`,
          param: 'files',
        });
      }
      if (!found.has(name)) found.set(name, files[index]!);
    }
  }
  return found;
}

/** The folder that holds config.json, if all files lie in or below it. */
function rootOf(paths: readonly string[]): string {
  const configs = paths.filter((path) => /(^|\/)config\.json$/.test(path));
  const shallowest = configs.sort((one, other) => one.split('/').length - other.split('/').length)[0];
  const root = shallowest?.slice(0, -'config.json'.length) ?? commonFolder(paths);
  return paths.every((path) => path.startsWith(root)) ? root : commonFolder(paths);
}

function commonFolder(paths: readonly string[]): string {
  const first = paths[0]?.split('/')[0];
  return paths.length > 0 && paths.every((path) => path.startsWith(`${first}/`)) ? `${first}/` : '';
}

/** The files of a model that the user picked: a folder (`<input webkitdirectory>`), or its files one by one. */
export const filesSource = (files: Iterable<File>): ModelSource => new FilesSource(files);
