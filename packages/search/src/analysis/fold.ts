/** Marks that fold to nothing. */
const MARKS = /\p{M}+/gu;
/** Letters that Unicode does not take apart, with what they are typed as. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
};
const SPECIAL = /[ßæœøđðłþı]/g;
/** Scripts whose marks are letters' vowels, not ornaments: they stay as they are. */
const KEEPS_MARKS =
  /[\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Thai}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** A word as it is indexed and looked up: compatible forms, lower case, no diacritics. `Ａfé` and `CAFÉ` meet. */
export function fold(word: string): string {
  const lower = word.normalize('NFKC').toLowerCase();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is ASCII needs no folding
  if (/^[\x00-\x7f]*$/.test(lower)) return lower;
  if (KEEPS_MARKS.test(lower)) return lower.normalize('NFC');
  return lower
    .normalize('NFD')
    .replace(MARKS, '')
    .replace(SPECIAL, (letter) => LETTERS[letter]!)
    .normalize('NFC');
}
