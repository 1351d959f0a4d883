/** Messages between the listening thread and a computing thread. */
import type { FoundationError } from '@nearfield/spec';
import type { SerializedError } from '@nearfield/spec/implement';
import type { ToAnswering, ToAsking } from '../ports/messages.ts';

/** From the thread that listens. */
export type ToEngine =
  | ToAnswering
  | { type: 'metrics'; id: number; text: string }
  | { type: 'memory' }
  | { type: 'close' };

/** Bytes that belong to one thread alone. */
export interface ThreadMemory {
  heapUsed: number;
  external: number;
  arrayBuffers: number;
}

/** From a thread that computes. */
export type FromEngine =
  | ToAsking
  | { type: 'ready' }
  /** It cannot answer anything. */
  | { type: 'failed'; error: SerializedError }
  /** The models cannot be loaded; requests are answered all the same. */
  | { type: 'not-ready'; error: SerializedError }
  | { type: 'metrics'; id: number }
  | { type: 'memory'; memory: ThreadMemory }
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
