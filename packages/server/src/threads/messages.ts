/** Messages between the listening thread and a computing thread. */
import type { FoundationError } from '@nearfield/spec';
import type { SerializedError } from '@nearfield/spec/implement';
import type { Peer, RequestLog } from '../handler.ts';

/** From the thread that listens. */
export type ToEngine =
  | {
      type: 'request';
      id: number;
      method: string;
      url: string;
      headers: readonly (readonly [name: string, value: string])[];
      body: Uint8Array<ArrayBuffer> | undefined;
      peer: Peer | undefined;
    }
  /** Its caller went away. */
  | { type: 'abort'; id: number }
  /** The next part of a streamed answer is wanted. */
  | { type: 'pull'; id: number }
  | { type: 'metrics'; id: number; text: string }
  | { type: 'close' };

/** From a thread that computes. */
export type FromEngine =
  | { type: 'ready' }
  /** It cannot answer anything. */
  | { type: 'failed'; error: SerializedError }
  /** The models cannot be loaded; requests are answered all the same. */
  | { type: 'not-ready'; error: SerializedError }
  | {
      type: 'answer';
      id: number;
      status: number;
      headers: readonly (readonly [name: string, value: string])[];
      /** Whole, or to be pulled part by part. */
      body: Uint8Array<ArrayBuffer> | 'stream' | undefined;
      log: RequestLog | undefined;
    }
  | { type: 'part'; id: number; part: Uint8Array<ArrayBuffer> | undefined }
  | { type: 'broken'; id: number; error: SerializedError }
  | { type: 'metrics'; id: number }
  | { type: 'error'; error: SerializedError; requestId: string }
  | { type: 'closed' };

/** A server-side error with the id of its request. */
export type ReportError = (error: FoundationError, requestId: string) => void;

/** The part of Node's `MessagePort` in use: its own type would require Node's types from everyone who imports this package. */
export interface ThreadPort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  close(): void;
}

/** The part of Node's `Worker` in use. */
export interface ThreadWorker {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  terminate(): Promise<number>;
}
