import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergePairs } from './merge-pairs.ts';

/** Ranks of the texts that are tokens: others are never merged. */
const RANKS = new Map(
  ['ab', 'aa', 'abab', 'ba', 'aab', 'bb', 'bab', 'abb', 'aaaa', 'ababab'].map((text, rank) => [text, rank]),
);

/** The definition itself: the lowest rank, leftmost first, until no neighbours are a token. */
function byDefinition(text: string): string[] {
  let parts = [...text];
  while (true) {
    const ranks = parts.slice(1).map((part, at) => RANKS.get(parts[at]! + part) ?? Number.POSITIVE_INFINITY);
    const lowest = Math.min(...ranks);
    if (lowest === Number.POSITIVE_INFINITY) return parts;
    const at = ranks.indexOf(lowest);
    parts = [...parts.slice(0, at), parts[at]! + parts[at + 1]!, ...parts.slice(at + 2)];
  }
}

function merged(text: string): string[] {
  const starts = mergePairs(text.length, {
    rank: (start, _, end) => RANKS.get(text.slice(start, end)) ?? Number.POSITIVE_INFINITY,
  });
  return starts.slice(1).map((end, at) => text.slice(starts[at], end));
}

it.each([0, 1, 2, 60, 64, 65, 66, 90])(
  'merges %i symbols and more as defined, by scan and by heap',
  (length) => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: length, maxLength: length + 3 }),
        (text) => {
          expect(merged(text)).toEqual(byDefinition(text));
        },
      ),
      { numRuns: 40 },
    );
  },
);

it('announces every merge with its start and rank', () => {
  const found: number[][] = [];
  mergePairs(5, {
    rank: (start, middle, end) => (end - start === 2 && middle < 4 ? start : Number.POSITIVE_INFINITY),
    merged: (start, rank) => found.push([start, rank]),
  });
  expect(found).toEqual([
    [0, 0],
    [2, 2],
  ]);
});
