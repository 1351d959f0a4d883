import { FoundationError, LIMITS } from '@nearfield/spec';
import type { TextTokenizer } from '../../text/text-tokenizer.ts';

/**
 * Refuses a query that is longer than the API takes, or than a model that reads it alone.
 * @throws FoundationError INPUT_TOKEN_LIMIT_EXCEEDED
 */
export function checkQuery(
  query: string,
  tokenizer: TextTokenizer,
  most: number = LIMITS.rerank.queryTokens,
): void {
  const { length } = tokenizer.encodeBare(query);
  if (length <= most) return;
  throw new FoundationError({
    code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
    message: `The query has ${length} tokens; at most ${most} are read. Shorten it.`,
    param: 'query',
  });
}
