import { type CallOptions, FoundationError } from '@nearfield/spec';
import { serializeError, shortened, tellProgress } from '@nearfield/spec/implement';
import { transfer } from 'comlink';
import type { EngineMethod } from '../boundary/methods.ts';
import type { CallMessage, ControlMessage, WireOptions } from '../boundary/protocol.ts';
import type { LiveWorker } from './live-worker.ts';

/** Sends a call to a worker over a port of its own, which also carries its progress and its abort. */
export async function sendCall(
  live: LiveWorker,
  method: EngineMethod,
  argument: unknown,
  { signal, onProgress, priority }: CallOptions,
  closing: AbortSignal,
): Promise<unknown> {
  await raceSignals(Promise.race([live.report, live.death]), signal, closing);
  const { port1: port, port2 } = new MessageChannel();
  const onAbort = (): void =>
    port.postMessage({ type: 'abort', reason: serializeError(signal?.reason) } satisfies ControlMessage);
  signal?.addEventListener('abort', onAbort, { once: true });
  let finished = false;
  const ended = new Promise<void>((resolve) => {
    port.onmessage = ({ data }: MessageEvent<CallMessage>) => {
      if (data.type === 'call-end') resolve();
      else if (!finished) tellProgress(onProgress, data);
    };
  });
  const stopHeartbeat = live.watchHeartbeat();
  try {
    const wireOptions: WireOptions = { priority, progress: onProgress !== undefined };
    const answer = live.api.call(method, argument, wireOptions, transfer(port2, [port2]));
    // The last progress is reported before the call returns.
    const result = onProgress ? Promise.all([answer, ended]).then(([value]) => value) : answer;
    return await raceSignals(Promise.race([result, live.death]), signal, closing);
  } catch (error) {
    throw uncloneable(error) ?? error;
  } finally {
    finished = true;
    stopHeartbeat();
    signal?.removeEventListener('abort', onAbort);
    port.close();
  }
}

/** Rejects at once when the call is aborted or the foundation closed, whatever the worker is doing. */
export async function raceSignals<Value>(
  work: Promise<Value>,
  ...signals: (AbortSignal | undefined)[]
): Promise<Value> {
  const listeners = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    for (const each of signals) {
      if (each?.aborted) reject(each.reason);
      each?.addEventListener('abort', () => reject(each.reason), { signal: listeners.signal });
    }
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    listeners.abort();
  }
}

/** The error for values that cannot cross to a worker (functions, symbols, closed pictures). */
function uncloneable(error: unknown): FoundationError | undefined {
  if (!(error instanceof DOMException) || error.name !== 'DataCloneError') return undefined;
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `The request holds something that cannot be sent to the worker: ${shortened(error.message, 300)} Leave out what is not plain data.`,
    param: 'body',
    cause: error,
  });
}
