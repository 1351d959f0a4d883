/**
 * A caller's text as messages quote it: what was sent in place of an id is not repeated whole, and what JSON would
 * escape (line breaks, other control characters, halves of surrogate pairs) is a mark each.
 */
export const shortened = (text: string, most = 100): string => {
  const cut = text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return cut.replace(/[\p{Cc}\p{Cs}]/gu, '\ufffd');
};
