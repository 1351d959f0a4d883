/** What comes back from a server, and what can be wrong with it. */
import { FoundationError } from '@nearfield/spec';
import { errorOfAnswer } from './api-error.ts';
import type { Secrets } from './secrets.ts';
import type { Call } from './transport.ts';

const ERROR_BODY_CHARACTERS = 64 * 1024;

/** Tokens of an answer, if it counts them. */
export function tokensOf(answer: unknown): number | undefined {
  const count = (answer as { usage?: { total_tokens?: unknown } | null } | null)?.usage?.total_tokens;
  return typeof count === 'number' ? count : undefined;
}

/** The error of an answer that is none. */
export async function failureOf(
  response: Response,
  { what, url }: Call,
  secrets: Secrets,
): Promise<FoundationError> {
  const { status, headers, type } = response;
  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    const location = headers.get('location');
    await response.body?.cancel();
    return new FoundationError({
      code: 'RESPONSE_INVALID',
      message: `${url.origin} redirects ${what}${location ? ` to ${location}` : ''}. Use the final address as base URL.`,
      status: status || 502,
    });
  }
  const text = secrets.outOf(await response.text()).slice(0, ERROR_BODY_CHARACTERS);
  return errorOfAnswer({ status, headers, text, what });
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for values that JSON cannot hold: cycles, big integers, endless depth. */
export function jsonOf(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (cause) {
    const [why] = (cause as Error).message.split('\n');
    throw new FoundationError({
      code: 'INPUT_VALIDATION_FAILED',
      message: `The request cannot be sent as JSON: ${why}. Leave out everything that is not plain data.`,
      param: 'body',
      cause,
    });
  }
}

/** @throws FoundationError RESPONSE_INVALID, which the next answer may mend */
export function parseJson(text: string, what: string, secrets: Secrets): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message would quote more of it.
    throw new FoundationError({
      code: 'RESPONSE_INVALID',
      message: `The server's answer to ${what} is not JSON: it begins with ${JSON.stringify(secrets.outOf(text).slice(0, 40))}.`,
      retryable: true,
    });
  }
}

/** Anything thrown by fetch, as a typed error. */
export function readable(error: unknown, call: Call): unknown {
  if (FoundationError.isInstance(error)) return error;
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  // Node gives the reason (ECONNREFUSED, ENOTFOUND, …) in the cause; browsers give none.
  const reason = (cause as { code?: unknown } | undefined)?.code ?? message;
  return new FoundationError({
    code: 'CONNECTION_FAILED',
    message: `Could not reach ${call.url.origin} for ${call.what} (${String(reason)}). Check the address and the network; in a browser the server must also allow this page (CORS).`,
    cause: new Error(message),
  });
}
