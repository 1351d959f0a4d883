import { type CallOptions, FoundationError } from '@nearfield/spec';
import type { Clock } from './clock.ts';
import type { Call } from './transport.ts';

/** The reasons to stop a request: its time limit, its signal, the end of the foundation. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Starts the time again, for a stream that is still moving. */
  restart(): void;
  /** Stops the time while the client itself waits; the limit of a call goes on. */
  rest(): void;
  /** Whether some milliseconds are left. */
  allows(milliseconds: number): boolean;
  /** The error that the stop means, or undefined if nothing was stopped. */
  error(): unknown;
  done(): void;
}

/** What can stop a request. */
interface Limits {
  call: Call;
  /** Of the caller: its signal, and a limit in milliseconds. */
  options: CallOptions;
  /** The end of the foundation. */
  closing: AbortSignal;
  /** Milliseconds of one attempt, if the caller sets no limit. */
  timeout: number;
  clock: Clock;
}

/** @param isOfCall whether the time limit is one of the whole call, not of each attempt */
export function stopOf({ call, options, closing, timeout: usual, clock }: Limits, isOfCall: boolean): Stop {
  const { signal, timeout = usual } = options;
  const timer = new AbortController();
  const end = clock.now() + timeout;
  let cancel: (() => void) | undefined;
  const start = (): void => {
    cancel?.();
    cancel = Number.isFinite(timeout) ? clock.after(timeout, () => timer.abort()) : undefined;
  };
  start();
  return {
    signal: AbortSignal.any([timer.signal, closing, ...(signal ? [signal] : [])]),
    restart: () => {
      if (!isOfCall) start();
    },
    rest: () => {
      if (!isOfCall) cancel?.();
    },
    allows: (milliseconds) => !isOfCall || clock.now() + milliseconds < end,
    error: () => {
      if (signal?.aborted) return signal.reason;
      if (closing.aborted) {
        return new FoundationError({
          code: 'CLOSED',
          message: 'This foundation was closed.',
          retryable: false,
        });
      }
      if (!timer.signal.aborted) return undefined;
      return new FoundationError({
        code: 'SERVICE_TIMEOUT',
        message: `Request timed out after ${timeout / 1000} seconds: ${call.url.origin} did not answer ${call.what}. Try with smaller inputs, or set a longer timeout.`,
      });
    },
    done: () => cancel?.(),
  };
}
