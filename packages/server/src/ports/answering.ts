/** The side that computes: requests that come by messages, given to a handler. */
import { serializeError } from '@nearfield/spec/implement';
import type { FetchHandler, RequestLog } from '../handler.ts';
import type { ToAnswering, ToAsking } from './messages.ts';

/** Answers of these types are streamed: their end is not known. */
const STREAMED = /jsonl/;

export interface AnsweringPortOptions {
  handler: FetchHandler;
  say: (message: ToAsking, transfer?: readonly ArrayBuffer[]) => void;
  /** What is to be logged of an answered request, by its id. @default nothing */
  logOf?: ((requestId: string) => RequestLog | undefined) | undefined;
}

/** Requests of the other side of a port that are being answered. */
export class AnsweringPort {
  readonly #options: AnsweringPortOptions;
  readonly #running = new Map<number, AbortController>();
  readonly #streams = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();
  readonly #idle: (() => void)[] = [];

  constructor(options: AnsweringPortOptions) {
    this.#options = options;
  }

  /** Takes a message of the other side. */
  hear(message: ToAnswering): void {
    if (message.type === 'request') void this.#answer(message);
    else if (message.type === 'pull') void this.#pull(message.id);
    else this.#abort(message.id);
  }

  /** Ends whatever is being answered: nobody hears it. */
  abort(): void {
    for (const id of [...this.#running.keys()]) this.#abort(id);
  }

  /** Resolves once nothing is being answered. */
  idle(): Promise<void> {
    return this.#running.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #abort(id: number): void {
    this.#running.get(id)?.abort();
    void this.#streams
      .get(id)
      ?.cancel()
      .catch(() => undefined);
    this.#end(id);
  }

  async #answer({ id, method, url, headers, body, peer }: ToAnswering & { type: 'request' }): Promise<void> {
    const { handler, say, logOf } = this.#options;
    const caller = new AbortController();
    this.#running.set(id, caller);
    try {
      const response = await handler(
        new Request(url, {
          method,
          headers: headers.map(([name, value]) => [name, value]),
          signal: caller.signal,
          ...(body && { body }),
        }),
        peer,
      );
      const head = {
        type: 'answer',
        id,
        status: response.status,
        headers: [...response.headers],
        log: logOf?.(response.headers.get('X-Request-Id') ?? ''),
      } as const;
      if (response.body && STREAMED.test(response.headers.get('Content-Type') ?? '')) {
        this.#streams.set(id, response.body.getReader());
        say({ ...head, body: 'stream' });
        return;
      }
      const bytes = response.body ? new Uint8Array(await response.arrayBuffer()) : undefined;
      say({ ...head, body: bytes }, bytes ? [bytes.buffer] : []);
    } catch (error) {
      say({ type: 'broken', id, error: serializeError(error) });
    }
    this.#end(id);
  }

  async #pull(id: number): Promise<void> {
    const { say } = this.#options;
    try {
      const { done, value } = (await this.#streams.get(id)?.read()) ?? {};
      if (done !== false) this.#end(id);
      say({ type: 'part', id, part: value && new Uint8Array(value) });
    } catch (error) {
      this.#end(id);
      say({ type: 'broken', id, error: serializeError(error) });
    }
  }

  #end(id: number): void {
    this.#streams.delete(id);
    this.#running.delete(id);
    if (this.#running.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
