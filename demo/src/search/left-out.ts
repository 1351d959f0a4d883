import { formatPlural } from '../shell/format.ts';
import type { Problem } from '../shell/problems.ts';

/** One card for all files that were left out. */
export function leftOut(sentences: readonly string[], added: number): Problem {
  const [first = ''] = sentences;
  const one = sentences.length === 1;
  return {
    origin: 'files',
    code: 'UNEXPECTED',
    title: one ? 'A text was left out' : `${formatPlural(sentences.length, 'text')} were left out`,
    message: one ? first : 'These could not be added:',
    advice: added > 0 ? 'The others were added.' : 'Choose .txt, .md or .html files with text in them.',
    details: one ? undefined : sentences,
  };
}
