import type { Segment } from './segments.ts';

/** The text of one page, and its height. */
export interface PageSegments {
  height: number;
  segments: readonly Segment[];
}

/** Part of a page's height at its top and bottom in which running heads and feet stand. */
const ZONE = 0.12;
/** How far the places of a running head may differ from page to page, in points. */
const PLACE = 4;
/** Fewest pages that repeat a head, in documents of more than four pages. */
const REPEATED = 3;

const NUMBER = String.raw`(?:\d{1,4}|[ivxlc]{1,7})`;
const PAGE_NUMBER = new RegExp(
  String.raw`^[\s\-–—|·[(]*(?:(?:page|p\.|seite|s\.|página|pagina)\s*)?${NUMBER}(?:\s*(?:/|of|von|de|di|sur)\s*\d{1,4})?[\s\-–—|·\])]*$`,
  'iu',
);

/** Running heads, running feet and page numbers: what pages repeat at the same place near their edges. */
export function runningSegments(pages: readonly PageSegments[]): Set<Segment> {
  const found = new Set<Segment>();
  const places = new Map<string, { segment: Segment; page: number; at: number }[]>();
  pages.forEach(({ height, segments }, page) => {
    for (const segment of segments) {
      const top = segment.baseline < height * ZONE;
      if (!top && segment.baseline < height * (1 - ZONE)) continue;
      const text = textOf(segment);
      const at = top ? segment.baseline : height - segment.baseline;
      if (PAGE_NUMBER.test(text) && isOutermost(segment, segments, top) && !leads(segment, segments)) {
        if (pages.length > 1 || standsApart(segment, segments, top)) found.add(segment);
        continue;
      }
      // Figures alone are cells of tables that run on.
      if (!/\p{L}{2}/u.test(text)) continue;
      const key = `${top}\n${text.toLowerCase().replace(/\d+/g, '#').replace(/\s+/g, ' ')}`;
      places.set(key, [...(places.get(key) ?? []), { segment, page, at }]);
    }
  });
  const needed = pages.length > 4 ? REPEATED : 2;
  for (const all of places.values()) {
    for (const { segment, at } of all) {
      const same = all.filter((other) => Math.abs(other.at - at) <= PLACE);
      if (new Set(same.map(({ page }) => page)).size >= needed) found.add(segment);
    }
  }
  return found;
}

const textOf = ({ runs }: Segment): string =>
  runs
    .map(({ text }) => text)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();

/** Whether text follows close by on the line, as behind the mark of a footnote. */
const leads = (segment: Segment, segments: readonly Segment[]): boolean =>
  segments.some(
    ({ baseline, left, size }) =>
      Math.abs(baseline - segment.baseline) < size * 0.5 &&
      left > segment.right &&
      left - segment.right < size * 4,
  );

const isOutermost = (segment: Segment, segments: readonly Segment[], top: boolean): boolean =>
  segments.every(({ baseline }) =>
    top ? baseline >= segment.baseline - segment.size : baseline <= segment.baseline + segment.size,
  );

/** Whether more than a blank line is between a segment and the rest of its page. */
const standsApart = (segment: Segment, segments: readonly Segment[], top: boolean): boolean =>
  segments.every(
    ({ baseline }) =>
      Math.abs(baseline - segment.baseline) < 1 ||
      (top ? baseline - segment.baseline : segment.baseline - baseline) > segment.size * 2,
  );
