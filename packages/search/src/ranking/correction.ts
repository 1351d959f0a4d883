import type { QueryWord } from '../keywords/query.ts';
import { basesOf } from '../meaning/derived-words.ts';

/** Tells words of a language from mistyped ones. */
export interface Vocabulary {
  /** Whether a word is one in general, or has a regular ending behind one. */
  isWord(word: string): boolean;
  /** Whether a word is one of the most common ones. */
  isCommon(word: string): boolean;
}

/** Whether a word may stand for others. */
export const mayStandForOthers = ({ word, terms }: QueryWord): boolean =>
  terms.some(({ match, word: other }) => match !== 'exact' || other !== word);

/**
 * The query with mistyped and unfinished words replaced by what they stand for most often on the site, for those who
 * read meaning: pieces of a mistyped word mean something else. A word that the site has, or that is a word in general,
 * stays, and so does another form of the site's word. Undefined where nothing is replaced.
 *
 * @param frequency passages that have a term.
 */
export function correctedQuery(
  query: string,
  words: readonly QueryWord[],
  frequency: (term: string) => number,
  vocabulary: Vocabulary,
): string | undefined {
  let corrected = query;
  for (const each of words.toReversed()) {
    const { word, range, terms } = each;
    if (!mayStandForOthers(each) || isRight(each, vocabulary)) continue;
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

/** A word that others only begin with may be unfinished, and a rare word by chance: a common one is right. */
function isRight({ word, terms }: QueryWord, vocabulary: Vocabulary): boolean {
  const isUnfinished = terms.every(({ match, word: other }) => match === 'prefix' || other === word);
  return isUnfinished ? vocabulary.isCommon(word) : vocabulary.isWord(word);
}

/** Whether a word is another with a regular ending. */
const isForm = (word: string, base: string): boolean => basesOf(word).includes(base);

/**
 * The vocabulary of indexes that have none of their own; undefined where no word has to be judged, or the list cannot be
 * loaded, as in a page without a network: the query then stays as it was typed.
 */
export async function generalVocabulary(words: readonly QueryWord[]): Promise<Vocabulary | undefined> {
  if (!words.some(mayStandForOthers)) return undefined;
  try {
    return (await import('../analysis/general-words.ts')).GENERAL_WORDS;
  } catch {
    return undefined;
  }
}
