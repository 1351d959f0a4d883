import { type CallOptions, FoundationError } from '@nearfield/spec';
import { parseResponse } from '@nearfield/spec/implement';
import { errorOfAnswer } from './api-error.ts';

/** A fixed key, or a function that returns one. It is called before every request, so that keys can be renewed. */
export type ApiKey = string | (() => string | Promise<string>);

export interface TransportOptions {
  apiKey?: ApiKey | undefined;
  fetch?: typeof fetch | undefined;
  headers?: Record<string, string> | undefined;
  /** Milliseconds. */
  timeout: number;
}

/** One request to a server of the API. */
export interface Call {
  /** Name for messages, such as `embeddings`. */
  what: string;
  url: URL;
  method: 'GET' | 'POST' | 'DELETE';
  /** Sent as JSON. */
  body?: unknown;
  headers?: Record<string, string> | undefined;
  /** Whether the server refuses requests without a key. */
  needsKey: boolean;
}

type ResponseSchema<Output> = Parameters<typeof parseResponse<Output>>[0];

const ERROR_BODY_CHARACTERS = 64 * 1024;

/** The reasons to stop a request: its time limit, its signal, the end of the foundation. */
interface Stop {
  readonly signal: AbortSignal;
  /** Starts the time again, for a stream that is still moving. */
  restart(): void;
  /** The error that the stop means, or undefined if nothing was stopped. */
  error(): unknown;
  done(): void;
}

/** Sends requests and turns everything that can go wrong into the contract's errors. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #closing = new AbortController();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Stops running calls; later ones reject with CLOSED. */
  close(): void {
    this.#closing.abort();
  }

  /** One request whose answer is JSON of the given shape. */
  async json<Output>(call: Call, schema: ResponseSchema<Output>, options: CallOptions = {}): Promise<Output> {
    const stop = this.#stop(call, options);
    let redact = (text: string): string => text;
    try {
      const { response, redact: withoutKey } = await this.#send(call, stop);
      redact = withoutKey;
      const text = await response.text();
      return parseResponse(schema, parseJson(text, call.what), call.what);
    } catch (error) {
      throw stop.error() ?? readable(error, call, redact);
    } finally {
      stop.done();
    }
  }

  /** One request whose answer is read as it arrives. The timeout is for each wait, not for the whole. */
  async *bytes(call: Call, options: CallOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const stop = this.#stop(call, options);
    let redact = (text: string): string => text;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      const { response, redact: withoutKey } = await this.#send(call, stop);
      redact = withoutKey;
      reader = response.body?.getReader();
      while (reader) {
        stop.restart();
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw stop.error() ?? readable(error, call, redact);
    } finally {
      stop.done();
      // Also runs when the caller leaves the loop: the rest is not wanted.
      await reader?.cancel().catch(() => undefined);
    }
  }

  async #send(call: Call, stop: Stop): Promise<{ response: Response; redact: (text: string) => string }> {
    stop.signal.throwIfAborted();
    const body = call.body === undefined ? undefined : jsonOf(call.body);
    const key = await this.#key(call);
    const redact = (text: string): string => (key ? text.replaceAll(key, '[API key]') : text);
    const headers = new Headers({ Accept: 'application/json', ...this.#options.headers, ...call.headers });
    if (key) headers.set('Authorization', `Bearer ${key}`);
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    const send = this.#options.fetch ?? globalThis.fetch;
    stop.signal.throwIfAborted();
    let response: Response;
    try {
      response = await send(call.url.href, {
        method: call.method,
        headers,
        signal: stop.signal,
        // Following a redirect would turn a POST into a GET.
        redirect: call.method === 'GET' ? 'follow' : 'manual',
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw stop.error() ?? readable(error, call, redact);
    }
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      const location = response.headers.get('location');
      await response.body?.cancel();
      throw new FoundationError({
        code: 'RESPONSE_INVALID',
        message: `${call.url.origin} redirects ${call.what}${location ? ` to ${redact(location)}` : ''}. Use the final address as base URL.`,
        status: response.status || 502,
      });
    }
    if (!response.ok) {
      const text = (await response.text()).slice(0, ERROR_BODY_CHARACTERS);
      throw errorOfAnswer(
        { status: response.status, headers: response.headers, text, what: call.what },
        redact,
      );
    }
    return { response, redact };
  }

  async #key(call: Call): Promise<string | undefined> {
    const { apiKey, headers = {} } = this.#options;
    const key = (typeof apiKey === 'function' ? await apiKey() : apiKey)?.trim();
    if (key) {
      // Checked here because fetch would quote the key in its own error.
      if (/^[\x21-\x7e]+$/.test(key)) return key;
      throw new FoundationError({
        code: 'AUTH_INVALID_FORMAT',
        message:
          'The API key has characters that no key can have: spaces, line breaks or letters beyond ASCII.',
      });
    }
    const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
    if (call.needsKey && !hasOwn) {
      throw new FoundationError({
        code: 'AUTH_MISSING_API_KEY',
        message: `Authentication required: ${call.url.origin} answers ${call.what} only with an API key. Pass apiKey to createRemote(); keys are made at https://jina.ai/api-dashboard/key-manager.`,
      });
    }
    return undefined;
  }

  #stop(call: Call, { signal, timeout = this.#options.timeout }: CallOptions): Stop {
    const timer = new AbortController();
    const expire = (): void => timer.abort();
    let timeoutId: ReturnType<typeof setTimeout> | undefined;
    const restart = (): void => {
      clearTimeout(timeoutId);
      if (Number.isFinite(timeout)) timeoutId = setTimeout(expire, timeout);
    };
    restart();
    const closing = this.#closing.signal;
    return {
      signal: AbortSignal.any([timer.signal, closing, ...(signal ? [signal] : [])]),
      restart,
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
      done: () => clearTimeout(timeoutId),
    };
  }
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for values that JSON cannot hold: cycles, big integers, endless depth. */
function jsonOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    const [why] = (cause as Error).message.split('\n');
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `The request cannot be sent as JSON: ${why}. Leave out everything that is not plain data.`,
      param: 'body',
      cause,
    });
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FoundationError({
      code: 'RESPONSE_INVALID',
      message: `The server's answer to ${what} is not JSON: it begins with ${JSON.stringify(text.slice(0, 40))}.`,
      cause,
    });
  }
}

/** Anything thrown by fetch, as a typed error without secrets. */
function readable(error: unknown, call: Call, redact: (text: string) => string): unknown {
  if (FoundationError.isInstance(error)) return error;
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  // Node gives the reason (ECONNREFUSED, ENOTFOUND, …) in the cause; browsers give none.
  const reason = (cause as { code?: unknown } | undefined)?.code ?? message;
  return new FoundationError({
    code: 'CONNECTION_FAILED',
    message: `Could not reach ${call.url.origin} for ${call.what} (${redact(String(reason))}). Check the address and the network; in a browser the server must also allow this page (CORS).`,
    cause: new Error(redact(message)),
  });
}
