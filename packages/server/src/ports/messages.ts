/** Requests and answers as messages, between the one who was asked over HTTP and the one who computes. */
import type { SerializedError } from '@nearfield/spec/implement';
import type { Peer, RequestLog } from '../handler.ts';

/** From the side that was asked. */
export type ToAnswering =
  | {
      type: 'request';
      id: number;
      method: string;
      url: string;
      headers: readonly (readonly [name: string, value: string])[];
      body: Uint8Array<ArrayBuffer> | undefined;
      peer?: Peer | undefined;
    }
  /** Its caller went away. */
  | { type: 'abort'; id: number }
  /** The next part of a streamed answer is wanted. */
  | { type: 'pull'; id: number };

/** From the side that computes. */
export type ToAsking =
  | {
      type: 'answer';
      id: number;
      status: number;
      headers: readonly (readonly [name: string, value: string])[];
      /** Whole, or to be pulled part by part. */
      body: Uint8Array<ArrayBuffer> | 'stream' | undefined;
      log?: RequestLog | undefined;
    }
  | { type: 'part'; id: number; part: Uint8Array<ArrayBuffer> | undefined }
  | { type: 'broken'; id: number; error: SerializedError };

/** An answer, and what is to be logged of it. */
export interface Answered {
  response: Response;
  log: RequestLog | undefined;
}
