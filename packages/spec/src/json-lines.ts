/** Characters of a line. One that is longer belongs to no batch. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** A value of a JSONL stream. */
export interface JsonLine {
  /** Number of its line, from 1; empty lines count. */
  line: number;
  value: unknown;
}

/**
 * Values of a JSONL stream, one at a time. Empty lines are left out; the last line needs no line feed, and a byte order
 * mark is no part of the first.
 *
 * @param fail makes the error of a line that is not JSON or never ends; `why` goes on after "Line 3 of the file"
 */
export async function* readJsonLines(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  fail: (line: number, why: string, cause?: unknown) => Error,
): AsyncGenerator<JsonLine, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  const parsed = (text: string): JsonLine => {
    try {
      return { line, value: JSON.parse(text) };
    } catch (cause) {
      throw fail(line, `is not JSON: it begins with ${JSON.stringify(text.slice(0, 40))}`, cause);
    }
  };
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const text of lines) {
      line++;
      if (text.trim() !== '') yield parsed(text);
    }
    if (rest.length > LONGEST_LINE) throw fail(line + 1, 'never ends');
  }
  rest += decoder.decode();
  line++;
  if (rest.trim() !== '') yield parsed(rest);
}
