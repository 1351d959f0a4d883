/** Sentences of the library in the language in use. They are English where they come from. */
import { slots } from './slots.ts';

/** Pairs of a sentence in English and in a language. `{name}` in both stands for what differs. */
export type LibrarySentences = readonly (readonly [english: string, own: string])[];

/** Finds sentences in another language. */
interface Search {
  /** One that is among them to the letter. */
  whole(sentence: string): string | undefined;
  /** One with parts that differ. */
  withParts(sentence: string): string | undefined;
}

const searches = new WeakMap<LibrarySentences, Search>();

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');

/** A sentence with parts as an expression that finds them. Braces that hold no single word are its own. */
function expressionOf(english: string): RegExp {
  const source = english
    .split(/(\{\w+\})/u)
    .map((piece, index) => (index % 2 === 1 ? `(?<${piece.slice(1, -1)}>.+?)` : escaped(piece)));
  return new RegExp(`^${source.join('')}$`, 'su');
}

/** Numbers with a fraction or with groups of thousands, as a language writes them. Names with figures stay as they are. */
const localNumbers = (text: string, language: string): string =>
  text.replace(/(?<![\w.,-])(?:\d{1,3}(?:,\d{3})+|\d+\.\d+)(?![\w.,]*\w)/gu, (number) =>
    new Intl.NumberFormat(language, {
      useGrouping: number.includes(','),
      minimumFractionDigits: number.split('.')[1]?.length ?? 0,
    }).format(Number(number.replaceAll(',', ''))),
  );

function searchIn(sentences: LibrarySentences, language: string): Search {
  const whole = new Map(sentences.filter(([english]) => !/\{\w+\}/u.test(english)));
  const patterns = sentences
    .filter(([english]) => !whole.has(english))
    .map(([english, own]) => [expressionOf(english), own] as const);
  const withParts = (sentence: string): string | undefined => {
    for (const [expression, own] of patterns) {
      const parts = expression.exec(sentence)?.groups;
      if (!parts) continue;
      const localized = Object.entries(parts).map(([name, part]) => [name, localNumbers(part, language)]);
      return slots(own, Object.fromEntries(localized)).join('');
    }
    return undefined;
  };
  return { whole: (sentence) => whole.get(sentence), withParts };
}

/** Ends of sentences: what follows begins with a capital, a name of code or a figure. */
const ENDS = /(?<=[.!?])\s+(?=[\p{Lu}`\d])/u;

/**
 * What the library says, in another language: as it is listed, otherwise sentence by sentence, and at last as one sentence
 * with parts. In this order, as a part that differs may be a sentence itself, which would stay English.
 * @returns undefined where a part of it is not among the sentences
 */
export function translated(text: string, sentences: LibrarySentences, language: string): string | undefined {
  const search = searches.get(sentences) ?? searchIn(sentences, language);
  searches.set(sentences, search);
  const whole = search.whole(text);
  if (whole !== undefined) return whole;
  const parts = text.split(ENDS).map((part) => search.whole(part) ?? search.withParts(part));
  return parts.every((part) => part !== undefined) ? parts.join(' ') : search.withParts(text);
}
