import { FoundationError } from '@nearfield/spec';
import { formatBytes } from '@nearfield/storage';
import { orAbort } from '../../async/abort.ts';

/** What a server may do to whoever fetches from it. */
export interface InputLimits {
  /** Milliseconds without a byte after which a connection is given up. */
  stallTimeout: number;
  /** Milliseconds for all of it. */
  timeout: number;
  /** Bytes of all of it. */
  bytes: number;
}

export const INPUT_LIMITS: InputLimits = { stallTimeout: 30_000, timeout: 3_600_000, bytes: 2 ** 30 };

/**
 * The bytes at an address, within limits; a blob of this page is read without.
 * @throws FoundationError DOWNLOAD_FAILED; INPUT_VALIDATION_FAILED if there are too many bytes. The stream's errors are
 * the same.
 */
export async function openInput(
  url: string,
  fetchIt: typeof fetch,
  limits: InputLimits,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const isHere = url.startsWith('blob:');
  const guard = new Guard(url, limits, signal);
  let response: Response;
  try {
    response = await guard.watch(fetchIt(url, { signal: guard.signal }));
  } catch (cause) {
    guard.end();
    signal?.throwIfAborted();
    if (FoundationError.isInstance(cause)) throw cause;
    throw failed(url, whyNot(cause), { retryable: !isCircle(cause), cause });
  }
  if (!response.ok || !response.body) {
    guard.end();
    await response.body?.cancel().catch(() => {});
    const { status } = response;
    throw failed(url, `status ${status}`, { status, retryable: status >= 500 || status === 429 });
  }
  const announced = Number(response.headers.get('content-length') ?? 0);
  if (!isHere && announced > limits.bytes) {
    guard.end();
    await response.body.cancel().catch(() => {});
    throw tooLarge(url, limits, announced);
  }
  return isHere ? response.body : guarded(response.body, url, limits, guard);
}

/** Passes bytes on as they are wanted: whoever stores them slowly is not taken for a server that stalls. */
function guarded(
  body: ReadableStream<Uint8Array>,
  url: string,
  limits: InputLimits,
  guard: Guard,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  const give = (error: unknown): never => {
    guard.end();
    reader.cancel(error).catch(() => {});
    throw error;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let part: ReadableStreamReadResult<Uint8Array>;
        try {
          part = await guard.watch(reader.read());
        } catch (cause) {
          guard.outer?.throwIfAborted();
          return give(
            FoundationError.isInstance(cause)
              ? cause
              : failed(url, `the connection ended after ${formatBytes(bytes)}`, { cause }),
          );
        }
        if (part.done) {
          guard.end();
          controller.close();
          return;
        }
        bytes += part.value.length;
        if (bytes > limits.bytes) give(tooLarge(url, limits));
        controller.enqueue(part.value);
      },
      async cancel(reason) {
        guard.end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Ends a connection on which nothing comes, or which takes too long. */
class Guard {
  readonly outer: AbortSignal | undefined;
  /** Aborted by whoever wants the lines no more, or by the guard. */
  readonly signal: AbortSignal;
  readonly #url: string;
  readonly #limits: InputLimits;
  readonly #controller = new AbortController();
  readonly #deadline: ReturnType<typeof setTimeout>;

  constructor(url: string, limits: InputLimits, outer: AbortSignal | undefined) {
    this.#url = url;
    this.#limits = limits;
    this.outer = outer;
    this.signal = outer ? AbortSignal.any([outer, this.#controller.signal]) : this.#controller.signal;
    const { timeout } = limits;
    this.#deadline = setTimeout(
      () => this.#controller.abort(failed(url, `it took more than ${timeout / 1000} seconds`)),
      timeout,
    );
  }

  end(): void {
    clearTimeout(this.#deadline);
  }

  /** What the server does next, if it does it in time. */
  async watch<Value>(next: Promise<Value>): Promise<Value> {
    const { stallTimeout } = this.#limits;
    const timer = setTimeout(
      () => this.#controller.abort(failed(this.#url, `nothing came for ${stallTimeout / 1000} seconds`)),
      stallTimeout,
    );
    try {
      return await orAbort(next, this.signal);
    } catch (error) {
      throw this.#controller.signal.aborted ? this.#controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

interface Details {
  status?: number;
  retryable?: boolean;
  cause?: unknown;
}

const failed = (url: string, why: string, { retryable = true, ...details }: Details = {}): FoundationError =>
  new FoundationError({
    code: 'DOWNLOAD_FAILED',
    message: `The lines could not be fetched from ${url}: ${why}.`,
    param: 'input_url',
    retryable,
    ...details,
  });

function tooLarge(url: string, { bytes }: InputLimits, announced?: number): FoundationError {
  const size = announced === undefined ? 'more' : formatBytes(announced);
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message: `Validation error: 'input_url': ${url} has ${size}; a job reads at most ${formatBytes(bytes)}. Divide the lines among several jobs.`,
    param: 'input_url',
  });
}

/** Node hides what happened in the cause; browsers do not tell at all. */
const wordsOf = (error: unknown): string => {
  const { cause } = (error ?? {}) as { cause?: unknown };
  return cause instanceof Error ? cause.message : '';
};

const isCircle = (error: unknown): boolean => /redirect/i.test(wordsOf(error));

function whyNot(error: unknown): string {
  const words = wordsOf(error);
  if (isCircle(error)) return `it leads from address to address without an end (${words})`;
  if (typeof location === 'object')
    return 'no answer, or its server does not allow this page to read it (CORS)';
  return words === '' ? 'no answer' : `no answer (${words})`;
}
