import type { CallOptions } from '@nearfield/spec';
import type { Context } from 'hono';

/** Facts about a request that the middleware collects. */
export interface RequestFacts {
  requestId: string;
  /** Model that the request names. */
  model: string | undefined;
  /** Tokens that the answer counts. */
  tokens: number;
  /** Code of the error that the answer is. */
  code: string | undefined;
  /** Ignored parts of the request, for the warning header. */
  warnings: string[];
}

export type Variables = { Variables: { facts: RequestFacts } };
export type ApiContext = Context<Variables>;

/** The way of a call that ends when its caller goes away. */
export const call = (context: ApiContext): CallOptions => ({ signal: context.req.raw.signal });
