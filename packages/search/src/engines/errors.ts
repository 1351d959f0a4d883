import { FoundationError } from '@nearfield/spec';
import { invalid } from '../errors.ts';

/** Codes of connections that cannot be made or break. */
const UNREACHABLE =
  /ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|fetch failed|ConnectionError|NoLivingConnections/;

/** An error of an engine's client as the contract's error. */
export function engineFailed(engine: string, cause: unknown, advice: string): unknown {
  if (FoundationError.isInstance(cause) || (cause as { name?: unknown } | null)?.name === 'AbortError')
    return cause;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const { code } = error as { code?: unknown };
  const isUnreachable = UNREACHABLE.test(`${String(code)} ${error.name} ${error.message}`);
  return new FoundationError({
    code: isUnreachable ? 'CONNECTION_FAILED' : 'SERVICE_UNAVAILABLE',
    message: isUnreachable
      ? `${engine} cannot be reached (${error.message || error.name}). Check its address, and that it runs.`
      : `${engine} refused a request (${error.message}). ${advice}`,
    cause,
  });
}

/** Names that every engine takes as part of a table's, an index's or a collection's. */
export function requireIndexName(name: string): void {
  if (/^[a-z][a-z0-9_]{0,39}$/.test(name)) return;
  throw invalid(
    'name',
    `"${name}" is no name of an index: begin with a letter, then letters, digits and _, in lower case, at most 40.`,
  );
}
