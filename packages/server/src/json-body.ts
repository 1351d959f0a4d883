import { FoundationError, LIMITS } from '@nearfield/spec';

/**
 * Values of a JSON body. An empty object is three characters and takes fifty bytes: the size of a body alone does not
 * say what reading it takes. A batch of this many values has hundreds of thousands of lines.
 */
const MOST_VALUES = 4_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `,` `[` `{`: each begins a value. */
const STARTS: ReadonlySet<number> = new Set([0x2c, 0x5b, 0x7b]);

/**
 * Whether a JSON text has more than so many values; an empty list or object counts twice. Strings are skipped. For text
 * that is not JSON the answer means nothing.
 */
export function hasMoreValues(text: string, most: number): boolean {
  // A value takes a character at least.
  if (text.length <= most) return false;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (STARTS.has(code)) {
      if (++values > most) return true;
    } else if (code === QUOTE) {
      at = endOfText(text, at);
    }
  }
  return false;
}

/** Position of the quotation mark that ends a text, or the end of the whole. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((end - before) % 2 === 0) return end;
  }
  return text.length;
}

/**
 * A request's JSON object.
 * @throws FoundationError INPUT_VALIDATION_FAILED
 */
export function parseJsonBody(text: string, mostValues = MOST_VALUES): Record<string, unknown> {
  if (hasMoreValues(text, mostValues)) {
    throw invalid(
      `The request body has more than ${mostValues} values. A request holds at most ${LIMITS.embeddings.inputs} inputs: split it into several.`,
      'too_many_values',
    );
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw invalid(`The request body is not JSON: ${(cause as Error).message}`, 'json_invalid');
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw invalid('The request body must be a JSON object.', 'model_attributes_type');
}

function invalid(message: string, type: string): FoundationError {
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message,
    issues: [{ field: 'body', message, type }],
  });
}
