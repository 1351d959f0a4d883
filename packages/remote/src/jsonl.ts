import { FoundationError } from '@nearfield/spec';

/** A line that is longer than this is not one of a batch. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** Values of a JSONL stream, one at a time. Empty lines are left out; the last line needs no line feed. */
export async function* parseJsonLines(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<unknown, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  const parse = (line: string): unknown => {
    try {
      return JSON.parse(line);
    } catch (cause) {
      throw new FoundationError({
        code: 'RESPONSE_INVALID',
        message: `Line ${number} of ${what} is not JSON: it begins with ${JSON.stringify(line.slice(0, 40))}.`,
        cause,
      });
    }
  };
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop()!;
    if (rest.length > LONGEST_LINE) {
      throw new FoundationError({
        code: 'RESPONSE_INVALID',
        message: `Line ${number + 1} of ${what} never ends.`,
      });
    }
    for (const line of lines) {
      number++;
      if (line.trim() !== '') yield parse(line);
    }
  }
  rest += decoder.decode();
  number++;
  if (rest.trim() !== '') yield parse(rest);
}
