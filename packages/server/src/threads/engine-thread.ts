/** The side that listens: a worker thread as a handler of requests. */
import { FoundationError } from '@nearfield/spec';
import { deserializeError } from '@nearfield/spec/implement';
import type { Peer, RequestLog } from '../handler.ts';
import type { FromEngine, ReportError, ThreadWorker, ToEngine } from './messages.ts';

export interface EngineThreadHost {
  /** Starts the thread. Called again if it dies. */
  start: () => ThreadWorker;
  onError: ReportError;
  /** Counts of the whole server. */
  metrics: () => Promise<string>;
}

interface Waiting {
  resolve: (answer: FromEngine & { type: 'answer' }) => void;
  reject: (error: Error) => void;
  /** Of a streamed answer. */
  part?: ((part: Uint8Array<ArrayBuffer> | undefined) => void) | undefined;
}

/** A thread that answers requests. One that dies fails what it was answering, and the next request has a new one. */
export class EngineThread {
  readonly #host: EngineThreadHost;
  readonly #waiting = new Map<number, Waiting>();
  #worker: ThreadWorker | undefined;
  #ids = 0;
  #isClosed = false;
  #isReady = false;
  readonly #readiness: ((error: Error | undefined) => void)[] = [];
  #notReady: Error | undefined;
  #failure: Error | undefined;

  constructor(host: EngineThreadHost) {
    this.#host = host;
  }

  /** Starts the thread before the first request. */
  start(): void {
    this.#started();
  }

  /** Why the thread can answer nothing. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves once they do. @throws the error that keeps them from it */
  async ready(): Promise<void> {
    if (this.#isReady) return;
    if (this.#notReady) throw this.#notReady;
    await new Promise<void>((resolve, reject) => {
      this.#readiness.push((error) => (error ? reject(error) : resolve()));
    });
  }

  /** The answer to a request whose body was read already, with what is to be logged of it. */
  async ask(
    request: Request,
    body: Uint8Array<ArrayBuffer> | undefined,
    peer: Peer | undefined,
  ): Promise<{ response: Response; log: RequestLog | undefined }> {
    if (this.#failure) throw this.#failure;
    const id = this.#ids++;
    const { signal } = request;
    const abort = (): void => this.#say({ type: 'abort', id });
    signal.throwIfAborted();
    signal.addEventListener('abort', abort, { once: true });
    const answer = await new Promise<FromEngine & { type: 'answer' }>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const { method, url, headers } = request;
      this.#say(
        { type: 'request', id, method, url, headers: [...headers], body, peer },
        body ? [body.buffer] : [],
      );
    }).catch((error: unknown) => {
      signal.removeEventListener('abort', abort);
      throw error;
    });
    const { status, headers, log } = answer;
    const isStream = answer.body === 'stream';
    if (!isStream) {
      this.#waiting.delete(id);
      signal.removeEventListener('abort', abort);
    }
    const content =
      answer.body === 'stream'
        ? this.#streamed(id, () => signal.removeEventListener('abort', abort))
        : answer.body;
    return {
      response: new Response(content, { status, headers: headers.map(([name, value]) => [name, value]) }),
      log,
    };
  }

  /** Ends the thread once its foundation is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (!worker || this.#failure) return;
    const ended = new Promise<void>((resolve) => worker.on('exit', () => resolve()));
    this.#say({ type: 'close' });
    await ended;
  }

  #streamed(id: number, done: () => void): ReadableStream<Uint8Array> {
    const end = (): void => {
      this.#waiting.delete(id);
      done();
    };
    return new ReadableStream<Uint8Array>({
      pull: (controller) =>
        new Promise<void>((resolve, reject) => {
          const waiting = this.#waiting.get(id);
          if (!waiting) return reject(died());
          waiting.part = (part) => {
            if (part) controller.enqueue(part);
            else {
              end();
              controller.close();
            }
            resolve();
          };
          waiting.reject = (error) => {
            end();
            reject(error);
          };
          this.#say({ type: 'pull', id });
        }),
      cancel: () => {
        end();
        this.#say({ type: 'abort', id });
      },
    });
  }

  #say(message: ToEngine, transfer: readonly ArrayBuffer[] = []): void {
    this.#started().postMessage(message, transfer);
  }

  #started(): ThreadWorker {
    if (this.#worker) return this.#worker;
    const worker = this.#host.start();
    this.#worker = worker;
    worker.on('message', (message) => this.#hear(message as FromEngine));
    worker.on('error', (cause) => {
      const error = died(cause);
      this.#host.onError(error, 'thread');
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      this.#isReady = false;
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of waiting) reject(died());
      if (!this.#isClosed && !this.#failure) this.#settle(died());
    });
    return worker;
  }

  #hear(message: FromEngine): void {
    switch (message.type) {
      case 'ready':
        this.#settle(undefined);
        break;
      case 'failed':
        this.#fail(deserializeError(message.error));
        break;
      case 'not-ready':
        this.#settle(deserializeError(message.error));
        break;
      case 'answer':
        this.#waiting.get(message.id)?.resolve(message);
        break;
      case 'part':
        this.#waiting.get(message.id)?.part?.(message.part);
        break;
      case 'broken': {
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        waiting?.reject(deserializeError(message.error));
        break;
      }
      case 'metrics':
        void this.#host.metrics().then((text) => this.#say({ type: 'metrics', id: message.id, text }));
        break;
      case 'error': {
        const error = deserializeError(message.error);
        if (FoundationError.isInstance(error)) this.#host.onError(error, message.requestId);
        break;
      }
      case 'closed':
        break;
    }
  }

  /** Nothing that this thread is asked can be answered, by a new one neither. */
  #fail(error: Error): void {
    this.#failure = error;
    this.#settle(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    void this.#worker?.terminate();
  }

  #settle(error: Error | undefined): void {
    this.#isReady = error === undefined;
    this.#notReady = error;
    for (const settle of this.#readiness.splice(0)) settle(error);
  }
}

const died = (cause?: unknown): FoundationError =>
  new FoundationError({
    code: 'WORKER_FAILED',
    message:
      'The thread that computed this answer ended, for want of memory perhaps. Another one is started. Send less at a time.',
    retryAfter: 1,
    cause,
  });
