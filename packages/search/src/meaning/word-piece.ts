/** BERT's uncased WordPiece: how a query becomes tokens of a query table. */

/** Letters a word may have at most; longer ones are unknown. */
const MOST_LETTERS = 100;
const CONTROL = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\ufffd]/u;
const SPACE = /[\t\n\r\p{Zs}]/u;
/** All of ASCII that is no letter or digit counts as punctuation, `$` and `+` too. */
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/u;
const HAN =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;

/** Words and single marks, lower case and without accents. */
export function basicTokens(text: string): string[] {
  let spaced = '';
  for (const character of text) {
    if (SPACE.test(character)) spaced += ' ';
    else if (CONTROL.test(character)) continue;
    else spaced += HAN.test(character) ? ` ${character} ` : character;
  }
  const plain = spaced
    .normalize('NFD')
    .replace(/\p{Mn}+/gu, '')
    .toLowerCase();
  let split = '';
  for (const character of plain) split += PUNCTUATION.test(character) ? ` ${character} ` : character;
  return split.split(/\s+/).filter((token) => token !== '');
}

/**
 * Tokens of a text: for each word the longest beginning that the vocabulary has, then the longest that goes on from
 * there (`##…`). A word that cannot be put together is left out, as it has no meaning to add.
 */
export function wordPieces(text: string, has: (token: string) => boolean): string[] {
  const tokens: string[] = [];
  for (const word of basicTokens(text)) {
    const letters = [...word];
    if (letters.length > MOST_LETTERS) continue;
    const pieces: string[] = [];
    let start = 0;
    while (start < letters.length) {
      let end = letters.length;
      let piece = '';
      for (; end > start; end--) {
        piece = (start > 0 ? '##' : '') + letters.slice(start, end).join('');
        if (has(piece)) break;
      }
      if (end === start) break;
      pieces.push(piece);
      start = end;
    }
    if (start === letters.length) tokens.push(...pieces);
  }
  return tokens;
}
