import type { QueryWord } from '../keywords/query.ts';
import { basesOf } from '../meaning/derived-words.ts';

/**
 * The query with mistyped and unfinished words replaced by what they stand for most often on the site, for those who
 * read meaning: pieces of a mistyped word mean something else. A word that the site has, or that is a word in general,
 * stays, and so does another form of the site's word. Undefined where nothing is replaced.
 *
 * @param frequency passages that have a term.
 * @param isKnown whether a word is one of the language's, though not of the site's.
 */
export function correctedQuery(
  query: string,
  words: readonly QueryWord[],
  frequency: (term: string) => number,
  isKnown: (word: string) => boolean,
): string | undefined {
  let corrected = query;
  for (const { word, range, terms } of words.toReversed()) {
    if (isKnown(word)) continue;
    const found = terms.find(({ match, term }) => match === 'exact' && frequency(term) > 0);
    const others = found === undefined ? terms.filter(({ match }) => match !== 'exact') : [found];
    if (others.length === 0) continue;
    const best = others.reduce((left, right) =>
      frequency(right.term) > frequency(left.term) ? right : left,
    );
    if (best.word === word || isForm(word, best.word) || isForm(best.word, word)) continue;
    corrected = corrected.slice(0, range[0]) + best.word + corrected.slice(range[1]);
  }
  return corrected === query ? undefined : corrected;
}

/** Whether a word is another with a regular ending. */
const isForm = (word: string, base: string): boolean => basesOf(word).includes(base);
