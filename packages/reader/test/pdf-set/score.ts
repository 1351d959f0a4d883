import type { Truth } from './model.ts';

/** How much of a document was found. */
export interface PdfScore {
  /** Similarity of the sequences of words: twice the length of the longest that both have, by the lengths of both. */
  order: number;
  cells: Counts;
  headings: Counts;
  /** Headings found at the right depth below the document's first level. */
  levels: number;
}

/** Numbers of what was to be found, what was found, and what was right. */
export interface Counts {
  wanted: number;
  found: number;
  right: number;
}

/** Scores Markdown against what a document says. */
export function scoreOf(markdown: string, truth: Truth): PdfScore {
  const words = wordsOf(markdown);
  const common = longestCommon(words, truth.words.map(normal));
  const headings = [...markdown.matchAll(/^(#{1,6}) (.*)$/gm)].map(([, marks, text]) => ({
    level: marks!.length,
    text: plain(text!),
  }));
  const left = truth.headings.map(({ level, text }) => ({ level, text: normal(text) }));
  let right = 0;
  let levels = 0;
  for (const { level, text } of headings) {
    const index = left.findIndex((each) => each.text === text);
    if (index < 0) continue;
    right += 1;
    if (left[index]!.level === level) levels += 1;
    left.splice(index, 1);
  }
  return {
    order: (2 * common) / (words.length + truth.words.length || 1),
    cells: cellCounts(tablesOf(markdown), truth.tables),
    headings: { wanted: truth.headings.length, found: headings.length, right },
    levels,
  };
}

/** F1 of counts; undefined where there was nothing to find and nothing found. */
export function f1({ wanted, found, right }: Counts): number | undefined {
  return wanted + found === 0 ? undefined : (2 * right) / (wanted + found);
}

/** The counts of several documents. */
export const sumOf = (counts: readonly Counts[]): Counts =>
  counts.reduce(
    (sum, { wanted, found, right }) => ({
      wanted: sum.wanted + wanted,
      found: sum.found + found,
      right: sum.right + right,
    }),
    { wanted: 0, found: 0, right: 0 },
  );

const normal = (text: string): string => text.normalize('NFKC').trim();

const plain = (markdown: string): string =>
  normal(
    markdown
      .replace(/\[\^[^\]]*\]:?/g, '')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/\\(?=\W)/g, ''),
  );

function wordsOf(markdown: string): string[] {
  return markdown
    .split('\n')
    .filter((line) => !/^\|(?: --- \|)+$/.test(line) && !/^\*Page \d+ is a picture/.test(line))
    .map((line) => (line.startsWith('|') ? line.slice(1, -1).replaceAll(' | ', ' ') : line))
    .map((line) => plain(line.replace(/^\s*(?:#{1,6}|[-+*]|\d+\.)\s+/, '')))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== '');
}

function tablesOf(markdown: string): string[][][] {
  return markdown
    .split(/\n{2,}/)
    .filter((block) => block.startsWith('|'))
    .map((block) =>
      block
        .split('\n')
        .filter((_, index) => index !== 1)
        .map((line) => line.slice(1, -1).split('|').map(plain)),
    );
}

/** A cell is right if it has the text of the wanted one in its row and column. Tables are compared in their order. */
function cellCounts(found: readonly string[][][], wanted: readonly string[][][]): Counts {
  const size = (tables: readonly string[][][]): number => tables.flat(2).length;
  let right = 0;
  wanted.forEach((table, number) => {
    table.forEach((row, y) => {
      row.forEach((cell, x) => {
        if (found[number]?.[y]?.[x] === normal(cell)) right += 1;
      });
    });
  });
  return { wanted: size(wanted), found: size(found), right };
}

/** Length of the longest sequence that two have in common. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let above = new Uint32Array(b.length + 1);
  for (const word of a) {
    const row = new Uint32Array(b.length + 1);
    for (let index = 1; index <= b.length; index += 1) {
      row[index] = b[index - 1] === word ? above[index - 1]! + 1 : Math.max(above[index]!, row[index - 1]!);
    }
    above = row;
  }
  return above[b.length]!;
}
