/** The side that computes: a handler in a worker thread. */
import type { SearchFoundation } from '@nearfield/spec';
import { serializeError } from '@nearfield/spec/implement';
import { createHandler, type HandlerOptions, type RequestLog } from '../handler.ts';
import type { FromEngine, ThreadPort, ToEngine } from './messages.ts';

export interface EngineThreadOptions
  extends Omit<HandlerOptions, 'metrics' | 'onRequest' | 'onError' | 'limiter' | 'ready' | 'closing'> {
  /** Models that are loaded before the server says that it is ready. */
  preload?: readonly string[] | undefined;
  /** Ends what was opened beside the foundation, when the thread ends. */
  end?: (() => Promise<unknown>) | undefined;
  /** Loads a model. */
  load?: ((model: string) => Promise<unknown>) | undefined;
}

/** Answers this thread's port are streamed where their end is not known. */
const STREAMED = /jsonl/;

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
  const running = new Map<number, AbortController>();
  const streams = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();
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

  const answer = async (message: ToEngine & { type: 'request' }): Promise<void> => {
    const { id, method, url, headers, body, peer } = message;
    const caller = new AbortController();
    running.set(id, caller);
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
      const requestId = response.headers.get('X-Request-Id') ?? '';
      const log = logs.get(requestId);
      logs.delete(requestId);
      const head = {
        type: 'answer',
        id,
        status: response.status,
        headers: [...response.headers],
        log,
      } as const;
      if (response.body && STREAMED.test(response.headers.get('Content-Type') ?? '')) {
        streams.set(id, response.body.getReader());
        say({ ...head, body: 'stream' });
        return;
      }
      const bytes = response.body ? new Uint8Array(await response.arrayBuffer()) : undefined;
      say({ ...head, body: bytes }, bytes ? [bytes.buffer] : []);
      running.delete(id);
    } catch (error) {
      running.delete(id);
      say({ type: 'broken', id, error: serializeError(error) });
    }
  };

  const pull = async (id: number): Promise<void> => {
    const reader = streams.get(id);
    if (!reader) return;
    try {
      const { done, value } = await reader.read();
      if (done) end(id);
      say({ type: 'part', id, part: done ? undefined : new Uint8Array(value) });
    } catch (error) {
      end(id);
      say({ type: 'broken', id, error: serializeError(error) });
    }
  };
  const end = (id: number): void => {
    streams.delete(id);
    running.delete(id);
  };

  port.on('message', (said) => {
    const message = said as ToEngine;
    switch (message.type) {
      case 'request':
        void answer(message);
        break;
      case 'abort':
        running.get(message.id)?.abort();
        void streams
          .get(message.id)
          ?.cancel()
          .catch(() => undefined);
        end(message.id);
        break;
      case 'pull':
        void pull(message.id);
        break;
      case 'metrics':
        asked.get(message.id)?.(message.text);
        asked.delete(message.id);
        break;
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
