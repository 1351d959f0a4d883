import { type InputLine, LINE_CHARACTERS } from '../../requests/batches.ts';
import { PAGE_CHARACTERS, PAGE_LINES } from './job.ts';

/**
 * Lines of a stream of UTF-8 text, without their ends (`\n` or `\r\n`); blank ones are left out. Of a line that is
 * longer than `LINE_CHARACTERS` only its length is kept.
 */
export async function* linesOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<InputLine, void, undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let length = 0;
  const take = (): InputLine | undefined => {
    const line = length > LINE_CHARACTERS ? length : parts.join('').replace(/\r$/, '');
    parts = [];
    length = 0;
    return typeof line === 'string' && line.trim() === '' ? undefined : line;
  };
  const add = (part: string): void => {
    length += part.length;
    if (length <= LINE_CHARACTERS) parts.push(part);
    else parts = [];
  };
  let ended = false;
  try {
    while (!ended) {
      const { done, value } = await reader.read();
      ended = done;
      const text = decoder.decode(value, { stream: !done });
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        add(text.slice(start, end));
        start = end + 1;
        const line = take();
        if (line !== undefined) yield line;
      }
      add(text.slice(start));
    }
    const last = take();
    if (last !== undefined) yield last;
  } finally {
    // A reader that stops early closes the connection.
    if (!ended) await reader.cancel().catch(() => {});
  }
}

/** Lines in pages of at most so many lines and, unless one line is longer, `PAGE_CHARACTERS`. */
export async function* pagesOf(
  lines: Iterable<InputLine> | AsyncIterable<InputLine>,
  most = PAGE_LINES,
): AsyncGenerator<InputLine[], void, undefined> {
  let page: InputLine[] = [];
  let characters = 0;
  for await (const line of lines) {
    const length = typeof line === 'string' ? line.length : 0;
    if (page.length === most || (page.length > 0 && characters + length > PAGE_CHARACTERS)) {
      yield page;
      page = [];
      characters = 0;
    }
    page.push(line);
    characters += length;
  }
  if (page.length > 0) yield page;
}
