import { afterEach, expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration } from '../shell/format.ts';
import { firstLanguage, LANGUAGES, languageName, useLanguage, words } from './language.ts';
import { slots } from './slots.ts';

afterEach(() => useLanguage('en'));

/** Paths of all texts of a language, with how many arguments those that are functions take. Lists are as long as each needs. */
function shapeOf(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([key, each]) => {
    const here = `${path}${key}`;
    if (typeof each === 'function') return [`${here}(${each.length})`];
    if (Array.isArray(each)) return [`${here}[]`];
    return typeof each === 'object' && each !== null ? shapeOf(each, `${here}.`) : [here];
  });
}

/** Names of the parts that a text leaves to the page. */
const partsOf = (text: string): string[] => (text.match(/\{\w+\}/gu) ?? []).sort();

function textsOf(value: object, path = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, each]): [string, string][] => {
    if (typeof each === 'string') return [[`${path}${key}`, each]];
    return typeof each === 'object' && each !== null ? textsOf(each, `${path}${key}.`) : [];
  });
}

const english = words();

test('English and German are there', () => {
  expect(LANGUAGES).toEqual(expect.arrayContaining(['de', 'en']));
  expect(LANGUAGES.map(languageName)).toEqual(expect.arrayContaining(['Deutsch', 'English']));
});

test.each(LANGUAGES)('%s has every text, with the same parts, and none that is empty', async (code) => {
  await useLanguage(code);
  expect(shapeOf(words())).toEqual(shapeOf(english));
  const own = new Map(textsOf(words()));
  for (const [text, mine] of words().library) expect(partsOf(mine), text).toEqual(partsOf(text));
  for (const [path, text] of textsOf(english)) {
    expect(own.get(path)?.trim(), path).not.toBe('');
    expect(partsOf(own.get(path) ?? ''), path).toEqual(partsOf(text));
  }
});

test('numbers are written as the language writes them', async () => {
  await useLanguage('de');
  expect(formatCount(12_345)).toBe('12.345');
  expect(formatBytes(1234)).toBe('1,2 kB');
  expect(formatDuration(1234)).toBe('1,2 s');
  expect(words().counts.passages(1)).toBe('1 Textstelle');
  expect(words().counts.passages(2000)).toBe('2.000 Textstellen');
});

test('the first language is the chosen one, then the visitor’s, then English', () => {
  expect(firstLanguage(['de-AT', 'en'], undefined)).toBe('de');
  expect(firstLanguage(['xx', 'DE'], undefined)).toBe('de');
  expect(firstLanguage(['xx'], undefined)).toBe('en');
  expect(firstLanguage(['en'], 'de')).toBe('de');
  expect(firstLanguage(['en'], 'zz')).toBe('en');
});

test('a language that there is not is refused, and the one before stays', async () => {
  await useLanguage('de');
  await expect(useLanguage('zz')).rejects.toThrow(RangeError);
  expect(words().pages.search).toBe('Suchen');
});

test('parts go where the text names them', () => {
  expect(slots('in {time} by {model}', { time: 3, model: 'x' })).toEqual(['in ', 3, ' by ', 'x']);
  expect(slots('{model}: {time}', { time: 3, model: 'x' })).toEqual(['x', ': ', 3]);
  expect(() => slots('in {time}', {})).toThrow('{time}');
});
