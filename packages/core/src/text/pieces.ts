/** A part of a text that a pattern matches. */
export type Match = readonly [start: number, end: number];

/** Treatment of the matched parts, as tokenizer.json names it. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

/** The parts of a text between and in a pattern's matches; empty ones are left out. */
export function splitAt(
  text: string,
  matches: Iterable<Match>,
  behavior: SplitBehavior,
  invert = false,
): string[] {
  const parts: { start: number; end: number; matched: boolean }[] = [];
  let from = 0;
  for (const [start, end] of matches) {
    if (start > from) parts.push({ start: from, end: start, matched: invert });
    if (end > start) parts.push({ start, end, matched: !invert });
    from = end;
  }
  if (from < text.length) parts.push({ start: from, end: text.length, matched: invert });
  const pieces: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const { start, matched } = parts[index]!;
    if (matched && behavior === 'Removed') continue;
    let last = index;
    const next = (): { matched: boolean } | undefined => parts[last + 1];
    if (behavior === 'MergedWithPrevious' && !matched && next()?.matched) last++;
    if (behavior === 'MergedWithNext' && matched && next()?.matched === false) last++;
    while (behavior === 'Contiguous' && next()?.matched === matched) last++;
    pieces.push(text.slice(start, parts[last]!.end));
    index = last;
  }
  return pieces;
}

/** Matches of a pattern with the flag `g`. */
export function* matchesOf(text: string, pattern: RegExp): Generator<Match> {
  for (const match of text.matchAll(pattern)) yield [match.index, match.index + match[0].length];
}

/** Occurrences of a string in a text. */
export function* occurrences(text: string, wanted: string): Generator<Match> {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    yield [at, at + wanted.length];
  }
}
