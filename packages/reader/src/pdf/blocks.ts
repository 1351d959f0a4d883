import { median } from './geometry.ts';
import type { Hyphens } from './hyphens.ts';
import { isBullet, isMarker, type Line, type Piece, piecesOfLine, textOf } from './lines.ts';
import type { Table } from './tables.ts';

/** A paragraph, heading, item or footnote, or lines of code. */
export interface TextBlock {
  kind: 'paragraph' | 'heading' | 'item' | 'note' | 'code';
  pieces: Piece[];
  size: number;
  bold: boolean;
  /** Left edge: items that stand further in are below those before. */
  left: number;
  /** Number or letter of an item, label of a note; empty for bullets. */
  label: string;
  /** Level of a heading. */
  level: number;
  page: number;
}

/** A part of a document in reading order. */
export type Block = TextBlock | { kind: 'table'; rows: Piece[][][]; page: number };

/** What is usual in a document. */
export interface Usual {
  /** Size of the letters of most text. */
  size: number;
  /** Distance of lines, in sizes of their letters. */
  leading: number;
  /** Whether most text is bold. */
  bold: boolean;
  /** Titles of the document's outline with their depth from 1, in lower case without spaces. */
  outline: ReadonlyMap<string, number>;
}

/** A heading's letters are larger than others' by this factor, if they are not bold. */
const LARGER = 1.12;
/** A footnote's are smaller by this. */
const SMALLER = 0.93;
/** Longest heading in characters, and longest that is only bold. */
const LONGEST = 220;
const LONGEST_BOLD = 110;

/** The usual measures of a document's lines. @param lines of its pages */
export function usualOf(lines: readonly Line[], outline: ReadonlyMap<string, number>): Usual {
  const weights = new Map<number, number>();
  let bold = 0;
  let all = 0;
  for (const line of lines) {
    const letters = line.segments.reduce(
      (sum, { runs }) => sum + runs.reduce((n, { text }) => n + text.length, 0),
      0,
    );
    const size = Math.round(line.size * 2) / 2;
    weights.set(size, (weights.get(size) ?? 0) + letters);
    all += letters;
    if (line.bold) bold += letters;
  }
  const size = [...weights].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 10;
  const distances: number[] = [];
  lines.forEach((line, index) => {
    const above = lines[index - 1];
    const step = above ? (line.baseline - above.baseline) / line.size : 0;
    if (above?.column === line.column && step > 0.8 && step < 2.5 && Math.abs(line.size - size) < 0.6)
      distances.push(step);
  });
  // The closest lines are those of paragraphs.
  const sorted = distances.sort((a, b) => a - b);
  return { size, leading: sorted[Math.floor(sorted.length * 0.35)] ?? 1.25, bold: bold * 2 > all, outline };
}

/** Groups the lines of a page into blocks. */
export function blocksOf(
  flow: readonly (Line | Table)[],
  page: number,
  usual: Usual,
  hyphens: Hyphens,
): Block[] {
  const blocks: Block[] = [];
  let group: Line[] = [];
  const end = (): void => {
    if (group.length > 0) blocks.push(blockOf(group, page, usual, hyphens));
    group = [];
  };
  for (const part of flow) {
    if ('rows' in part) {
      end();
      blocks.push({ kind: 'table', rows: part.rows, page });
      continue;
    }
    if (group.length > 0 && begins(part, group, usual)) end();
    group.push(part);
  }
  end();
  return blocks;
}

