import * as v from 'valibot';
import { FoundationError } from '../errors.ts';
import { shortened } from '../shortened.ts';

/**
 * Checks a server's answer.
 * @param what whose answer it is, such as `embeddings`
 * @throws FoundationError RESPONSE_INVALID naming the first field that is not as promised
 */
export function parseResponse<Output>(
  schema: v.GenericSchema<unknown, Output>,
  body: unknown,
  what: string,
): Output {
  const result = v.safeParse(schema, body, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const dotPath = v.getDotPath(issue);
  const path = dotPath === null ? null : shortened(dotPath, 200);
  throw new FoundationError({
    code: 'RESPONSE_INVALID',
    message: `The server's answer to ${what} is not in the API's shape: ${path ? `'${path}': ` : ''}${shortened(issue.message, 200)}`,
    param: path ?? undefined,
  });
}
