import type { Problem } from '../shell/problems.ts';
import { words } from '../words/language.ts';

/** One card for all files that were left out. */
export function leftOut(sentences: readonly string[], added: number): Problem {
  const texts = words().search.leftOut;
  const [first = ''] = sentences;
  const one = sentences.length === 1;
  return {
    origin: 'files',
    code: 'UNEXPECTED',
    title: one ? texts.one : texts.several(words().search.texts(sentences.length)),
    message: one ? first : texts.these,
    advice: added > 0 ? texts.othersAdded : texts.chooseOthers,
    details: one ? undefined : sentences,
  };
}
