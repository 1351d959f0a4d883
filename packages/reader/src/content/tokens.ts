import type { Block, Section } from './blocks.ts';

/** Sections around a block whose names count as near. */
const NEAR = 3;
/** Longest block whose words are looked at, and the most words of it. */
const SHORT_BLOCK = 14;

/**
 * The names and words that a block is judged by: `n:` names of classes near it, `f:` further out, `w:` its own
 * words if it is short.
 */
export function blockTokens({ section, tokens, text, words }: Block): string[] {
  const found = new Set<string>();
  for (const token of tokens) found.add(`n:${token}`);
  let level = 0;
  for (let each: Section | undefined = section; each; each = each.parent, level += 1) {
    const zone = level < NEAR ? 'n:' : 'f:';
    found.add(`${zone}<${each.tag}>`);
    for (const token of each.tokens) found.add(zone + token);
  }
  if (words <= SHORT_BLOCK) {
    const own = text.toLowerCase().match(/[\p{L}]{2,}/gu) ?? [];
    for (const word of own) found.add(`w:${word}`);
    if (own.length <= 3) found.add(`w:=${own.join(' ')}`);
  }
  return [...found];
}
