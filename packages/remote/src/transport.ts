import { type CallOptions, FoundationError } from '@nearfield/spec';
import { parseResponse } from '@nearfield/spec/implement';
import { failureOf, jsonOf, parseJson, readable, tokensOf } from './answers.ts';
import type { Budget } from './budget.ts';
import type { Clock } from './clock.ts';
import { Pacer, type Pass } from './pacer.ts';
import { isRateRefusal, mayRepeat, pause, waitBefore } from './retry.ts';
import { Secrets } from './secrets.ts';
import { type Stop, stopOf } from './stop.ts';

/** A fixed key, or a function that returns one. It is called before every request, so that keys can be renewed. */
export type ApiKey = string | (() => string | Promise<string>);

export interface TransportOptions {
  apiKey?: ApiKey | undefined;
  fetch?: typeof fetch | undefined;
  headers?: Record<string, string> | undefined;
  /** Milliseconds. */
  timeout: number;
  /** Repetitions of a request that failed. */
  retries: number;
  /** Of each service, that is, of each origin. */
  budget: Budget;
  clock: Clock;
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
  /** Whether the server may be asked twice: it changes nothing there. */
  isRepeatable: boolean;
  /** Size of the inputs, see `sizeOf`. */
  size?: number | undefined;
  /** Whether others wait behind it: then it waits as often as the server wants it to. */
  isPart?: boolean | undefined;
}

type ResponseSchema<Output> = Parameters<typeof parseResponse<Output>>[0];

/** Refusals for which a part of a larger call waits. */
const PATIENCE = 20;

/** An answer whose body was not read yet. */
interface Open {
  response: Response;
  pass: Pass;
  secrets: Secrets;
}

/** Sends requests and turns everything that can go wrong into the contract's errors. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #closing = new AbortController();
  readonly #pacers = new Map<string, Pacer>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Stops running calls; later ones reject with CLOSED. */
  close(): void {
    this.#closing.abort();
  }

  /** One request whose answer is JSON of the given shape. */
  async json<Output>(call: Call, schema: ResponseSchema<Output>, options: CallOptions = {}): Promise<Output> {
    const stop = this.#stop(call, options, options.timeout !== undefined);
    try {
      return await this.#repeated(call, stop, async () => {
        const { response, pass, secrets } = await this.#open(call, stop, options);
        const { headers } = response;
        try {
          const text = await response.text();
          const answer = parseResponse(schema, parseJson(text, call.what, secrets), call.what);
          pass.leave({ headers, tokens: tokensOf(answer) });
          return answer;
        } catch (error) {
          throw stop.error() ?? secrets.outOf(readable(error, call));
        } finally {
          pass.leave({ headers });
        }
      });
    } finally {
      stop.done();
    }
  }

  /**
   * One request whose answer is read as it arrives. The timeout is for each wait, not for the whole.
   * @param onOpen receives the secrets of the request before the first bytes come
   */
  async *bytes(
    call: Call,
    options: CallOptions = {},
    onOpen?: (secrets: Secrets) => void,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const stop = this.#stop(call, options, false);
    let open: Open | undefined;
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      open = await this.#repeated(call, stop, () => this.#open(call, stop, options));
      onOpen?.(open.secrets);
      reader = open.response.body?.getReader();
      while (reader) {
        stop.restart();
        const { done, value } = await reader.read();
        if (done) return;
        // The time that the caller takes is not the server's.
        stop.rest();
        yield value;
      }
    } catch (error) {
      const known = readable(error, call);
      throw stop.error() ?? open?.secrets.outOf(known) ?? known;
    } finally {
      stop.done();
      open?.pass.leave({ headers: open.response.headers });
      // Also runs when the caller leaves the loop: the rest is not wanted.
      await reader?.cancel().catch(() => undefined);
    }
  }

  /** Runs a request until it succeeds, may not be repeated, or the time is over. */
  async #repeated<Result>(call: Call, stop: Stop, once: () => Promise<Result>): Promise<Result> {
    const { retries, clock } = this.#options;
    let failures = 0;
    let refusals = 0;
    for (;;) {
      try {
        return await once();
      } catch (error) {
        if (stop.signal.aborted) throw stop.error() ?? error;
        if (!mayRepeat(error, call.isRepeatable)) throw error;
        if (isRateRefusal(error)) {
          // The pacer holds all requests of the service back.
          refusals++;
          if (refusals > (call.isPart && retries > 0 ? PATIENCE : retries)) throw error;
          if (!stop.allows(this.#pacerOf(call).pause)) throw error;
        } else {
          failures++;
          const wait = waitBefore(failures, error);
          if (failures > retries || !stop.allows(wait)) throw error;
          stop.rest();
          await pause(clock, wait, stop.signal).catch((reason: unknown) => {
            throw stop.error() ?? reason;
          });
        }
      }
    }
  }

  #pacerOf({ url }: Call): Pacer {
    const { budget, clock } = this.#options;
    const pacer = this.#pacers.get(url.origin) ?? new Pacer(budget, clock);
    this.#pacers.set(url.origin, pacer);
    return pacer;
  }

  async #open(call: Call, stop: Stop, { priority }: CallOptions): Promise<Open> {
    let pass: Pass | undefined;
    let secrets = new Secrets(this.#options.headers);
    try {
      stop.rest();
      const isUrgent = priority ? priority === 'interactive' : !call.isPart;
      pass = await this.#pacerOf(call).enter(call.size ?? 0, isUrgent, stop.signal);
      stop.restart();
      const body = call.body === undefined ? undefined : jsonOf(call.body);
      const key = await this.#key(call);
      secrets = new Secrets(this.#options.headers, key);
      const headers = new Headers({ Accept: 'application/json', ...this.#options.headers, ...call.headers });
      if (key) headers.set('Authorization', `Bearer ${key}`);
      if (body !== undefined) headers.set('Content-Type', 'application/json');
      const send = this.#options.fetch ?? globalThis.fetch;
      stop.signal.throwIfAborted();
      const response = await send(call.url.href, {
        method: call.method,
        headers,
        signal: stop.signal,
        // Following a redirect would turn a POST into a GET.
        redirect: call.method === 'GET' ? 'follow' : 'manual',
        ...(body === undefined ? {} : { body }),
      });
      if (!response.ok) throw await failureOf(response, call, secrets);
      return { response, pass, secrets };
    } catch (error) {
      const known = stop.error() ?? secrets.outOf(readable(error, call));
      pass?.leave({ refusal: isRateRefusal(known) ? known : undefined });
      throw known;
    }
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

  #stop(call: Call, options: CallOptions, isOfCall: boolean): Stop {
    const { timeout, clock } = this.#options;
    return stopOf({ call, options, closing: this.#closing.signal, timeout, clock }, isOfCall);
  }
}
