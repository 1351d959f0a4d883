import { type CallProgress, type FileProgress, FoundationError } from '@nearfield/spec';
import type { TransformersModel } from '../models.ts';
import type { Library } from './library.ts';

/** Options that every loader of the library takes. */
export interface LoadOptions {
  dtype: NonNullable<TransformersModel['dtype']>;
  device: 'wasm' | 'webgpu' | 'cpu';
  progress_callback: (event: LibraryProgress) => void;
}

/** Events of the library's loaders, as far as they are read. */
export interface LibraryProgress {
  status: string;
  file?: string;
  loaded?: number;
  total?: number;
}

/** Collects the library's events about files into those of a call. */
export function fileProgress(
  model: string,
  report: (event: CallProgress) => void,
): LoadOptions['progress_callback'] {
  const files = new Map<string, FileProgress>();
  return ({ status, file, loaded, total }) => {
    if (file === undefined) return;
    const known = files.get(file) ?? { path: file, state: 'waiting', loaded: 0, total: 0 };
    files.set(file, known);
    if (status === 'progress') {
      known.state = 'downloading';
      known.loaded = loaded ?? 0;
      known.total = total ?? 0;
    } else if (status === 'done') {
      known.state = 'done';
      known.loaded = known.total;
    }
    const all = [...files.values()].map((each) => ({ ...each }));
    const sum = (key: 'loaded' | 'total'): number => all.reduce((bytes, each) => bytes + each[key], 0);
    report({
      type: 'model-progress',
      model,
      loaded: sum('loaded'),
      total: sum('total'),
      fromCache: false,
      files: all,
    });
  };
}

/** What the library says of a file that a server or a folder does not have. */
const MISSING =
  /Could not locate file: "https:\/\/models\.invalid\/model-\d+\/([^"]+)"|file was not found locally at "[^"]*?((?:onnx\/)?[^"/\\]+)"|Local file missing at "[^"]*?((?:onnx\/)?[^"/\\]+)"/;

/** An error of the library in the contract's form. @param attempt what it could not do */
export function libraryError(model: TransformersModel, attempt: 'load' | 'run', error: unknown): unknown {
  if (FoundationError.isInstance(error)) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  const message = error instanceof Error ? error.message : String(error);
  // The library's class has no name of its own in its minified builds.
  const missing = MISSING.exec(message);
  if (missing) {
    return new FoundationError({
      code: 'DOWNLOAD_FAILED',
      message: `Model '${model.id}' has no file ${missing.slice(1).find(Boolean)} in ${model.source}. Its source is the folder with config.json; files of dtype ${model.dtype ?? 'q8'} lie in its folder onnx.`,
      retryable: false,
      cause: error,
    });
  }
  return new FoundationError({
    code: 'MODEL_INVALID',
    message: `transformers.js cannot ${attempt} model '${model.id}' as ${model.kind}: ${message}`,
    cause: error,
  });
}

/** What the tokenizers of the library have in common. */
export type Tokenizer = Awaited<ReturnType<Library['AutoTokenizer']['from_pretrained']>>;

/** Longest sequence that a model reads, with its special tokens. */
export function maxTokensOf(model: TransformersModel, tokenizer: Tokenizer): number {
  if (model.maxTokens !== undefined) return model.maxTokens;
  const { model_max_length: length } = tokenizer as unknown as { model_max_length?: number };
  // Files without a limit have 10³⁰.
  return length !== undefined && length > 0 && length < 1e6 ? length : 512;
}
