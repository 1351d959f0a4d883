/**
 * Which row a token has. Tokens of the site and frequent ones come first, in groups that double. Tokens of those groups
 * that are words of the site are noted beside those words, the others of the groups listed with them. The rest follows
 * by likelihood, and lies sorted in blocks of which a rare word needs one.
 */
import { type ByteReader, ByteWriter, readSorted, writeSorted } from '../format/bytes.ts';

/** Tokens of the first group; each next one has twice as many. */
const FIRST_ROWS = 256;
/** Groups that are known from the start: 256 + 512 + 1024 + 2048 + 4096 tokens. */
const FIRST_GROUPS = 5;
/** Tokens of a block of the others. */
const TOKENS_OF_BLOCK = 256;

/** Tokens in the order of their rows. */
export interface TokenOrder {
  /** The likeliest, in groups, each sorted: words of the site before others. */
  readonly groups: readonly (readonly string[])[];
  /** The others, the likeliest first. */
  readonly others: readonly string[];
}

export const NO_TOKENS: TokenOrder = { groups: [], others: [] };

export function orderTokens(
  likeliestFirst: readonly string[],
  isSiteWord: (token: string) => boolean,
): TokenOrder {
  const groups: string[][] = [];
  let first = 0;
  for (let size = FIRST_ROWS; groups.length < FIRST_GROUPS && first < likeliestFirst.length; size *= 2) {
    const group = likeliestFirst.slice(first, first + size).sort();
    groups.push([...group.filter(isSiteWord), ...group.filter((token) => !isSiteWord(token))]);
    first += size;
  }
  return { groups, others: likeliestFirst.slice(first) };
}

/** Tokens by row. */
export const tokensInOrder = ({ groups, others }: TokenOrder): string[] => [...groups.flat(), ...others];

/** Writes, for each word of the site, its group counted from 1, or 0; then the other tokens of the groups. */
export function writeFirstTokens(
  writer: ByteWriter,
  words: readonly string[],
  { groups }: Pick<TokenOrder, 'groups'>,
): void {
  const groupOf = new Map(
    groups.flatMap((group, index) => group.map((token) => [token, index + 1] as const)),
  );
  for (const word of words) writer.byte(groupOf.get(word) ?? 0);
  const own = new Set(words);
  writer.varint(groups.length);
  for (const group of groups)
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

/** The other tokens in blocks, sorted, each with its place among them; and the first token of each block. */
export function tokenBlocks({ others }: Pick<TokenOrder, 'others'>): {
  first: string[];
  blocks: Uint8Array<ArrayBuffer>[];
} {
  const placeOf = new Map(others.map((token, place) => [token, place]));
  const sorted = others.toSorted((left, right) => (left < right ? -1 : 1));
  const first: string[] = [];
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < sorted.length; at += TOKENS_OF_BLOCK) {
    const tokens = sorted.slice(at, at + TOKENS_OF_BLOCK);
    const writer = new ByteWriter();
    writeSorted(writer, tokens);
    for (const token of tokens) writer.varint(placeOf.get(token)!);
    first.push(tokens[0]!);
    blocks.push(writer.finish());
  }
  return { first, blocks };
}

/** Reads a block of {@link tokenBlocks}: the place of each token among the others. */
export function readTokenBlock(reader: ByteReader): Map<string, number> {
  const tokens = readSorted(reader);
  return new Map(tokens.map((token) => [token, reader.varint()]));
}
