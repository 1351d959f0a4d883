import { around, type Box, clustered, type Rule, type Run } from './geometry.ts';
import { isMarker, type Line, type Piece, piecesOf } from './lines.ts';
import { segmentsOf } from './segments.ts';

/** A table: rows of cells, of pieces of text each. */
export interface Table extends Box {
  rows: Piece[][][];
}

/** How far rules may miss each other and still meet, in points. */
const REACH = 3;
/** Narrowest space between columns, in sizes of the letters. Spaces of justified lines are below each other by chance. */
const GUTTER = 0.7;
/** Fewest rows of a table without rules. */
const ROWS = 3;
/** Widest distance of lines of one cell, in sizes of the letters. */
const LEADING = 1.7;
/** Part of the cells that hold text in a table without rules. */
const FILLED = 0.55;

/** Tables that rules draw, and the runs that are in none. */
export function ruledTables(runs: readonly Run[], rules: readonly Rule[]): { tables: Table[]; rest: Run[] } {
  let rest = [...runs];
  const tables: Table[] = [];
  for (const group of meeting(rules)) {
    const ys = clustered(
      group.filter(({ horizontal }) => horizontal).map(({ at }) => at),
      REACH,
    );
    const xs = clustered(
      group.filter(({ horizontal }) => !horizontal).map(({ at }) => at),
      REACH,
    );
    if (ys.length < 2) continue;
    const box = boxOf(group);
    // Rules between columns alone: the outer edges are where the others end.
    if (xs.length > 0) {
      if (xs[0]! - box.left > REACH * 2) xs.unshift(box.left);
      if (box.right - xs.at(-1)! > REACH * 2) xs.push(box.right);
    }
    if (xs.length < 3 || (ys.length < 3 && xs.length < 4)) continue;
    const inside = rest.filter((run) => isIn(run, box));
    const grid = cellsOf(inside, xs, ys);
    const filled = grid.flat().filter((cell) => cell.length > 0).length;
    if (filled < 2 || grid.filter((row) => row.filter((cell) => cell.length > 0).length > 1).length === 0)
      continue;
    const rows = grid
      .map((row) => row.map(piecesOfCell))
      .filter((row) => row.some((cell) => cell.length > 0));
    tables.push({ ...box, rows: withoutEmptyColumns(rows) });
    rest = rest.filter((run) => !isIn(run, box));
  }
  return { tables, rest };
}

const isIn = ({ left, right, top, bottom }: Box, box: Box): boolean => {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return x > box.left && x < box.right && y > box.top && y < box.bottom;
};

const boxOf = (rules: readonly Rule[]): Box =>
  around(
    rules.map(({ horizontal, at, from, to }) =>
      horizontal
        ? { left: from, right: to, top: at, bottom: at }
        : { left: at, right: at, top: from, bottom: to },
    ),
  );

/** Rules that meet, directly or through others. */
function meeting(rules: readonly Rule[]): Rule[][] {
  let groups: Rule[][] = [];
  for (const rule of rules) {
    const near = groups.filter((group) => group.some((other) => meets(rule, other)));
    groups = [...groups.filter((group) => !near.includes(group)), [rule, ...near.flat()]];
  }
  return groups.sort((a, b) => boxOf(a).top - boxOf(b).top);
}

function meets(a: Rule, b: Rule): boolean {
  if (a.horizontal === b.horizontal)
    return Math.abs(a.at - b.at) <= REACH && a.from <= b.to + REACH && b.from <= a.to + REACH;
  return a.at >= b.from - REACH && a.at <= b.to + REACH && b.at >= a.from - REACH && b.at <= a.to + REACH;
}

function cellsOf(runs: readonly Run[], xs: readonly number[], ys: readonly number[]): Run[][][] {
  const grid = Array.from({ length: ys.length - 1 }, () =>
    Array.from({ length: xs.length - 1 }, (): Run[] => []),
  );
  for (const run of runs) {
    const row = between(ys, (run.top + run.bottom) / 2);
    // Text that is wider than its cell begins in it.
    const column = between(xs, Math.min((run.left + run.right) / 2, run.left + 4));
    grid[row]?.[column]?.push(run);
  }
  return grid;
}

const between = (edges: readonly number[], value: number): number =>
  edges.findLastIndex((edge) => edge <= value);

