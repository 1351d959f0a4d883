/** Endings that make one English word of another; the vocabularies of query tables are English. */
const ENDINGS = 's es ed er ers ing ly ness less able ment ments ful'.split(' ');
/** Letters that the shorter word has at least: the beginning of a mistyped word is often a short one. */
const LEAST = 4;

/** Words that a word may be derived from: `lender` from `lend`. */
export const basesOf = (word: string): string[] =>
  ENDINGS.filter((ending) => word.endsWith(ending) && word.length - ending.length >= LEAST).map((ending) =>
    word.slice(0, -ending.length),
  );
