/** A caller's text as messages quote it: what was sent in place of an id is not repeated whole. */
export const shortened = (text: string, most = 100): string =>
  text.length > most ? `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…` : text;
