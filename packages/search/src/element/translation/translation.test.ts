import { describe, expect, it } from 'vitest';
import { loadMessages, TRANSLATIONS, translationOf } from './languages.ts';
import { ENGLISH_MESSAGES, type Messages } from './messages.ts';
import { Translator } from './translator.ts';

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
const KEYS = Object.keys(ENGLISH_MESSAGES).filter((key) => key !== 'pages') as Exclude<
  keyof Messages,
  'pages'
>[];

describe('translations', () => {
  it('are there for twenty languages and more besides English', () =>
    expect(Object.keys(TRANSLATIONS).length).toBeGreaterThanOrEqual(20));

  it.each(Object.keys(TRANSLATIONS))(
    '%s says everything, with the same placeholders, in its own words',
    async (id) => {
      const messages = (await loadMessages(id))!;
      expect(Object.keys(messages).sort()).toEqual(Object.keys(ENGLISH_MESSAGES).sort());
      for (const key of KEYS) {
        expect(messages[key].trim(), key).toBe(messages[key]);
        expect(messages[key], key).not.toBe('');
        expect(placeholders(messages[key]), key).toEqual(placeholders(ENGLISH_MESSAGES[key]));
      }
      const same = KEYS.filter((key) => messages[key] === ENGLISH_MESSAGES[key]);
      // Some languages have borrowed a few: Filter, Suggestions, Details.
      expect(same.length, same.join()).toBeLessThanOrEqual(3);
      const texts = KEYS.map((key) => messages[key]);
      expect(texts.length - new Set(texts).size).toBeLessThanOrEqual(2);
    },
  );

  it.each(Object.keys(TRANSLATIONS))('%s has a text for every plural of its language', async (id) => {
    const { pages } = (await loadMessages(id))!;
    const categories = new Intl.PluralRules(id).resolvedOptions().pluralCategories;
    expect(Object.keys(pages).sort()).toEqual([...categories].sort());
    for (const [category, text] of Object.entries(pages)) {
      // Languages with a dual, and Arabic, say few numbers in words.
      if (!['zero', 'one', 'two'].includes(category)) expect(text).toContain('{count}');
    }
  });
});

describe('a page in', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['pt-BR', 'pt'],
    ['zh', 'zh'],
    ['zh-CN', 'zh'],
    ['zh-TW', 'zh-Hant'],
    ['zh-Hant-HK', 'zh-Hant'],
    ['iw', 'he'],
    ['EN-us', 'en'],
    ['is', 'en'],
    ['not a language', 'en'],
    ['constructor', 'en'],
  ])('%s is spoken to in %s', (tag, id) => expect(translationOf(tag)).toBe(id));
});

describe('a translator', () => {
  it('fills in what is given', () => {
    const t = new Translator();
    expect(t.text('nothing', { query: '{count} $&' })).toBe('Nothing found for “{count} $&”');
    expect(t.text('showAll')).toBe('Show all {count}');
  });

  it('counts as its language does', async () => {
    const russian = new Translator('ru', await loadMessages('ru'));
    expect([1, 2, 5, 21, 112].map((count) => russian.pages(count))).toEqual([
      '1 страница',
      '2 страницы',
      '5 страниц',
      '21 страница',
      '112 страниц',
    ]);
    expect(new Translator('de', await loadMessages('de')).pages(1234)).toBe('1.234 Seiten');
    expect(new Translator().pages(1)).toBe('1 page');
    expect(new Translator('fr', await loadMessages('fr')).share(0.5)).toMatch(/^50\s%$/);
  });
});
