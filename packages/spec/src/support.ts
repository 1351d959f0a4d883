import { FoundationError } from './errors.ts';
import { FOUNDATION_METHODS, type FoundationMethod } from './foundation.ts';

/**
 * The error of a method or option that an implementation does not have. A value, not a throw, so that it works
 * in promises and generators alike.
 * @param method name of the method or option, such as `read` or `rerank.return_embeddings`
 * @param why one sentence
 * @param instead one sentence: an alternative that works
 */
export function notSupported(method: string, why: string, instead: string): FoundationError {
  return new FoundationError({
    code: 'NOT_SUPPORTED',
    message: `${method} is not supported here: ${why} ${instead}`.trim(),
    param: method,
  });
}

/** `capabilities().methods` from the methods that an implementation has; the others are false. */
export function methodsReport(supported: readonly FoundationMethod[]): Record<FoundationMethod, boolean> {
  return Object.fromEntries(
    FOUNDATION_METHODS.map((method) => [method, supported.includes(method)]),
  ) as Record<FoundationMethod, boolean>;
}
