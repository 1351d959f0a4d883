import type { FileProgress } from '@nearfield/spec';
import { Throttle } from '../async/throttle.ts';
import { type FileKey, nameOf } from './cache.ts';

/** The part of `BroadcastChannel` that the store uses. */
export interface Channel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  close(): void;
}

interface ProgressMessage {
  file: string;
  loaded: number;
  total: number;
}

const isProgress = (data: unknown): data is ProgressMessage => {
  const { file, loaded, total } = (data ?? {}) as Partial<ProgressMessage>;
  return typeof file === 'string' && typeof loaded === 'number' && typeof total === 'number';
};

/** The browser's channel to the other tabs and workers of this origin, if it has one. */
export function defaultChannel(): Channel | undefined {
  try {
    return typeof BroadcastChannel === 'function' ? new BroadcastChannel('nearfield-downloads') : undefined;
  } catch {
    // Denied, as in a sandboxed frame: progress then is each tab's own.
    return undefined;
  }
}

/**
 * Reports one file's download in this tab and to the others: the holder of the lock downloads and reports, the others
 * listen. The channel is open only as long as a download is, because an open one keeps a Node process alive.
 */
export class ProgressChannel {
  readonly #channel: Channel | undefined;
  readonly #file: string;
  readonly #path: string;
  readonly #emit: (progress: FileProgress) => void;
  readonly #listener: (event: { data: unknown }) => void;
  readonly #throttle = new Throttle();

  /** @param emit reports in this tab: own progress and that of the others. */
  constructor(channel: Channel | undefined, key: FileKey, emit: (progress: FileProgress) => void) {
    this.#channel = channel;
    this.#file = nameOf(key);
    this.#path = key.path;
    this.#emit = emit;
    this.#listener = ({ data }) => {
      if (!isProgress(data) || data.file !== this.#file) return;
      emit({ path: key.path, state: 'downloading', loaded: data.loaded, total: data.total });
    };
    channel?.addEventListener('message', this.#listener);
  }

  /**
   * Reports how far this tab's download is, in bytes.
   * @param total 0 until the size is known.
   */
  report(loaded: number, total: number): void {
    this.#emit({ path: this.#path, state: 'downloading', loaded, total });
    if (!this.#throttle.isDue(loaded >= total)) return;
    this.#channel?.postMessage({ file: this.#file, loaded, total } satisfies ProgressMessage);
  }

  close(): void {
    this.#channel?.removeEventListener('message', this.#listener);
    this.#channel?.close();
  }
}
