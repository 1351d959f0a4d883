import type { Block, Section } from './blocks.ts';

/** Blocks between two breaks. */
const BREAK = 500;

/** What belongs together in a page, and which blocks of it are kept. */
interface Whole {
  blocks: number[];
  words: number;
  keptWords: number;
  isHeaded: boolean;
}

/**
 * A heading that is less likely content than this goes with the text below it. Found on the development split of the
 * benchmark, where no type of page is worse for it; to keep the text below such a heading makes most of them worse.
 */
const UNSURE = 0.4;

/**
 * Mends a choice of blocks where parts of one thing were judged apart: tables are kept as a whole, and headings of which
 * nothing is left are dropped.
 *
 * @param likely probability of each block to be content
 * @param kept 1 for each block that is kept
 * @returns the mended choice
 */
export function* mendChoice(
  blocks: readonly Block[],
  likely: Float32Array,
  kept: Uint8Array,
): Generator<void, Uint8Array> {
  const mended = kept.slice();
  yield* keepTables(blocks, mended);
  yield* dropBareHeadings(blocks, likely, mended);
  return mended;
}

/** Keeps all cells of tables with header cells of which more than half of the words are kept. */
function* keepTables(blocks: readonly Block[], kept: Uint8Array): Generator<void, void> {
  const tables = new Map<Section, Whole>();
  for (const [index, block] of blocks.entries()) {
    if (index % BREAK === 0) yield;
    let isHead = false;
    let section: Section | undefined = block.section;
    for (; section && section.tag !== 'table'; section = section.parent) isHead ||= section.tag === 'th';
    if (!section) continue;
    const table = tables.get(section) ?? { blocks: [], words: 0, keptWords: 0, isHeaded: false };
    tables.set(section, table);
    table.blocks.push(index);
    table.words += block.words;
    if (kept[index] === 1) table.keptWords += block.words;
    table.isHeaded ||= isHead;
  }
  for (const { blocks: cells, words, keptWords, isHeaded } of tables.values()) {
    if (isHeaded && keptWords * 2 > words) for (const index of cells) kept[index] = 1;
  }
}

/**
 * Drops kept headings below the first level that are not sure to be content, if there is text below them and nothing of
 * it is kept: up to the next heading of their level or a higher one.
 */
function* dropBareHeadings(
  blocks: readonly Block[],
  likely: Float32Array,
  kept: Uint8Array,
): Generator<void, void> {
  // Gone through from the end. For each level, whether there is text in the section so far, and whether some is kept.
  const hasText = new Array<boolean>(LEVELS + 1).fill(false);
  const hasKept = new Array<boolean>(LEVELS + 1).fill(false);
  let below: Section | undefined;
  let isDropped = false;
  for (let index = blocks.length - 1; index >= 0; index -= 1) {
    if (index % BREAK === 0) yield;
    const heading = headingOf(blocks[index]!);
    const level = heading ? levelOf(heading) : LEVELS + 1;
    if (heading && heading === below) {
      // The first line of a heading of several goes with the last one.
      if (isDropped) kept[index] = 0;
      continue;
    }
    below = heading;
    isDropped =
      heading !== undefined &&
      level > 1 &&
      kept[index] === 1 &&
      likely[index]! < UNSURE &&
      hasText[level]! &&
      !hasKept[level]!;
    if (isDropped) kept[index] = 0;
    for (let each = 1; each <= LEVELS; each += 1) {
      // A heading ends the sections of its level and of lower ones.
      const ends = each >= level;
      hasText[each] = !ends;
      hasKept[each] = !ends && (hasKept[each]! || kept[index] === 1);
    }
  }
}

const LEVELS = 6;
/** Elements between the text of a heading and the heading. */
const NEAR = 3;

/** The heading that a block is text of. */
function headingOf({ section }: Block): Section | undefined {
  let each: Section | undefined = section;
  for (let near = 0; each && near < NEAR; near += 1, each = each.parent) {
    if (/^h[1-6]$/.test(each.tag)) return each;
  }
  return undefined;
}

const levelOf = ({ tag }: Section): number => Number(tag[1]);
