/** Waits, or rejects with the signal's reason. Ends early when the browser is online again. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const settle = (act: () => void) => () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (hasEvents) globalThis.removeEventListener('online', onOnline);
      act();
    };
    const hasEvents = typeof globalThis.addEventListener === 'function';
    const onAbort = settle(() => reject(signal?.reason));
    const onOnline = settle(resolve);
    const timer = setTimeout(settle(resolve), milliseconds);
    signal?.addEventListener('abort', onAbort);
    if (hasEvents) globalThis.addEventListener('online', onOnline);
  });
}

/** The promise's result, or the signal's reason if that comes first. The work behind the promise continues. */
export function orAbort<Value>(promise: Promise<Value>, signal?: AbortSignal): Promise<Value> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) {
      promise.catch(() => {});
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Any of the given signals, without the cost of `AbortSignal.any` for fewer than two. */
export function anySignal(...signals: (AbortSignal | undefined)[]): AbortSignal | undefined {
  const present = signals.filter((signal) => signal !== undefined);
  return present.length > 1 ? AbortSignal.any(present) : present[0];
}
