import { ENGLISH_MESSAGES, type Messages } from './messages.ts';

/** Texts and numbers in one language. */
export class Translator {
  /** BCP 47. */
  readonly language: string;
  readonly #messages: Messages;
  readonly #plurals: Intl.PluralRules;
  readonly #numbers: Intl.NumberFormat;
  readonly #shares: Intl.NumberFormat;

  constructor(language = 'en', messages: Messages = ENGLISH_MESSAGES) {
    this.language = language;
    this.#messages = messages;
    this.#plurals = new Intl.PluralRules(language);
    this.#numbers = new Intl.NumberFormat(language);
    this.#shares = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  }

  text(key: Exclude<keyof Messages, 'pages'>, values: Readonly<Record<string, string>> = {}): string {
    return filled(this.#messages[key], values);
  }

  /** `12 pages`. */
  pages(count: number): string {
    const { pages } = this.#messages;
    return filled(pages[this.#plurals.select(count)] ?? pages.other, { count: this.number(count) });
  }

  number(value: number): string {
    return this.#numbers.format(value);
  }

  /** `62 %` of .62. */
  share(value: number): string {
    return this.#shares.format(value);
  }
}

const filled = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
