import { around, type Box, median } from './geometry.ts';
import { type Segment, wordsOf } from './segments.ts';

/** A part of a page that is read line by line. */
export interface Region extends Box {
  segments: Segment[];
}

/** Narrowest gutter between columns, in sizes of the letters. */
const GUTTER = 0.8;
/** Narrowest column, as a part of all columns' width. */
const COLUMN = 0.15;
/** Part of the segments that may run across a gutter: titles, wide figures' captions. */
const ACROSS = 0.34;
/** Fewest words of a column's lines, on average: cells of tables have fewer. */
const WORDS = 3;
/** Deepest nesting of columns. */
const DEPTH = 6;

/**
 * Cuts a page into regions in reading order. Columns are found by gutters that few segments run across; those that do cut
 * the page into bands, each of which is read column by column.
 */
export function regionsOf(segments: readonly Segment[], depth: number = 0): Region[] {
  if (segments.length === 0) return [];
  const gutter = depth < DEPTH ? gutterOf(segments) : undefined;
  if (gutter === undefined) return [{ ...around(segments), segments: [...segments] }];
  const { at } = gutter;
  const across = segments.filter(({ left, right }) => left < at && right > at).sort((a, b) => a.top - b.top);
  const sides = segments.filter(({ left, right }) => left >= at || right <= at);
  // Lines that run across and follow each other are one band.
  const bands: Segment[][] = [];
  const rest = [...sides];
  const regions: Region[] = [];
  const columns = (until: number): void => {
    const band = rest.filter(({ baseline }) => baseline < until);
    for (const segment of band) rest.splice(rest.indexOf(segment), 1);
    const rightToLeft = isRightToLeft(band);
    const left = band.filter(({ right }) => right <= at);
    const right = band.filter(({ left: from }) => from >= at);
    if (left.length > 0 && right.length > 0)
      for (const side of rightToLeft ? [right, left] : [left, right])
        regions.push(...regionsOf(side, depth + 1));
    else if (band.length > 0) regions.push({ ...around(band), segments: band });
  };
  for (const segment of across) {
    if (rest.some(({ baseline }) => baseline < segment.baseline - segment.size * 0.3)) {
      flush();
      columns(segment.baseline - segment.size * 0.3);
    }
    if (bands.length === 0) bands.push([]);
    bands[0]!.push(segment);
  }
  flush();
  columns(Number.POSITIVE_INFINITY);
  return joined(regions);

  function flush(): void {
    const band = bands.pop();
    if (!band) return;
    // What stands on the same line beside what runs across belongs to it.
    const lines = rest.filter((one) =>
      band.some((other) => Math.abs(one.baseline - other.baseline) < other.size * 0.3),
    );
    for (const segment of lines) rest.splice(rest.indexOf(segment), 1);
    const all = [...band, ...lines];
    regions.push(...regionsOf(all, depth + 1));
  }
}

const isRightToLeft = (segments: readonly Segment[]): boolean => {
  const runs = segments.flatMap(({ runs }) => runs);
  return runs.filter(({ rightToLeft }) => rightToLeft).length * 2 > runs.length;
};

/** Regions that follow each other and stand below one another at the same width are one. */
function joined(regions: readonly Region[]): Region[] {
  const all: Region[] = [];
  for (const region of regions) {
    const last = all.at(-1);
    const same =
      last &&
      region.top >= last.bottom - 2 &&
      Math.abs(region.left - last.left) < 12 &&
      Math.abs(region.right - last.right) < 12;
    if (same)
      all[all.length - 1] = { ...around([last, region]), segments: [...last.segments, ...region.segments] };
    else all.push(region);
  }
  return all;
}

interface Gutter {
  at: number;
  width: number;
  across: number;
}

/** The clearest gutter of a part of a page, if it has columns of prose. */
const gutterOf = (segments: readonly Segment[]): Gutter | undefined =>
  guttersOf(segments).find(({ at }) => separatesProse(segments, at));

/** Upright strips that few segments run into, those that fewest do first. */
function guttersOf(segments: readonly Segment[]): Gutter[] {
  const { left, right } = around(segments);
  const width = right - left;
  const narrowest = median(segments.map(({ size }) => size)) * GUTTER;
  const cells = Math.max(1, Math.ceil(width));
  const cover = new Uint32Array(cells + 1);
  for (const segment of segments) {
    const to = Math.min(cells, Math.ceil(segment.right - left));
    for (let x = Math.max(0, Math.floor(segment.left - left)); x < to; x += 1) cover[x]! += 1;
  }
  const margin = Math.floor(width * COLUMN);
  const found: Gutter[] = [];
  const most = Math.floor(segments.length * ACROSS);
  for (const level of new Set([
    0,
    1,
    2,
    Math.floor(most / 8),
    Math.floor(most / 4),
    Math.floor(most / 2),
    most,
  ])) {
    if (level > most) continue;
    for (let from = margin; from < cells - margin; from += 1) {
      if (cover[from]! > level) continue;
      let to = from;
      while (to < cells - margin && cover[to]! <= level) to += 1;
      const inside = from > margin && to < cells - margin;
      if (inside && to - from >= narrowest) {
        const least = Math.min(...cover.subarray(from, to));
        const first = cover.indexOf(least, from);
        let last = first;
        while (last < to && cover[last] === least) last += 1;
        found.push({ at: left + (first + last) / 2, width: to - from, across: level });
      }
      from = to;
    }
  }
  return found.sort((a, b) => a.across - b.across || b.width - a.width);
}

function separatesProse(segments: readonly Segment[], at: number): boolean {
  const left = segments.filter(({ right }) => right <= at);
  const right = segments.filter(({ left: from }) => from >= at);
  if (left.length < 3 || right.length < 3) return false;
  const [a, b] = [around(left), around(right)];
  const together = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (together < 0.25 * Math.min(a.bottom - a.top, b.bottom - b.top)) return false;
  return isProse(left) && isProse(right);
}

/**
 * Lines of prose have several words, and most of them are about as wide as their column. What has gutters itself is prose
 * if all its columns are.
 */
function isProse(side: readonly Segment[], depth: number = 0): boolean {
  const inner = depth < DEPTH ? guttersOf(side)[0] : undefined;
  if (inner && inner.across <= side.length / 20) {
    const left = side.filter(({ right }) => right <= inner.at);
    const right = side.filter(({ left: from }) => from >= inner.at);
    if (left.length > 0 && right.length > 0) return isProse(left, depth + 1) && isProse(right, depth + 1);
  }
  const { left, right } = around(side);
  const lines = rowsOf(side);
  const words = side.reduce((sum, segment) => sum + wordsOf(segment), 0) / lines.length;
  const filled = lines.filter((line) => line.right - line.left > (right - left) * 0.6).length / lines.length;
  return words >= WORDS && filled >= 0.4;
}

/** The extents of lines: wide spaces part those that are justified. */
function rowsOf(column: readonly Segment[]): Box[] {
  const rows: { box: Box; baseline: number }[] = [];
  for (const segment of [...column].sort((a, b) => a.baseline - b.baseline)) {
    const last = rows.at(-1);
    if (last && segment.baseline - last.baseline < segment.size * 0.3) last.box = around([last.box, segment]);
    else rows.push({ box: segment, baseline: segment.baseline });
  }
  return rows.map(({ box }) => box);
}
