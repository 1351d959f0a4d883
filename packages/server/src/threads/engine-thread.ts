/** The side that listens: a worker thread as a handler of requests. */
import { FoundationError } from '@nearfield/spec';
import { deserializeError } from '@nearfield/spec/implement';
import type { Peer } from '../handler.ts';
import { AskingPort } from '../ports/asking.ts';
import type { Answered } from '../ports/messages.ts';
import type { FromEngine, ReportError, ThreadMemory, ThreadWorker, ToEngine } from './messages.ts';

export interface EngineThreadHost {
  /** Starts the thread. Called again if it dies. */
  start: () => ThreadWorker;
  onError: ReportError;
  /** Counts of the whole server. */
  metrics: () => Promise<string>;
}

/** A thread that answers requests. One that dies fails what it was answering, and the next request has a new one. */
export class EngineThread {
  readonly #host: EngineThreadHost;
  readonly #asking = new AskingPort((message, transfer) => this.#say(message, transfer));
  #worker: ThreadWorker | undefined;
  #isClosed = false;
  #isReady = false;
  readonly #readiness: ((error: Error | undefined) => void)[] = [];
  readonly #memory: ((memory: ThreadMemory | undefined) => void)[] = [];
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
  ): Promise<Answered> {
    if (this.#failure) throw this.#failure;
    return this.#asking.ask(request, body, { peer, transfer: true });
  }

  /** Bytes of the thread, as soon as it has time to say; undefined if it does not run. */
  memory(): Promise<ThreadMemory | undefined> {
    if (!this.#worker || this.#failure) return Promise.resolve(undefined);
    this.#say({ type: 'memory' });
    return new Promise((resolve) => this.#memory.push(resolve));
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
      this.#asking.fail(died());
      for (const resolve of this.#memory.splice(0)) resolve(undefined);
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
      case 'part':
      case 'broken':
        this.#asking.hear(message);
        break;
      case 'metrics':
        void this.#host.metrics().then((text) => this.#say({ type: 'metrics', id: message.id, text }));
        break;
      case 'memory':
        for (const resolve of this.#memory.splice(0)) resolve(message.memory);
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
    this.#asking.fail(error);
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
