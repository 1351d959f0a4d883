import { describe, expect, it } from 'vitest';
import { minilmQueryTable } from '../../test/query-table.ts';
import { FREQUENT_WORDS, OTHER_WORDS } from './english-words.ts';
import { GENERAL_WORDS } from './general-words.ts';

/** Tokens that an index's table has from the start, see docs/search-format.md. */
const FREQUENT = 7936;
const tokens = minilmQueryTable().vocabulary.filter((token) => !/^\[.+\]$/.test(token));

/** Sorted words, each as the number of letters that it shares with the one before, and the rest. */
function frontCoded(words: readonly string[]): string {
  let before = '';
  return words
    .toSorted()
    .map((word) => {
      let shared = 0;
      while (shared < Math.min(9, before.length) && word[shared] === before[shared]) shared++;
      before = word;
      return `${shared}${word.slice(shared)}`;
    })
    .join('');
}

describe('words of English', () => {
  it('are those of the vocabulary of the query table', () => {
    const frequent = tokens.slice(0, FREQUENT).filter((token) => /^[a-z]{2,}$/.test(token));
    const others = tokens.slice(FREQUENT).filter((token) => /^[a-z]{4,}$/.test(token));
    expect(FREQUENT_WORDS).toBe(frontCoded(frequent));
    expect(OTHER_WORDS).toBe(frontCoded(others));
    expect(frequent.filter((word) => !GENERAL_WORDS.isCommon(word))).toEqual([]);
    expect([...frequent, ...others].filter((word) => !GENERAL_WORDS.isWord(word))).toEqual([]);
  });

  it('have forms with regular endings, not mistyped ones', () => {
    expect(['sender', 'lender', 'buttons'].filter((word) => !GENERAL_WORDS.isWord(word))).toEqual([]);
    expect(['sendr', 'mayonaise', 'srever', 'the ', ''].filter((word) => GENERAL_WORDS.isWord(word))).toEqual(
      [],
    );
    expect(['refrigerator', 'sendr'].filter((word) => GENERAL_WORDS.isCommon(word))).toEqual([]);
  });
});
