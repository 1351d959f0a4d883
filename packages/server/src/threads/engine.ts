/** The side that computes: a handler in a worker thread. */
import type { SearchFoundation } from '@nearfield/spec';
import { serializeError } from '@nearfield/spec/implement';
import { createHandler, type HandlerOptions, type RequestLog } from '../handler.ts';
import { AnsweringPort } from '../ports/answering.ts';
import type { FromEngine, ThreadPort, ToEngine } from './messages.ts';

/** Options of the thread that has the engine. */
export interface EngineThreadOptions
  extends Omit<HandlerOptions, 'metrics' | 'onRequest' | 'onError' | 'limiter' | 'ready' | 'closing'> {
  /** Models that are loaded before the server says that it is ready. */
  preload?: readonly string[] | undefined;
  /** Ends what was opened beside the foundation, when the thread ends. */
  end?: (() => Promise<unknown>) | undefined;
  /** Loads a model. */
  load?: ((model: string) => Promise<unknown>) | undefined;
}

/** Tells the server that a thread cannot answer anything, and why. */
export function failThread(port: ThreadPort, error: unknown): void {
  port.postMessage({ type: 'failed', error: serializeError(error) } satisfies FromEngine);
}

/**
 * Answers the requests that come to a worker thread's port, until it is told to close.
 *
 * @example
 * // In the worker thread that `EngineThread` started:
 * answerInThread(parentPort, createNodeFoundation(), { preload: ['all-MiniLM-L6-v2'] });
 */
export function answerInThread(
  port: ThreadPort,
  foundation: SearchFoundation,
  { preload = [], load, end: endOthers, ...options }: EngineThreadOptions = {},
): void {
  const say = (message: FromEngine, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const logs = new Map<string, RequestLog>();
  const asked = new Map<number, (text: string) => void>();
  const closing = new AbortController();
  let isReady = preload.length === 0;
  let questions = 0;

  const handler = createHandler(foundation, {
    ...options,
    closing: closing.signal,
    ready: async () => isReady,
    onRequest: (entry) => logs.set(entry.requestId, entry),
    onError: (error, requestId) => say({ type: 'error', error: serializeError(error), requestId }),
    metrics: () =>
      new Promise((resolve) => {
        const id = questions++;
        asked.set(id, resolve);
        say({ type: 'metrics', id });
      }),
  });

  const answering = new AnsweringPort({
    handler,
    say,
    logOf: (requestId) => {
      const log = logs.get(requestId);
      logs.delete(requestId);
      return log;
    },
  });

  port.on('message', (said) => {
    const message = said as ToEngine;
    switch (message.type) {
      case 'request':
      case 'abort':
      case 'pull':
        answering.hear(message);
        break;
      case 'metrics':
        asked.get(message.id)?.(message.text);
        asked.delete(message.id);
        break;
      case 'memory': {
        const { heapUsed, external, arrayBuffers } = process.memoryUsage();
        say({ type: 'memory', memory: { heapUsed, external, arrayBuffers } });
        break;
      }
      case 'close':
        closing.abort(new Error('The server is closing.'));
        void Promise.allSettled([foundation.close(), endOthers?.()]).finally(() => {
          say({ type: 'closed' });
          port.close();
        });
        break;
    }
  });

  if (isReady) say({ type: 'ready' });
  else {
    Promise.all(preload.map((model) => load?.(model))).then(
      () => {
        isReady = true;
        say({ type: 'ready' });
      },
      (error: unknown) => say({ type: 'not-ready', error: serializeError(error) }),
    );
  }
}
