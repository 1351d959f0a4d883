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
 * One file's download as other tabs see it: the holder of the lock reports, the others listen. The channel is
 * open only as long as a download is, because an open one keeps a Node process alive.
 */
export class ProgressChannel {
  readonly #channel: Channel | undefined;
  readonly #file: string;
  readonly #listener: (event: { data: unknown }) => void;
  readonly #throttle = new Throttle();

  constructor(
    channel: Channel | undefined,
    key: FileKey,
    onProgress: (loaded: number, total: number) => void,
  ) {
    this.#channel = channel;
    this.#file = nameOf(key);
    this.#listener = ({ data }) => {
      if (isProgress(data) && data.file === this.#file) onProgress(data.loaded, data.total);
    };
    channel?.addEventListener('message', this.#listener);
  }

  tell(loaded: number, total: number): void {
    if (!this.#throttle.isDue(loaded >= total)) return;
    this.#channel?.postMessage({ file: this.#file, loaded, total } satisfies ProgressMessage);
  }

  close(): void {
    this.#channel?.removeEventListener('message', this.#listener);
    this.#channel?.close();
  }
}
