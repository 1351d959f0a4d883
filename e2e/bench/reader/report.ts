import type { MeasuredPage, Split } from './splits.ts';

const TYPES = ['article', 'forum', 'product', 'collection', 'listing', 'documentation', 'service'];

const mean = (pages: readonly MeasuredPage[], value: (page: MeasuredPage) => number): number =>
  pages.reduce((sum, page) => sum + value(page), 0) / pages.length;

/** A table of one split: all pages, then by their type. */
export function readerReport(split: Split, pages: readonly MeasuredPage[]): string {
  const row = (name: string, some: readonly MeasuredPage[]): string =>
    `${name.padEnd(15)}${String(some.length).padStart(6)}${[
      mean(some, ({ f1 }) => f1),
      mean(some, ({ precision }) => precision),
      mean(some, ({ recall }) => recall),
    ]
      .map((value) => value.toFixed(4).padStart(11))
      .join('')}`;
  const times = pages.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  const at = (part: number): string =>
    (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
  const byType = TYPES.map((type) => [type, pages.filter((page) => page.type === type)] as const);
  return [
    `${split} split`,
    `${''.padEnd(15)}${'pages'.padStart(6)}${['F1', 'precision', 'recall'].map((name) => name.padStart(11)).join('')}`,
    row('all', pages),
    ...byType.filter(([, some]) => some.length > 0).map(([type, some]) => row(type, some)),
    `milliseconds per page: median ${at(0.5)}, 95th percentile ${at(0.95)}`,
    '',
    '',
  ].join('\n');
}
