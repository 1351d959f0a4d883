import { stripVTControlCharacters } from 'node:util';
import { fileOf, type GrepFile, type Passage } from './passages.ts';

/** The name that grep gives its standard input. */
export const STANDARD_INPUT = '(standard input)';

/** `name:12:`, or `name-12-` of lines around a match, before a line of grep's output. */
const PREFIX = /^[^\s:][^:]*:\d+:|^\S+?-\d+-/;

/**
 * Lines of standard input, each a passage of its own. Of lines that another grep printed, the name of the file and the
 * number of the line are no part of what is compared.
 */
export function pipedLines(text: string): { file: GrepFile; passages: Passage[] } {
  const file = fileOf(STANDARD_INPUT, text);
  const passages: Passage[] = [];
  for (const [index, line] of file.lines.entries()) {
    const plain = stripVTControlCharacters(line);
    const content = plain.replace(PREFIX, '').trim();
    const compared = content === '' ? plain.trim() : content;
    if (compared !== '') passages.push({ file, first: index, last: index, text: compared });
  }
  return { file, passages };
}
