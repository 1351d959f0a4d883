import { FoundationError } from '@nearfield/spec';
import { stemmer as english } from '@orama/stemmers/english';
import { fold } from './fold.ts';
import { ENGLISH_STOP_WORDS } from './stop-words.ts';
import { type Word, words } from './words.ts';

/** Properties of a language. An index has to be built and read with the same ones. */
export interface Language {
  /** BCP 47, such as `en`; noted in the index. */
  readonly id: string;
  /** The stem of a folded word. */
  stem(word: string): string;
  /** Folded words that carry no subject: they count little in the keywords' score. */
  readonly stopWords: ReadonlySet<string>;
}

/** English: Porter's stems. */
export const ENGLISH: Language = { id: 'en', stem: english, stopWords: ENGLISH_STOP_WORDS };
/** Any language, without stems: words meet as they are written. */
export const ANY_LANGUAGE: Language = { id: 'und', stem: (word) => word, stopWords: new Set() };

/** A term of a text. */
export interface Term {
  /** Folded and stemmed: what is indexed. */
  readonly term: string;
  /** Folded, not stemmed. */
  readonly folded: string;
  readonly word: Word;
}

const NUMBER = /\p{N}/u;
const LATIN = /^[a-z]+$/;

/** Whether a folded word may be meant by another that differs in one letter: five letters or more, and no digit. */
export const allowsTypos = (folded: string): boolean => [...folded].length >= 5 && !NUMBER.test(folded);

/** Words whose forms are remembered for a language: texts have the same words over and over. */
const REMEMBERED = 50_000;
const remembered = new WeakMap<Language, Map<string, Pick<Term, 'term' | 'folded'>>>();

/** The terms of a text in a language. */
export function* analyse(text: string, language: Language): Generator<Term> {
  let known = remembered.get(language);
  if (known === undefined || known.size > REMEMBERED) {
    known = new Map();
    remembered.set(language, known);
  }
  for (const word of words(text)) {
    let forms = known.get(word.text);
    if (forms === undefined) {
      forms = formsOf(word.text, language);
      known.set(word.text, forms);
    }
    if (forms.folded !== '') yield { term: forms.term, folded: forms.folded, word };
  }
}

function formsOf(word: string, language: Language): Pick<Term, 'term' | 'folded'> {
  const folded = fold(word).replace(/['’]s?$|['’]/gu, '');
  // A stem of something that is not a word of letters (`v2`, `日本`) would only lose what tells it apart.
  const term = LATIN.test(folded) || language.id !== 'en' ? language.stem(folded) : folded;
  return { term: term === '' ? folded : term, folded };
}

/**
 * The language with an id, among those that are given, English and {@link ANY_LANGUAGE}; `loadLanguage()` has more.
 *
 * @throws FoundationError NOT_SUPPORTED if there is none.
 */
export function languageOf(id: string, others: readonly Language[] = []): Language {
  const found = [...others, ENGLISH, ANY_LANGUAGE].find((language) => language.id === id);
  if (found !== undefined) return found;
  throw new FoundationError({
    code: 'NOT_SUPPORTED',
    message: `The index is in the language "${id}". Pass that language in \`languages\`, with the stemmer that it was built with.`,
    param: 'languages',
  });
}
