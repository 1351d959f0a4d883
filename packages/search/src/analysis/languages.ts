/** Languages that come with this package, each loaded when an index needs it. */
import { FoundationError } from '@nearfield/spec';
import { ANY_LANGUAGE, ENGLISH, type Language } from './analyser.ts';
import { fold } from './fold.ts';

type Parts = [Promise<{ stemmer: (word: string) => string }>, Promise<{ stopwords: string[] }>];

/** By primary subtag of BCP 47. Literal imports, so that bundlers find them. */
const LOADERS: Readonly<Record<string, () => Parts>> = {
  ar: () => [import('@orama/stemmers/arabic'), import('@orama/stopwords/arabic')],
  bg: () => [import('@orama/stemmers/bulgarian'), import('@orama/stopwords/bulgarian')],
  da: () => [import('@orama/stemmers/danish'), import('@orama/stopwords/danish')],
  de: () => [import('@orama/stemmers/german'), import('@orama/stopwords/german')],
  el: () => [import('@orama/stemmers/greek'), import('@orama/stopwords/greek')],
  es: () => [import('@orama/stemmers/spanish'), import('@orama/stopwords/spanish')],
  fi: () => [import('@orama/stemmers/finnish'), import('@orama/stopwords/finnish')],
  fr: () => [import('@orama/stemmers/french'), import('@orama/stopwords/french')],
  hu: () => [import('@orama/stemmers/hungarian'), import('@orama/stopwords/hungarian')],
  id: () => [import('@orama/stemmers/indonesian'), import('@orama/stopwords/indonesian')],
  it: () => [import('@orama/stemmers/italian'), import('@orama/stopwords/italian')],
  nl: () => [import('@orama/stemmers/dutch'), import('@orama/stopwords/dutch')],
  no: () => [import('@orama/stemmers/norwegian'), import('@orama/stopwords/norwegian')],
  pt: () => [import('@orama/stemmers/portuguese'), import('@orama/stopwords/portuguese')],
  ro: () => [import('@orama/stemmers/romanian'), import('@orama/stopwords/romanian')],
  ru: () => [import('@orama/stemmers/russian'), import('@orama/stopwords/russian')],
  sv: () => [import('@orama/stemmers/swedish'), import('@orama/stopwords/swedish')],
  tr: () => [import('@orama/stemmers/turkish'), import('@orama/stopwords/turkish')],
  uk: () => [import('@orama/stemmers/ukrainian'), import('@orama/stopwords/ukrainian')],
};
const OTHER_NAMES: Readonly<Record<string, string>> = { nb: 'no', nn: 'no' };

/** The id of the language that a tag such as `de-AT` is analysed as: `und` where words are left as they are. */
export function languageIdOf(tag: string): string {
  const primary = tag.trim().toLowerCase().split(/[-_]/)[0]!;
  const id = OTHER_NAMES[primary] ?? primary;
  return id === ENGLISH.id || Object.hasOwn(LOADERS, id) ? id : ANY_LANGUAGE.id;
}

/**
 * The language of a BCP 47 tag: its stems and stop words. Chinese, Japanese, Thai and others without stems are
 * {@link ANY_LANGUAGE}, whose words `Intl.Segmenter` finds.
 */
export async function loadLanguage(tag: string): Promise<Language> {
  const id = languageIdOf(tag);
  if (id === ENGLISH.id) return ENGLISH;
  const load = LOADERS[id];
  if (load === undefined) return ANY_LANGUAGE;
  const [{ stemmer }, { stopwords }] = await Promise.all(load());
  return { id, stem: stemmer, stopWords: new Set(stopwords.map(fold)) };
}

/**
 * The languages with these ids, those that are given before those that come with this package.
 *
 * @throws FoundationError NOT_SUPPORTED if there is none of an id.
 */
export function languagesOf(ids: readonly string[], given: readonly Language[] = []): Promise<Language[]> {
  return Promise.all(
    ids.map(async (id) => {
      const found = given.find((language) => language.id === id) ?? (await loadLanguage(id));
      if (found.id === id) return found;
      throw new FoundationError({
        code: 'NOT_SUPPORTED',
        message: `The index has pages in the language "${id}". Pass that language in \`languages\`, with the stemmer that it was built with.`,
        param: 'languages',
      });
    }),
  );
}
