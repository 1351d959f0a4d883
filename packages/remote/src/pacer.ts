import type { FoundationError } from '@nearfield/spec';
import { type Budget, MinuteLimit } from './budget.ts';
import type { Clock } from './clock.ts';

/** Bytes per token that are assumed before the first answer: few, so that a request counts as too many tokens at first. */
const FEWEST_BYTES_PER_TOKEN = 2;
/** Share of the measured bytes per token that is relied on. */
const MARGIN = 0.9;
/** Milliseconds of the first pause after a refusal that names none; each further one is twice as long. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;

/** A request that may be sent now. */
export interface Pass {
  /**
   * It was answered, refused or lost.
   * @param tokens as the server counted them, if it said so
   * @param refusal of a server that wants fewer requests
   */
  leave(answer: {
    headers?: Headers | undefined;
    tokens?: number | undefined;
    refusal?: FoundationError | undefined;
  }): void;
}

interface Waiting {
  bytes: number;
  enter: (pass: Pass) => void;
}

/** A number of a rate limit's headers; undefined without it. */
function headerOf(headers: Headers, what: string): number | undefined {
  const number = Number.parseInt(headers.get(`X-RateLimit-${what}`) ?? '', 10);
  return number >= 0 ? number : undefined;
}

/**
 * Lets requests to one service pass within its budget, urgent ones first. What the server says of limits, and its
 * refusals, correct the budget.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #requests: MinuteLimit;
  readonly #tokens: MinuteLimit;
  readonly #mostAtOnce: number;
  /** Lower than `#mostAtOnce` after a refusal; grows back with answers. */
  #atOnce: number;
  #running = 0;
  #bytesPerToken = FEWEST_BYTES_PER_TOKEN;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #refusals = 0;
  readonly #urgent: Waiting[] = [];
  readonly #rest: Waiting[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor({ requestsPerMinute, tokensPerMinute, concurrency }: Budget, clock: Clock) {
    this.#clock = clock;
    this.#requests = new MinuteLimit(requestsPerMinute ?? Number.POSITIVE_INFINITY);
    this.#tokens = new MinuteLimit(tokensPerMinute ?? Number.POSITIVE_INFINITY);
    this.#mostAtOnce = concurrency ?? Number.POSITIVE_INFINITY;
    this.#atOnce = this.#mostAtOnce;
  }

  /** Milliseconds until the pause ends that a server asked for. */
  get pause(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  /**
   * Waits until a request of so many bytes may be sent.
   * @throws the signal's reason
   */
  enter(bytes: number, isUrgent: boolean, signal: AbortSignal): Promise<Pass> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const queue = isUrgent ? this.#urgent : this.#rest;
      const giveUp = (): void => {
        queue.splice(queue.indexOf(waiting), 1);
        reject(signal.reason);
        this.#advance();
      };
      const waiting: Waiting = {
        bytes,
        enter: (pass) => {
          signal.removeEventListener('abort', giveUp);
          resolve(pass);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      queue.push(waiting);
      this.#advance();
    });
  }

  #advance(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (this.#running < Math.floor(this.#atOnce)) {
      const queue = this.#urgent.length > 0 ? this.#urgent : this.#rest;
      const next = queue[0];
      if (!next) return;
      const now = this.#clock.now();
      const tokens = Math.ceil(next.bytes / this.#bytesPerToken);
      const at = Math.max(this.#pausedUntil, this.#requests.freeAt(1, now), this.#tokens.freeAt(tokens, now));
      if (at > now) {
        if (at !== Number.POSITIVE_INFINITY) {
          this.#cancelTimer = this.#clock.after(at - now, () => this.#advance());
        }
        return;
      }
      queue.shift();
      next.enter(this.#pass(next.bytes, tokens));
    }
  }

  #pass(bytes: number, reserved: number): Pass {
    this.#running++;
    this.#requests.take(1);
    this.#tokens.take(reserved);
    let isIn = true;
    return {
      leave: ({ headers, tokens, refusal }) => {
        if (!isIn) return;
        isIn = false;
        const now = this.#clock.now();
        this.#running--;
        this.#requests.settle(1, 1, now);
        this.#tokens.settle(reserved, tokens ?? reserved, now);
        if (tokens) this.#learn(bytes / tokens);
        if (refusal) this.#refused(refusal, now);
        else if (tokens !== undefined) this.#answered();
        if (headers) this.#correct(headers, now);
        this.#advance();
      },
    };
  }

  /** Follows texts of more tokens at once, of fewer slowly. */
  #learn(bytesPerToken: number): void {
    const safe = Math.max(bytesPerToken * MARGIN, 0.25);
    if (safe < this.#bytesPerToken) this.#bytesPerToken = safe;
    else this.#bytesPerToken += (safe - this.#bytesPerToken) / 4;
  }

  #correct(headers: Headers, now: number): void {
    for (const [what, limit] of [
      ['Requests', this.#requests],
      ['Tokens', this.#tokens],
    ] as const) {
      const left = headerOf(headers, `Remaining-${what}`);
      if (left !== undefined) limit.correct(left, headerOf(headers, `Limit-${what}`), now);
    }
  }

  #answered(): void {
    this.#refusals = 0;
    if (this.#atOnce < this.#mostAtOnce) {
      this.#atOnce = Math.min(this.#mostAtOnce, this.#atOnce + 1 / Math.max(1, Math.floor(this.#atOnce)));
    }
  }

  #refused({ code, retryAfter }: FoundationError, now: number): void {
    if (code === 'RATE_CONCURRENCY_LIMIT_EXCEEDED') {
      this.#atOnce = Math.max(1, Math.floor(Math.min(this.#atOnce, this.#running + 1) / 2));
    }
    const pause =
      retryAfter === undefined
        ? Math.min(FIRST_PAUSE * 2 ** this.#refusals++, LONGEST_PAUSE)
        : retryAfter * 1000;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause);
  }
}
