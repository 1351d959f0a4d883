import { describe, expect, it } from 'vitest';
import { countFacets, hasWanted, pairOf, wantedPairs } from './filters.ts';

const documents = [
  new Set([pairOf('year', 2023), pairOf('kind', 'guide'), pairOf('day', '2024-01-31')]),
  new Set([pairOf('year', 2024), pairOf('kind', 'guide'), pairOf('draft', true)]),
  new Set([pairOf('year', 10_000), pairOf('kind', 'api'), pairOf('year', '')]),
];
const known = new Set(documents.flatMap((own) => [...own]));
const through = (filters: Parameters<typeof wantedPairs>[0]): number[] => {
  const wanted = wantedPairs(filters, known);
  return [...documents.keys()].filter((at) => hasWanted(documents[at]!, wanted));
};

describe('filters', () => {
  it.each([
    ['a value', { kind: 'guide' }, [0, 1]],
    ['one of several', { year: [2023, '10000'] }, [0, 2]],
    ['none', { year: [] }, []],
    ['a boolean', { draft: true }, [1]],
    ['numbers from, compared as numbers', { year: { from: 2024 } }, [1, 2]],
    ['numbers to', { year: { from: 0, to: 2024 } }, [0, 1]],
    ['texts between', { day: { from: '2024-01-01', to: '2024-12-31' } }, [0]],
    ['several names', { kind: 'guide', year: { from: 2024 } }, [1]],
    ['nothing', {}, [0, 1, 2]],
  ])('let through by %s', (_, filters, expected) => expect(through(filters)).toEqual(expected));

  it.each([null, {}, { from: null }, { from: Number.NaN }, { to: true }, [null], [['a']], Number.NaN])(
    'refuse %j by its name',
    (choice) =>
      expect(() => wantedPairs({ kind: choice as never }, known)).toThrow(
        expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'filters.kind' }),
      ),
  );
});

it('values are counted as if their own name were not filtered by', () => {
  const wanted = wantedPairs({ kind: 'api' }, known);
  expect(countFacets([0, 1, 2], (at) => documents[at], wanted)).toMatchObject({
    kind: { guide: 2, api: 1 },
    year: { 10000: 1 },
  });
});
