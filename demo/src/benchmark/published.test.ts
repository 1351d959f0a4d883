import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PUBLISHED, publishedFor } from './published.ts';

const PAGE = readFileSync(new URL(`../../../${PUBLISHED.page}`, import.meta.url), 'utf8');

/** Rows of the first table under a heading, each a list of cells. */
function tableUnder(heading: string): string[][] {
  const start = PAGE.search(new RegExp(`^#+ ${heading}$`, 'mu'));
  expect(start, heading).toBeGreaterThanOrEqual(0);
  const lines = PAGE.slice(start).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const table = lines.slice(first, first + lines.slice(first).findIndex((line) => !line.startsWith('|')));
  return table.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const milliseconds = (value: number): string =>
  `${new Intl.NumberFormat('en', { minimumFractionDigits: value < 1000 && value % 1 !== 0 ? 1 : 0 }).format(value)} ms`;

test.each(PUBLISHED.runs.flatMap(({ heading, rows }) => rows.map((row) => ({ heading, ...row }))))(
  '$heading: $what is a row of the docs',
  ({ heading, what, milliseconds: ours, peer }) => {
    const rows = tableUnder(heading).filter((cells) => cells[0] === what);
    const text = (value: number): string[] => [
      milliseconds(value),
      milliseconds(value).replace(' ms', '.0 ms'),
    ];
    const row = rows.find((cells) => text(ours).some((each) => cells[1] === each));
    expect(row, `${what}: ${milliseconds(ours)}`).toBeDefined();
    expect(
      text(peer.milliseconds).some((each) => row![2]!.endsWith(each)),
      row![2],
    ).toBe(true);
    // A table of one peer names it at its head.
    const head = tableUnder(heading)[0]![2]!;
    expect(row![2]!.startsWith(peer.name) || head === peer.name, peer.name).toBe(true);
    expect(row![3]).toMatch(new RegExp(`^${peer.ratio.toFixed(2)}×`, 'u'));
  },
);

test('ratios are those of the times beside them', () => {
  for (const { rows } of PUBLISHED.runs) {
    for (const { milliseconds: ours, peer } of rows) {
      // Above 1 a ratio is how many times as fast, below it is the share of the peer's time.
      const ratio = peer.ratio > 1 ? peer.milliseconds / ours : ours / peer.milliseconds;
      expect(Math.abs(ratio - peer.ratio)).toBeLessThan(0.0051);
    }
  }
});

test('a figure is compared with one of as many threads, beside the fastest peer', () => {
  expect(publishedFor('mixed', 'wasm', 8)).toMatchObject({
    run: { id: 'two-threads' },
    row: { peer: { name: 'transformers.js at its best, batch 1' } },
  });
  expect(publishedFor('mixed', 'wasm', 1)).toMatchObject({ run: { id: 'one-thread' } });
  expect(publishedFor('cold', 'wasm', 2)).toMatchObject({
    run: { id: 'starts' },
    row: { milliseconds: 1339 },
  });
  expect(publishedFor('rerank', 'wasm', 1)).toMatchObject({ row: { threads: 1 } });
  expect(publishedFor('mixed', 'webgpu', 1)).toBeUndefined();
});
