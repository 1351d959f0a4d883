let language = 'en';

/** The code of the language in use, such as `en`: for numbers, dates, and the page's `lang`. */
export const languageInUse = (): string => language;

/** Sets it, along with the page's `lang`. */
export function setLanguageInUse(code: string): void {
  language = code;
  if (typeof document !== 'undefined') document.documentElement.lang = code;
}
