/** Words of English in general, for indexes that have no vocabulary of their own. Loaded when a word has to be judged. */
import { basesOf } from '../meaning/derived-words.ts';
import type { Vocabulary } from '../ranking/correction.ts';
import { FREQUENT_WORDS, OTHER_WORDS } from './english-words.ts';

/** Words behind the digit of how many letters each shares with the one before. */
function wordsOf(list: string): string[] {
  let word = '';
  return Array.from(list.matchAll(/(\d)([a-z]*)/g), ([, shared, rest]) => {
    word = word.slice(0, Number(shared)) + rest;
    return word;
  });
}

const frequent = new Set(wordsOf(FREQUENT_WORDS));
const all = new Set([...frequent, ...wordsOf(OTHER_WORDS)]);

export const GENERAL_WORDS: Vocabulary = {
  isCommon: (word) => frequent.has(word),
  isWord: (word) => [word, ...basesOf(word)].some((each) => all.has(each)),
};