function piecesOfCell(runs: readonly Run[]): Piece[] {
  const segments = segmentsOf(runs, []).sort((a, b) => a.baseline - b.baseline || a.left - b.left);
  return segments.flatMap((segment, index) => {
    const rightToLeft = segment.runs.filter((run) => run.rightToLeft).length * 2 > segment.runs.length;
    const pieces = piecesOf(segment.runs, segment.size, segment.baseline, rightToLeft);
    return index === 0 ? pieces : [{ text: ' ' }, ...pieces];
  });
}

function withoutEmptyColumns(rows: readonly Piece[][][]): Piece[][][] {
  const kept = rows[0]!.map((_, column) => rows.some((row) => row[column]!.length > 0));
  return rows.map((row) => row.filter((_, column) => kept[column]));
}

/** Puts lines whose parts stand below each other in columns together as tables. */
export function withAlignedTables(lines: readonly Line[]): (Line | Table)[] {
  const found: (Line | Table)[] = [];
  for (let from = 0; from < lines.length; ) {
    let to = from;
    if (isRow(lines[from]!)) {
      to = from + 1;
      while (to < lines.length && (isRow(lines[to]!) || continues(lines, from, to))) to += 1;
      while (to > from && !isRow(lines[to - 1]!) && !insideColumn(lines.slice(from, to - 1), lines[to - 1]!))
        to -= 1;
    }
    const table = to - from >= ROWS ? alignedTable(lines.slice(from, to)) : undefined;
    if (table) {
      found.push(table);
      from = to;
    } else {
      found.push(lines[from]!);
      from += 1;
    }
  }
  return found;
}

const isRow = ({ segments, monospace }: Line): boolean =>
  segments.length > 1 && !monospace && !isMarker(segments[0]!.runs.map(({ text }) => text.trim()).join(''));

/** Whether a line of one part continues a cell of the row above. */
function continues(lines: readonly Line[], from: number, at: number): boolean {
  const [above, line] = [lines[at - 1]!, lines[at]!];
  const close = line.baseline - above.baseline < line.size * LEADING;
  return close && Math.abs(line.size - above.size) < 1 && insideColumn(lines.slice(from, at), line);
}

/** Whether the parts of a line stand below single columns of rows, not across several. */
function insideColumn(rows: readonly Line[], line: Line): boolean {
  const columns = columnsOf(rows.filter(isRow));
  if (columns.length < 2) return false;
  return line.segments.every(
    (segment) =>
      columns.filter((column) => column.left < segment.right && segment.left < column.right).length === 1,
  );
}

/** Horizontal extents of what overlaps. */
function columnsOf(rows: readonly Line[]): { left: number; right: number }[] {
  const parts = rows.flatMap(({ segments }) => segments).sort((a, b) => a.left - b.left);
  const columns: { left: number; right: number }[] = [];
  const size = rows[0]?.size ?? 0;
  for (const { left, right } of parts) {
    const last = columns.at(-1);
    if (last && left < last.right + GUTTER * size) last.right = Math.max(last.right, right);
    else columns.push({ left, right });
  }
  return columns;
}

function alignedTable(lines: readonly Line[]): Table | undefined {
  const columns = columnsOf(lines.filter(isRow));
  if (columns.length < 2) return undefined;
  const rows: Piece[][][] = [];
  let filled = 0;
  let all = 0;
  lines.forEach((line, index) => {
    const cells = columns.map((column) =>
      line.segments.filter(({ left, right }) => left < column.right && right > column.left),
    );
    const pieces = cells.map((segments) =>
      segments.flatMap(({ runs, size, baseline }) => piecesOf(runs, size, baseline, line.rightToLeft)),
    );
    const above = rows.at(-1);
    if (above && index > 0 && !isRow(line) && continues(lines, 0, index)) {
      pieces.forEach((cell, column) => {
        if (cell.length > 0) above[column]!.push({ text: ' ' }, ...cell);
      });
      return;
    }
    filled += pieces.filter((cell) => cell.length > 0).length;
    all += columns.length;
    rows.push(line.rightToLeft ? pieces.reverse() : pieces);
  });
  if (rows.length < ROWS || filled / all < FILLED) return undefined;
  return { ...around(lines), rows };
}