/** Whether a line begins another block than the one whose lines are `group`. */
function begins(line: Line, group: readonly Line[], usual: Usual): boolean {
  const above = group.at(-1)!;
  if (line.column !== above.column) return true;
  if (Math.abs(line.size - above.size) > above.size * 0.07) return true;
  if (line.monospace !== above.monospace || line.bold !== above.bold)
    return !(line.bold && startsInBold(group));
  const step = line.baseline - above.baseline;
  if (step < 0) return true;
  const leading = Math.max(usual.leading, 1) * line.size;
  if (step > leading * (line.monospace ? 2.2 : 1.32)) return true;
  if (line.monospace) return false;
  const marker = markerOf(line);
  const item = markerOf(group[0]!);
  if (marker !== undefined && (isBullet(marker) || follows(marker, item, above, line))) return true;
  if (
    group[0]!.size < usual.size * SMALLER &&
    noteLabel(line) !== undefined &&
    noteLabel(group[0]!) !== undefined
  )
    return true;
  const text = textOf(piecesOfLine(above));
  const width = line.column.right - line.column.left;
  if (item === undefined && !line.rightToLeft) {
    const indent = line.left - above.left;
    const indented =
      indent > line.size * 0.8 && indent < width * 0.25 && Math.abs(above.left - line.column.left) < 2;
    // A first line that stands out on the left is that of a hanging indent.
    if (indented && group.length > 1) return true;
    if (indented && /[.!?:»"”)\]]$/.test(text)) return true;
  }
  const room = line.rightToLeft ? above.left - line.column.left : line.column.right - above.right;
  const firstWord = /^\S+/.exec(textOf(piecesOfLine(line)))?.[0].length ?? 0;
  return room > (firstWord + 4) * line.size * 0.55 && /[.!?:。]["”»’)\]]*$/.test(text) && room > width * 0.15;
}

/** Whether a bold line goes on what other bold lines began: a paragraph that is bold as a whole. */
const startsInBold = (group: readonly Line[]): boolean => group.every(({ bold }) => bold);

/** Whether a number or letter begins the next item: after one of a list, or where a new line was begun on purpose. */
function follows(marker: string, item: string | undefined, above: Line, line: Line): boolean {
  if (item !== undefined && !isBullet(item)) return Math.abs(line.left - above.left) < 200;
  const short = above.right < line.column.right - line.size * 4;
  return short || /^\(?[1aAiI][.)]$/.test(marker);
}

/** The mark at the beginning of a line that is an item's. */
function markerOf(line: Line): string | undefined {
  const text = textOf(piecesOfLine(line));
  const [, first, rest] = /^(\S+)\s+(.*)$/su.exec(text) ?? [];
  return first !== undefined && rest !== '' && isMarker(first) ? first : undefined;
}

/** The label of a footnote that a line begins with. */
function noteLabel(line: Line): string | undefined {
  const pieces = piecesOfLine(line);
  if (pieces[0]?.mark) return pieces[0].text;
  return /^(\d{1,3}|[*†‡§]{1,3})[.)]?\s+\S/u.exec(textOf(pieces))?.[1];
}

function blockOf(lines: readonly Line[], page: number, usual: Usual, hyphens: Hyphens): TextBlock {
  const first = lines[0]!;
  const size = median(lines.map((line) => line.size));
  const base = { size, bold: lines.every(({ bold }) => bold), left: first.left, label: '', level: 0, page };
  if (first.monospace && lines.length > 1)
    return { ...base, kind: 'code', pieces: [{ text: lines.map(codeLine(lines)).join('\n') }] };
  const pieces = joinedLines(lines.map(piecesOfLine), hyphens);
  const text = textOf(pieces);
  const level = usual.outline.get(keyOf(text));
  if (level !== undefined && lines.length < 4) return { ...base, kind: 'heading', pieces, level };
  if (isHeading(text, lines, base, usual)) return { ...base, kind: 'heading', pieces };
  const note = size < usual.size * SMALLER ? noteLabel(first) : undefined;
  if (note !== undefined)
    return {
      ...base,
      kind: 'note',
      label: note,
      pieces: without(pieces, new RegExp(`^\\s*${escaped(note)}[.)]?\\s*`)),
    };
  const marker = markerOf(first);
  if (marker === undefined) return { ...base, kind: 'paragraph', pieces };
  const label = isBullet(marker) ? '' : marker;
  return { ...base, kind: 'item', label, pieces: without(pieces, /^\s*\S+\s+/) };
}

/** Spaces at the beginning of lines of code, by where they stand. */
function codeLine(lines: readonly Line[]): (line: Line) => string {
  const left = Math.min(...lines.map((line) => line.left));
  return (line) => {
    const spaces = Math.round((line.left - left) / (line.size * 0.6));
    return ' '.repeat(Math.max(0, spaces)) + textOf(piecesOfLine(line));
  };
}

function isHeading(
  text: string,
  lines: readonly Line[],
  { size, bold }: Pick<TextBlock, 'size' | 'bold'>,
  usual: Usual,
): boolean {
  if (!/\p{L}/u.test(text) || lines.length > 4 || text.length > LONGEST) return false;
  if (lines.some(({ segments }) => segments.length > 2)) return false;
  if (size >= usual.size * LARGER) return !/[.;,]$/.test(text) || text.length < 60;
  if (!bold || usual.bold || size < usual.size * SMALLER) return false;
  return text.length <= LONGEST_BOLD && lines.length < 3 && !/[.,;:]$/.test(text);
}

/** A text without what a pattern finds at its beginning. */
function without(pieces: readonly Piece[], beginning: RegExp): Piece[] {
  const all = pieces.map((piece) => ({ ...piece }));
  const whole = all.map(({ text }) => text).join('');
  let left = beginning.exec(whole)?.[0].length ?? 0;
  for (const piece of all) {
    const cut = Math.min(left, piece.text.length);
    piece.text = piece.text.slice(cut);
    left -= cut;
  }
  return all.filter(({ text }) => text !== '');
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What headings are compared by. */
export const keyOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** Lines as one text: parted words are put together. */
function joinedLines(lines: readonly (readonly Piece[])[], hyphens: Hyphens): Piece[] {
  const all: Piece[] = [];
  for (const line of lines) {
    const pieces = line.map((piece) => ({ ...piece }));
    const last = all.at(-1);
    if (last && pieces[0]) {
      const { cut, glue } = hyphens.seam(
        all
          .map(({ text }) => text)
          .join('')
          .slice(-60),
        textOf(pieces),
      );
      last.text = last.text.trimEnd();
      if (cut > 0) last.text = last.text.slice(0, -cut);
      pieces[0].text = pieces[0].text.trimStart();
      const [next] = pieces;
      const same = !last.mark && !next.mark && last.url === next.url;
      if (same) {
        last.text += glue + next.text;
        pieces.shift();
      } else if (glue !== '') all.push({ text: glue });
    }
    all.push(...pieces);
  }
  return all;
}
