import { invalid } from '@nearfield/spec/implement';
import type { AddressOptions } from './addresses.ts';
import { type Budget, TIERS, type Tier } from './budget.ts';
import type { Clock } from './clock.ts';
import type { SplitOptions } from './groups.ts';
import type { ApiKey } from './transport.ts';

/** Options of `createRemote()`. */
export interface RemoteOptions extends AddressOptions {
  /**
   * Key of the API, or a function that returns one before every request. Required by api.jina.ai; custom servers may
   * not need one.
   */
  apiKey?: ApiKey | undefined;
  /** Sends the requests. @default globalThis.fetch */
  fetch?: typeof fetch | undefined;
  /** Headers of every request. @default {} */
  headers?: Record<string, string> | undefined;
  /**
   * Milliseconds that the server may take for one request; `Infinity` for no limit. The `timeout` of a call limits the
   * whole of it: all its requests, their repetitions, and the time that it waits for the budget.
   * @default 60_000
   */
  timeout?: number | undefined;
  /**
   * Repetitions of a request that failed for a reason that may pass: 408, 409, 429, 5xx, a lost connection, a damaged
   * answer. They wait as long as `Retry-After` says, or for a doubling time with jitter. What changes something at the
   * server (`train`, `batches.create`, deletions) is repeated only after a refusal (409, 429). The requests of a call
   * that was split wait for a server that is busy (429) more often.
   * @default 3
   */
  retries?: number | undefined;
  /**
   * Tier of the API key: its requests and tokens per minute, and requests at a time. Calls wait so that they stay within.
   * The server's `X-RateLimit-*` headers and refusals correct it.
   * @default 'free' at api.jina.ai; elsewhere no limit but 8 requests at a time
   */
  tier?: Tier | undefined;
  /** Limits of your own, in place of those of the tier. */
  limits?: Budget | undefined;
  /**
   * Whether a call that is too large for one request becomes several. `false` sends it as it is, and refuses more inputs
   * than the API takes: for a proxy, whose callers pay with one request.
   * @default true
   */
  split?: boolean | undefined;
}

/** Requests at a time, at servers that are not the API's. */
const AT_ONCE = 8;
/** Inputs per request of a call that is split: enough for full batches, little enough to be sent again. */
const PART_INPUTS = 512;
/** Bytes of texts per request of such a call: about 100,000 tokens of English. */
const PART_BYTES = 400_000;
/** Requests of one call that are prepared at a time. */
const MOST_AT_ONCE = 32;

/**
 * Limits of the key that options name.
 * @throws FoundationError INPUT_VALIDATION_FAILED for a tier that does not exist
 */
export function budgetOf({ tier, limits }: RemoteOptions, hosted: boolean): Budget {
  if (tier !== undefined && !Object.hasOwn(TIERS, tier)) {
    throw invalid('tier', `tier must be one of ${Object.keys(TIERS).join(', ')}.`);
  }
  return { ...(tier || hosted ? TIERS[tier ?? 'free'] : { concurrency: AT_ONCE }), ...limits };
}

/** How calls are split. @param isOn whether they are */
export function splitOf(isOn: boolean, { concurrency, tokensPerMinute }: Budget, clock: Clock): SplitOptions {
  const unlessWhole = isOn ? 1 : Number.POSITIVE_INFINITY;
  return {
    isOn,
    inputs: PART_INPUTS * unlessWhole,
    // A request that is a large share of a minute's tokens would leave the rest unused.
    bytes: Math.min(PART_BYTES, tokensPerMinute ?? PART_BYTES) * unlessWhole,
    atOnce: Math.min(concurrency ?? AT_ONCE, MOST_AT_ONCE),
    now: () => clock.now(),
  };
}
