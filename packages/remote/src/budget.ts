/** Requests that a client may make. A missing limit is none. */
export interface Budget {
  /** Requests per minute. */
  requestsPerMinute?: number | undefined;
  /** Tokens per minute, of inputs. */
  tokensPerMinute?: number | undefined;
  /** Requests at a time. */
  concurrency?: number | undefined;
}

/** Tiers of the API's keys. */
export type Tier = 'free' | 'tier-1' | 'tier-2';

/** Source: OpenAPI document 2026.05.13, "Rate Limits". */
export const TIERS: Readonly<Record<Tier, Required<Budget>>> = {
  free: { requestsPerMinute: 500, tokensPerMinute: 1_000_000, concurrency: 5 },
  'tier-1': { requestsPerMinute: 500, tokensPerMinute: 10_000_000, concurrency: 50 },
  'tier-2': { requestsPerMinute: 5000, tokensPerMinute: 100_000_000, concurrency: 500 },
};

const MINUTE = 60_000;

/**
 * One limit per minute. An amount is in use from the moment a request starts until a minute after its answer: whenever
 * the server counted it in between, no minute of the server's holds more than the limit.
 */
export class MinuteLimit {
  #limit: number;
  /** In use by requests without an answer. */
  #running = 0;
  /** In use by answered requests, in the order in which they end. */
  #ending: { at: number; amount: number }[] = [];
  #endingSum = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** When an amount may be taken: `now` at best, Infinity if only an answer can tell. More than the limit goes alone. */
  freeAt(amount: number, now: number): number {
    this.#expire(now);
    let over = Math.min(
      this.#running + this.#endingSum + amount - this.#limit,
      this.#running + this.#endingSum,
    );
    if (over <= 0) return now;
    for (const { at, amount: ended } of this.#ending) {
      over -= ended;
      if (over <= 0) return at;
    }
    return Number.POSITIVE_INFINITY;
  }

  take(amount: number): void {
    this.#running += amount;
  }

  /** A request that took `taken` has its answer and used `amount`. */
  settle(taken: number, amount: number, now: number): void {
    this.#running -= taken;
    this.#end(amount, now);
  }

  /** What the server says is left, after it counted a request that was answered now; and its limit, if it says it. */
  correct(left: number, limit: number | undefined, now: number): void {
    if (limit !== undefined) this.#limit = limit;
    else if (left >= this.#limit) this.#limit = left + 1;
    if (this.#limit === Number.POSITIVE_INFINITY) return;
    this.#expire(now);
    // Others use the same key.
    const unseen = this.#limit - this.#running - this.#endingSum - left;
    if (unseen > 0) this.#end(unseen, now);
  }

  #end(amount: number, now: number): void {
    this.#ending.push({ at: now + MINUTE, amount });
    this.#endingSum += amount;
  }

  #expire(now: number): void {
    while (this.#ending.length > 0 && this.#ending[0]!.at <= now) {
      this.#endingSum -= this.#ending.shift()!.amount;
    }
    if (this.#ending.length === 0) this.#endingSum = 0;
  }
}
