import { around, type Box, type Rule, type Run } from './geometry.ts';

/** Runs of one line that stand together: between two of them a column, a cell or nothing begins. */
export interface Segment extends Box {
  runs: Run[];
  baseline: number;
  /** Size of most of its letters. */
  size: number;
}

/** Widest space between words, in sizes of the letters. Justified lines of narrow columns have such. */
const WORD_SPACE = 1.1;
/** Most that letters are raised or lowered on a line, in sizes: marks of footnotes, indices. */
const RAISED = 0.45;

/** Puts runs of one line together, up to wide gaps and vertical rules. */
export function segmentsOf(runs: readonly Run[], rules: readonly Rule[]): Segment[] {
  const rows: Run[][] = [];
  // Large letters first: small raised ones then find their line.
  for (const run of [...runs].sort((a, b) => a.baseline - b.baseline)) {
    const row = rows.findLast((others) => others.some((other) => onOneLine(other, run)));
    if (row) row.push(run);
    else rows.push([run]);
  }
  const upright = rules.filter(({ horizontal }) => !horizontal);
  return rows.flatMap((row) => {
    const found: Run[][] = [];
    for (const run of row.sort((a, b) => a.left - b.left)) {
      const last = found.at(-1)?.at(-1);
      if (last && !apart(last, run, upright)) found.at(-1)!.push(run);
      else found.push([run]);
    }
    return found.map(segmentOf);
  });
}

/** One segment of runs. */
function segmentOf(runs: readonly Run[]): Segment {
  const main = mainRun(runs);
  return { ...around(runs), runs: [...runs], baseline: main.baseline, size: main.size };
}

/** The run with most letters. */
const mainRun = (runs: readonly Run[]): Run =>
  runs.reduce((best, run) => (run.text.length > best.text.length ? run : best));

function onOneLine(a: Run, b: Run): boolean {
  const distance = Math.abs(a.baseline - b.baseline);
  const near = b.left - a.right < a.size * 2 && a.left - b.right < a.size * 2;
  const sizes = Math.max(a.size, b.size);
  // Letters of one size that are raised are of another line.
  const raised = Math.min(a.size, b.size) < sizes * 0.85;
  return distance < sizes * (raised && near ? RAISED : 0.15);
}

function apart(a: Run, b: Run, upright: readonly Rule[]): boolean {
  const gap = b.left - a.right;
  if (gap > Math.min(a.size, b.size) * WORD_SPACE) return true;
  // A heading beside a line of another column.
  if (gap > Math.max(a.size, b.size) * 0.6 && (a.size < b.size * 0.93 || b.size < a.size * 0.93)) return true;
  const middle = (b.top + b.bottom) / 2;
  return upright.some(
    ({ at, from, to }) =>
      from <= middle &&
      middle <= to &&
      at > a.right - a.size * 0.3 &&
      at < b.left + b.size * 0.3 &&
      at > a.left,
  );
}

/** Number of words of a segment, of one line each. */
export const wordsOf = ({ runs }: Segment): number =>
  runs.reduce((sum, { text }) => sum + text.trim().split(/\s+/).length, 0);
