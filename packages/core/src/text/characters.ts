/**
 * Classes of characters as the Rust tokenisers mean them. JavaScript's own `\s`, `trim` and `toLowerCase` differ: `\s`
 * has U+FEFF and lacks U+0085, and lower case looks at the neighbours of a sigma.
 */

/** Unicode's White_Space at the start and at the end of a text. */
const LEADING = /^\p{White_Space}+/u;
const WHITE_SPACE = /\p{White_Space}/u;

/** Whether a character is Unicode's White_Space. */
export const isWhiteSpace = (character: string): boolean => WHITE_SPACE.test(character);

/** A text without white space before it. */
export const trimStart = (text: string): string => text.replace(LEADING, '');

/** A text without white space after it. A regular expression would look at every run of white space in the text. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && WHITE_SPACE.test(text[end - 1]!)) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Characters of a text. A lone surrogate becomes U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** Lower case, each character by itself: a sigma at the end of a word is `σ` too. */
export const lowerCase = (text: string): string =>
  (text.includes('\u03a3') ? text.replaceAll('\u03a3', '\u03c3') : text).toLowerCase();

/** Punctuation of ASCII and Unicode, as the body of a character class. */
export const PUNCTUATION = String.raw`\p{P}\u0021-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e`;

/**
 * Characters that BERT sets apart, as the body of a character class. These are the ranges of the Rust tokenisers, which
 * published fast tokenizers are: theirs start one block at U+2B920, where the first BERT had U+2B820.
 */
export const IDEOGRAPHS = String.raw`\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}`;

/** `\s` and `\S` of a pattern as Unicode's White_Space; for patterns with the flag `u`. */
export const withWhiteSpace = ({ source, flags }: RegExp): RegExp =>
  new RegExp(
    source.replace(/\\(\\|s|S)/g, (whole, letter: string) =>
      letter === 's' ? String.raw`\p{White_Space}` : letter === 'S' ? String.raw`\P{White_Space}` : whole,
    ),
    flags,
  );
