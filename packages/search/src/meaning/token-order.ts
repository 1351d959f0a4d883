/**
 * Which row a token has. Tokens of the site and frequent ones come first, in groups that double: a host that serves no
 * parts sends groups whole. Tokens of the first groups that are words of the site are noted beside those words, the
 * others of those groups listed with them; the rest lies in a file that only rare words need.
 */
import { type ByteReader, type ByteWriter, readSorted, writeSorted } from '../format/bytes.ts';

/** Rows of the first group; each next one has twice as many, up to the most. */
const FIRST_ROWS = 256;
const MOST_ROWS = 4096;
/** Groups that are known from the start: 256 + 512 + 1024 + 2048 + 4096 tokens. */
const FIRST_GROUPS = 5;

/** Tokens in groups, the likeliest first, each sorted: in the first groups, words of the site before others. */
export function groupTokens(
  likeliestFirst: readonly string[],
  isSiteWord: (token: string) => boolean,
): string[][] {
  const groups: string[][] = [];
  for (let first = 0, size = FIRST_ROWS; first < likeliestFirst.length; ) {
    const group = likeliestFirst.slice(first, first + size).sort();
    const isFirst = (token: string): boolean => groups.length < FIRST_GROUPS && isSiteWord(token);
    groups.push([...group.filter(isFirst), ...group.filter((token) => !isFirst(token))]);
    first += size;
    size = Math.min(size * 2, MOST_ROWS);
  }
  return groups;
}

/** Writes, for each word of the site, its group counted from 1, or 0; then the other tokens of the first groups. */
export function writeFirstTokens(
  writer: ByteWriter,
  words: readonly string[],
  groups: readonly (readonly string[])[],
): void {
  const first = groups.slice(0, FIRST_GROUPS);
  const groupOf = new Map(first.flatMap((group, index) => group.map((token) => [token, index + 1] as const)));
  for (const word of words) writer.byte(groupOf.get(word) ?? 0);
  const own = new Set(words);
  writer.varint(first.length);
  for (const group of first)
    writeSorted(
      writer,
      group.filter((token) => !own.has(token)),
    );
}

/** Reads what {@link writeFirstTokens} wrote: rows by token. */
export function readFirstTokens(reader: ByteReader, words: readonly string[]): Map<string, number> {
  const own: string[][] = Array.from({ length: FIRST_GROUPS }, () => []);
  for (const word of words) {
    const group = reader.byte();
    if (group > 0) own[group - 1]?.push(word);
  }
  const rows = new Map<string, number>();
  const groups = reader.varint();
  for (let group = 0; group < groups; group++) {
    for (const token of [...own[group]!, ...readSorted(reader)]) rows.set(token, rows.size);
  }
  return rows;
}

export function writeOtherTokens(writer: ByteWriter, groups: readonly (readonly string[])[]): void {
  const others = groups.slice(FIRST_GROUPS);
  writer.varint(others.length);
  for (const group of others) writeSorted(writer, group);
}

/** Adds the tokens of the other groups behind those that are known. */
export function readOtherTokens(reader: ByteReader, known: ReadonlyMap<string, number>): Map<string, number> {
  const rows = new Map(known);
  const groups = reader.varint();
  for (let group = 0; group < groups; group++) {
    for (const token of readSorted(reader)) rows.set(token, rows.size);
  }
  return rows;
}
