import type { Region } from './columns.ts';
import { around, type Box, type Run } from './geometry.ts';
import type { Segment } from './segments.ts';

/** A line of a region. */
export interface Line extends Box {
  segments: Segment[];
  baseline: number;
  size: number;
  bold: boolean;
  monospace: boolean;
  rightToLeft: boolean;
  /** Left and right edge of the column that it stands in. */
  column: { left: number; right: number };
}

/** Part of a text: plain, with a link, or the mark of a footnote. */
export interface Piece {
  text: string;
  url?: string | undefined;
  /** Whether it is raised, small, and short, as marks of footnotes are. */
  mark?: boolean | undefined;
}

/** Marks that begin an item of a list: bullets, and numbers or letters with a point or a parenthesis. */
const BULLET = /^[•‣◦▪▫■□●○–—·*➢➤✓✔-]$/;
const ENUMERATOR = /^\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]$/;
const MARK = /^(?:\d{1,3}|[*†‡§¶]{1,3}|[a-z])$/;

/** The lines of a region, from top to bottom. */
export function linesOf(region: Region): Line[] {
  const rows: Segment[][] = [];
  for (const segment of [...region.segments].sort((a, b) => a.baseline - b.baseline)) {
    const last = rows.at(-1);
    const near = last?.some((other) => {
      const distance = Math.abs(other.baseline - segment.baseline);
      return distance < Math.max(other.size, segment.size) * 0.35;
    });
    if (near) last!.push(segment);
    else rows.push([segment]);
  }
  const column = { left: region.left, right: region.right };
  return rows.map((row) =>
    lineOf(
      row.sort((a, b) => a.left - b.left),
      column,
    ),
  );
}

function lineOf(segments: readonly Segment[], column: Line['column']): Line {
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    // A bullet belongs to what follows, however far.
    if (last && joined.length === 1 && leads(last, segment))
      joined[0] = {
        ...around([last, segment]),
        runs: [...last.runs, ...segment.runs],
        baseline: segment.baseline,
        size: segment.size,
      };
    else joined.push(segment);
  }
  const runs = joined.flatMap((segment) => segment.runs);
  const letters = (some: readonly Run[]): number =>
    some.reduce((sum, { text }) => sum + text.trim().length, 0);
  const all = letters(runs);
  const main = joined.reduce((best, each) => (letters(each.runs) > letters(best.runs) ? each : best));
  const words = runs.filter(({ text }) => /[\p{L}\p{N}]/u.test(text) && !isMarker(text.trim()));
  return {
    ...around(segments),
    segments: joined,
    baseline: main.baseline,
    size: main.size,
    bold: words.length > 0 && words.every(({ bold }) => bold),
    monospace: letters(runs.filter(({ monospace }) => monospace)) > all * 0.8,
    rightToLeft: letters(runs.filter(({ rightToLeft }) => rightToLeft)) * 2 > all,
    column,
  };
}

/** Whether a segment is a bullet, a number or the mark of a footnote, for the text that follows it on its line. */
function leads(first: Segment, next: Segment): boolean {
  const text = plain(first.runs);
  return isMarker(text) || (MARK.test(text) && first.size < next.size * 0.85);
}

export const isMarker = (text: string): boolean => isBullet(text) || ENUMERATOR.test(text);
export const isBullet = (text: string): boolean => BULLET.test(text);

const plain = (runs: readonly Run[]): string =>
  runs
    .map(({ text }) => text.trim())
    .join(' ')
    .trim();

/** The text of runs that share a line, in the order in which it is read. */
export function piecesOf(
  runs: readonly Run[],
  size: number,
  baseline: number,
  rightToLeft: boolean,
): Piece[] {
  const pieces: Piece[] = [];
  let previous: Run | undefined;
  for (const run of inOrder(runs, rightToLeft)) {
    const text = run.text.replace(/\s+/g, ' ');
    const raised = run.size < size * 0.85 && baseline - run.baseline > size * 0.15;
    const mark = raised && MARK.test(text.trim());
    const gap = previous ? Math.max(run.left - previous.right, previous.left - run.right) : 0;
    const last = pieces.at(-1);
    const open = last !== undefined && !/\s$/.test(last.text) && !/^\s/.test(text);
    const spaced = open && gap > size * 0.13 ? ' ' : '';
    if (last && last.url === run.url && !last.mark && !mark) last.text += spaced + text;
    else {
      if (last && (spaced !== '' || /\s$/.test(last.text)) && !mark) {
        last.text = last.text.trimEnd();
        pieces.push({ text: ' ' });
      }
      const part = {
        text: mark ? text.trim() : run.url === undefined ? text : text.trim(),
        url: run.url,
        mark,
      };
      pieces.push(part);
      if (!mark && run.url !== undefined && /\s$/.test(text)) pieces.push({ text: ' ' });
    }
    previous = run;
  }
  return pieces;
}

/** The text of a line. */
export const textOf = (pieces: readonly Piece[]): string =>
  pieces
    .map(({ text }) => text)
    .join('')
    .trim();

/** Pieces of a whole line, its segments apart by a space. */
export const piecesOfLine = (line: Line): Piece[] =>
  piecesOf(
    line.segments.flatMap(({ runs }) => runs),
    line.size,
    line.baseline,
    line.rightToLeft,
  );

/** In a line that reads to the left, runs that read to the right keep their order among themselves. */
function inOrder(runs: readonly Run[], rightToLeft: boolean): Run[] {
  const sorted = [...runs].sort((a, b) => a.left - b.left);
  if (!rightToLeft) return sorted;
  const ordered: Run[] = [];
  let latin: Run[] = [];
  for (const run of sorted.reverse()) {
    if (run.rightToLeft) {
      ordered.push(...latin, run);
      latin = [];
    } else latin.unshift(run);
  }
  return [...ordered, ...latin];
}
