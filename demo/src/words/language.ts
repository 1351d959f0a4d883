/** The language of the interface: which there are, which is used, and its texts. */
import { words as english, type Words } from './en.ts';
import { languageInUse, setLanguageInUse } from './in-use.ts';
import { translated } from './library.ts';

/** Files of languages by their address. English is part of the page; another one is fetched when it is chosen. */
const FILES = languageFiles();

/** Vite writes the files in here. Where it has not, as for a test that runs in Node, English is all there is. */
function languageFiles(): Record<string, () => Promise<{ words: Words }>> {
  try {
    return import.meta.glob<{ words: Words }>(['./[a-z][a-z].ts', '!./en.ts']);
  } catch {
    return {};
  }
}

const codeOf = (address: string): string => address.slice(2, 4);
const KEY = 'nearfield-language';

/** Codes of all languages, such as `en`. */
export const LANGUAGES: readonly string[] = ['en', ...Object.keys(FILES).map(codeOf)].sort();

let current: Words = english;

/** The texts of the interface in the language in use. */
export const words = (): Words => current;

/**
 * What the library says, in the language in use.
 * @returns undefined where that language has no words for it, as English never has: the library's are its own
 */
export const libraryWords = (text: string): string | undefined =>
  translated(text, current.library, languageInUse());

/** A language's own name: `Deutsch`. */
export const languageName = (code: string): string =>
  new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;

/**
 * The language to start with: the one chosen before, otherwise the first of the visitor's that there is.
 * @param preferred the visitor's languages, such as `navigator.languages`
 */
export function firstLanguage(preferred: readonly string[], chosen = chosenLanguage()): string {
  if (chosen !== undefined && LANGUAGES.includes(chosen)) return chosen;
  const codes = preferred.map((tag) => tag.toLowerCase().split('-')[0]!);
  return codes.find((code) => LANGUAGES.includes(code)) ?? 'en';
}

/** The language that was chosen in this browser. Undefined where none was, or storage is blocked. */
function chosenLanguage(): string | undefined {
  try {
    return localStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers a choice for the next visit. Where storage is blocked, it holds for this one. */
export function rememberLanguage(code: string): void {
  try {
    localStorage.setItem(KEY, code);
  } catch {
    // Storage is blocked.
  }
}

/**
 * Uses a language from now on. What is shown already has to be rendered anew.
 * @throws RangeError for a code that is none of {@link LANGUAGES}; an error of the network where its file does not arrive,
 *   and then the language before stays
 */
export async function useLanguage(code: string): Promise<void> {
  if (!LANGUAGES.includes(code)) throw new RangeError(`There is no language "${code}".`);
  const load = FILES[`./${code}.ts`];
  current = load ? (await load()).words : english;
  setLanguageInUse(code);
}
