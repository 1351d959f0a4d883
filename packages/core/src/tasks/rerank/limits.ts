import { FoundationError, LIMITS } from '@nearfield/spec';
import type { TextTokenizer } from '../../text/text-tokenizer.ts';
import { countTokens } from '../embed/read-texts.ts';

/**
 * Refuses a query that is longer than the API allows, or than the context of a model that reads it alone.
 * @throws FoundationError INPUT_TOKEN_LIMIT_EXCEEDED
 */
export async function checkQuery(
  query: string,
  tokenizer: TextTokenizer,
  { most = LIMITS.rerank.queryTokens, signal }: { most?: number; signal?: AbortSignal | undefined },
): Promise<void> {
  if (tokenizer.encodeStart(query, most).isWhole) return;
  const length = await countTokens(tokenizer, query, { signal });
  throw new FoundationError({
    code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
    message: `The query has ${length} tokens; at most ${most} are read. Shorten it.`,
    param: 'query',
  });
}
