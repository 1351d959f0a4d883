/** Limits on what one caller may ask for, and the headers that say what is left. */
import { FoundationError } from '@nearfield/spec';
import { type RateLimiterAbstract, RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';

/** Limits on callers. All are optional. */
export interface LimiterOptions {
  /** Requests of one caller in a minute. @default no limit */
  requestsPerMinute?: number | undefined;
  /** Tokens of one caller in a minute. They are known when a request is answered: the next one is refused. @default no limit */
  tokensPerMinute?: number | undefined;
  /** Requests of one caller at a time. @default no limit */
  concurrency?: number | undefined;
  /** Requests of all callers at a time; more are refused at once. @default 1024 */
  queue?: number | undefined;
  /**
   * Counts for a minute that several processes share, see `postgresWindows`.
   * @default counts in this process
   */
  windows?: MakeWindow | undefined;
}

/** Makes the counts of one limit: so many points of a caller in so many seconds. */
export type MakeWindow = (name: 'requests' | 'tokens', points: number, seconds: number) => RateWindow;

/** Counts of callers. */
export type RateWindow = Pick<RateLimiterAbstract, 'get' | 'consume' | 'penalty'>;

/** A request that was let in. */
interface Pass {
  /** @returns headers that say what is left */
  leave(tokens: number): Promise<Record<string, string>>;
}

/** Decides whether a caller may ask now. */
export interface Limiter {
  /** @throws FoundationError RATE_REQUEST_LIMIT_EXCEEDED, RATE_TOKEN_LIMIT_EXCEEDED, RATE_CONCURRENCY_LIMIT_EXCEEDED; SERVICE_UNAVAILABLE */
  enter(caller: string): Promise<Pass>;
}

const MINUTE = 60;
const QUEUE = 1024;
/** Seconds after which a server that is full may be asked again. */
const FULL_RETRY_AFTER = 5;

/** A limiter whose counts of a minute may be shared; requests at a time are those of this process. */
export function createLimiter({
  requestsPerMinute,
  tokensPerMinute,
  concurrency,
  queue = QUEUE,
  windows = inMemory,
}: LimiterOptions): Limiter {
  const windowOf = (name: 'requests' | 'tokens', points: number | undefined): RateWindow | undefined =>
    points === undefined ? undefined : windows(name, points, MINUTE);
  const requests = windowOf('requests', requestsPerMinute);
  const tokens = windowOf('tokens', tokensPerMinute);
  const running = new Map<string, number>();
  let all = 0;
  const admit = async (caller: string): Promise<RateLimiterRes | undefined> => {
    if (tokens && tokensPerMinute !== undefined) {
      const used = await tokens.get(caller);
      if (used && used.consumedPoints >= tokensPerMinute) {
        throw exceeded('RATE_TOKEN_LIMIT_EXCEEDED', `${tokensPerMinute} tokens`, used);
      }
    }
    return requests?.consume(caller).catch((full: RateLimiterRes | Error) => {
      if (full instanceof Error) throw full;
      throw exceeded('RATE_REQUEST_LIMIT_EXCEEDED', `${requestsPerMinute} requests`, full);
    });
  };
  return {
    async enter(caller) {
      if (all >= queue) {
        throw new FoundationError({
          code: 'SERVICE_UNAVAILABLE',
          message: `This server answers ${queue} requests at a time and has as many. Try again shortly.`,
          retryAfter: FULL_RETRY_AFTER,
        });
      }
      const mine = running.get(caller) ?? 0;
      if (concurrency !== undefined && mine >= concurrency) {
        throw new FoundationError({
          code: 'RATE_CONCURRENCY_LIMIT_EXCEEDED',
          message: `Concurrency limit exceeded: ${concurrency} requests at a time. Wait for one of them.`,
          retryAfter: 1,
        });
      }
      // Before anything is awaited: requests that come together would not see each other.
      all++;
      running.set(caller, mine + 1);
      const end = (): void => {
        all--;
        const left = (running.get(caller) ?? 1) - 1;
        if (left > 0) running.set(caller, left);
        else running.delete(caller);
      };
      try {
        const spent = await admit(caller);
        return {
          async leave(count) {
            end();
            const counted = await tokens?.penalty(caller, count);
            return {
              ...(spent && {
                'X-RateLimit-Limit-Requests': String(requestsPerMinute),
                'X-RateLimit-Remaining-Requests': String(spent.remainingPoints),
              }),
              ...(counted && {
                'X-RateLimit-Limit-Tokens': String(tokensPerMinute),
                'X-RateLimit-Remaining-Tokens': String(Math.max(0, counted.remainingPoints)),
              }),
            };
          },
        };
      } catch (error) {
        end();
        throw error;
      }
    },
  };
}

const inMemory: MakeWindow = (_, points, duration) => new RateLimiterMemory({ points, duration });

function exceeded(
  code: 'RATE_REQUEST_LIMIT_EXCEEDED' | 'RATE_TOKEN_LIMIT_EXCEEDED',
  what: string,
  { msBeforeNext }: RateLimiterRes,
): FoundationError {
  const retryAfter = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new FoundationError({
    code,
    message: `Rate limit exceeded: ${what} a minute. Try again in ${retryAfter} seconds.`,
    retryAfter,
  });
}
