import { describe, expect, it } from 'vitest';
import { ANY_LANGUAGE, allowsTypos, analyse, ENGLISH, languageOf } from './analyser.ts';
import { fold } from './fold.ts';
import { isWithinOneEdit } from './one-edit.ts';
import { words } from './words.ts';

const terms = (text: string): string[] => [...analyse(text, ENGLISH)].map(({ term }) => term);

describe('fold', () => {
  it.each([
    ['CAFÉ', 'cafe'],
    ['ｆｕｌｌ', 'full'],
    ['Straße', 'strasse'],
    ['İstanbul', 'istanbul'],
    ['Łódź', 'lodz'],
    ['ﬁle', 'file'],
    ['Ørsted', 'orsted'],
    ['ガス', 'ガス'],
    ['हिन्दी', 'हिन्दी'],
    ['한국어', '한국어'],
    ['й', 'и'],
  ])('%s → %s', (word, folded) => expect(fold(word)).toBe(folded));
});

describe('words', () => {
  it('are runs of letters and digits, with where they stand', () => {
    const text = 'Don’t use v2.1 — naïve!';
    expect([...words(text)].map(({ text: word }) => word)).toEqual(['Don’t', 'use', 'v2', '1', 'naïve']);
    for (const { text: word, start, end } of words(text)) expect(text.slice(start, end)).toBe(word);
  });

  it('splits what is written without spaces', () => {
    const text = '全文検索エンジン fast 検索';
    const found = [...words(text)];
    expect(found.length).toBeGreaterThan(3);
    expect(found.map(({ text: word }) => word)).toContain('検索');
    for (const { text: word, start, end } of found) expect(text.slice(start, end)).toBe(word);
  });

  it('takes emoji and punctuation alone for nothing', () => expect([...words('🙂 … !?')]).toEqual([]));
});

describe('analyse', () => {
  it('makes forms of a word meet', () => {
    expect(new Set(terms('installation installing installed installs')).size).toBe(1);
    expect(terms("the dog's")).toEqual(['the', 'dog']);
    expect(terms('Don’t')).toEqual(terms('dont'));
  });

  it('leaves numbers and mixed words alone', () =>
    expect(terms('v2s 429 utf8ing')).toEqual(['v2s', '429', 'utf8ing']));

  it('works on the properties of objects like on any word', () =>
    expect(terms('constructor __proto__ hasOwnProperty')).toHaveLength(3));
});

describe('languageOf', () => {
  it('finds what comes with the package and what is given', () => {
    expect(languageOf('en')).toBe(ENGLISH);
    expect(languageOf('und')).toBe(ANY_LANGUAGE);
    const own = { ...ANY_LANGUAGE, id: 'de' };
    expect(languageOf('de', [own])).toBe(own);
    expect(() => languageOf('fr')).toThrow(
      expect.objectContaining({ code: 'NOT_SUPPORTED', param: 'languages' }),
    );
  });
});

describe('one edit', () => {
  it.each([
    ['taxonomy', 'taxnomy', true],
    ['taxonomy', 'taxonommy', true],
    ['taxonomy', 'taxonomi', true],
    ['taxonomy', 'txaonomy', true],
    ['taxonomy', 'taxonomy', true],
    ['taxonomy', 'taxonmoyy', false],
    ['taxonomy', 'txonmy', false],
    ['ab', 'ba', true],
    ['abc', 'cba', false],
    ['', 'a', true],
    ['𝒳y', 'y', true],
  ])('%s %s: %s', (left, right, within) => {
    expect(isWithinOneEdit(left, right)).toBe(within);
    expect(isWithinOneEdit(right, left)).toBe(within);
  });

  it('is for long words without digits', () => {
    expect(['error', 'erro', 'utf-16', 'sha256', '42900', 'größe'].map(allowsTypos)).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});
