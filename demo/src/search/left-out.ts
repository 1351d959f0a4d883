import type { Problem } from '../shell/problems.ts';
import { words } from '../words/language.ts';

/** One card for all files that were left out. */
export function leftOut(sentences: readonly string[], added: number, kind: 'texts' | 'pictures'): Problem {
  const texts = words().search.leftOut;
  const { pictures } = words().search;
  const [first = ''] = sentences;
  const one = sentences.length === 1;
  const isOfTexts = kind === 'texts';
  const several = isOfTexts
    ? texts.several(words().search.texts(sentences.length))
    : pictures.severalLeftOut(pictures.count(sentences.length));
  return {
    origin: 'files',
    // Two cards where both kinds come together: the same trouble is shown once.
    code: isOfTexts ? 'UNEXPECTED' : 'PICTURES_LEFT_OUT',
    title: one ? (isOfTexts ? texts.one : pictures.leftOut) : several,
    message: one ? first : texts.these,
    advice: added > 0 ? texts.othersAdded : isOfTexts ? texts.chooseOthers : pictures.chooseOthers,
    details: one ? undefined : sentences,
  };
}
