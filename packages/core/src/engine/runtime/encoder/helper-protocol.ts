/** Messages between the realm of an engine and those that compute with copies of its encoders. */
import type { EncoderCopy, EncoderText, TeamMessage } from '@nearfield/encoder';

/** What is computed of texts. */
export interface TextWork {
  readonly texts: readonly EncoderText[];
  /** Leading numbers of each vector to keep. */
  readonly dimensions: number;
  readonly normalized: boolean;
  /** Number of the task whose adapter is used, for models that have some. */
  readonly task?: number | undefined;
}

export type ToHelper =
  | { readonly type: 'open'; readonly model: number; readonly copy: EncoderCopy }
  | { readonly type: 'encode'; readonly run: number; readonly model: number; readonly work: TextWork }
  | { readonly type: 'abort'; readonly run: number }
  | { readonly type: 'close'; readonly model: number }
  /** For its half of a team of threads. */
  | { readonly type: 'team'; readonly message: TeamMessage };

export type FromHelper =
  /** It listens. */
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly run: number; readonly vectors: readonly Float32Array[] }
  | { readonly type: 'failed'; readonly run: number; readonly error: unknown };

/** A realm that helps, seen from the engine's. */
export interface Helper {
  post(message: ToHelper, transfer?: readonly ArrayBuffer[]): void;
  /** @param listen gets its messages. Called once. */
  listen(listen: (message: FromHelper) => void): void;
  /** Resolves with the reason when it has ended by itself, or could not be started. */
  readonly ended: Promise<string>;
  end(): void;
}
