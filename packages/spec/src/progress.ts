/** States of one model file on its way to the runtime. */
export type FileState = 'waiting' | 'downloading' | 'from-cache' | 'done';

/** Progress of one file. Sizes in bytes. */
export interface FileProgress {
  path: string;
  state: FileState;
  loaded: number;
  /** 0 until the size is known. */
  total: number;
}

/**
 * Progress of a running call. Model loading comes first (`model-progress` with the total of all files
 * before the first byte moves, then `model-state`), then the work itself (`work-progress`).
 */
export type CallProgress =
  | {
      type: 'model-progress';
      model: string;
      /** Bytes of all files of this model. */
      loaded: number;
      total: number;
      /** True if every file came from the cache. */
      fromCache: boolean;
      files: FileProgress[];
    }
  | { type: 'model-state'; model: string; state: 'compiling' | 'checking' | 'ready'; device?: string }
  | {
      type: 'work-progress';
      /** Inputs finished and all inputs of the call. */
      inputs: { done: number; total: number };
      /** Tokens finished, and all tokens once everything is tokenised. */
      tokens: { done: number; total: number };
    };

/** Receives the progress of a call. */
export type ProgressListener = (event: CallProgress) => void;

/**
 * Calls a listener. As with an `EventTarget`, an error that it throws does not fail the call: it is reported as an
 * uncaught one (`reportError`, or on the console in hosts without it, such as Node).
 */
export function tellProgress(listener: ProgressListener | undefined, event: CallProgress): void {
  try {
    listener?.(event);
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else console.error('A listener of onProgress failed:', error);
  }
}

/** `interactive` work goes before `bulk` work, whenever it arrives. */
export type Priority = 'interactive' | 'bulk';

/** The second argument of every method. */
export interface CallOptions {
  /** Cancels the call: queued, downloading or between batches. The call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Called with progress events. Errors it throws are reported (`reportError`; the console in Node) and do not fail
   * the call.
   * @default none
   */
  onProgress?: ProgressListener | undefined;
  /** @default 'interactive' for up to 8 inputs, 'bulk' above */
  priority?: Priority | undefined;
  /** Milliseconds after which the call fails with SERVICE_TIMEOUT. @default the implementation's own */
  timeout?: number | undefined;
}
