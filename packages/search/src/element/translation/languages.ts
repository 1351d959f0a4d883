import { ENGLISH_MESSAGES, type Messages } from './messages.ts';

type Load = () => Promise<{ readonly default: Messages }>;

/** Translations in files of their own, loaded when a page is in their language. */
export const TRANSLATIONS: Readonly<Record<string, Load>> = {
  ar: () => import('./ar.ts'),
  cs: () => import('./cs.ts'),
  da: () => import('./da.ts'),
  de: () => import('./de.ts'),
  es: () => import('./es.ts'),
  fi: () => import('./fi.ts'),
  fr: () => import('./fr.ts'),
  he: () => import('./he.ts'),
  hi: () => import('./hi.ts'),
  id: () => import('./id.ts'),
  it: () => import('./it.ts'),
  ja: () => import('./ja.ts'),
  ko: () => import('./ko.ts'),
  nl: () => import('./nl.ts'),
  pl: () => import('./pl.ts'),
  pt: () => import('./pt.ts'),
  ru: () => import('./ru.ts'),
  sv: () => import('./sv.ts'),
  tr: () => import('./tr.ts'),
  uk: () => import('./uk.ts'),
  vi: () => import('./vi.ts'),
  zh: () => import('./zh.ts'),
  'zh-Hant': () => import('./zh-hant.ts'),
};

/** The translation that a page in a language gets: `de` for `de-AT`, `zh-Hant` for `zh-TW`, `en` where there is none. */
export function translationOf(tag: string): string {
  let locale: Intl.Locale;
  try {
    locale = new Intl.Locale(tag).maximize();
  } catch {
    return 'en';
  }
  const { language, script } = locale;
  return [`${language}-${script}`, language].find((id) => Object.hasOwn(TRANSLATIONS, id)) ?? 'en';
}

/** The texts of a translation; English if its file cannot be loaded, which no search should fail for. */
export async function loadMessages(id: string): Promise<Messages | undefined> {
  if (!Object.hasOwn(TRANSLATIONS, id)) return ENGLISH_MESSAGES;
  try {
    return (await TRANSLATIONS[id]!()).default;
  } catch {
    return undefined;
  }
}
