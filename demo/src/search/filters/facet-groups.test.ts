import { expect, test } from 'vitest';
import { addedCounts, facetGroups } from './facet-groups.ts';

const ALL = {
  file: { 'a.md': 1, 'b.pdf': 4 },
  year: { 2025: 2, 2026: 3 },
  language: { en: 5 },
  kind: { markdown: 1, pdf: 4 },
};

test('shows what tells documents apart, the largest first', () => {
  const groups = facetGroups(ALL, undefined, {});
  expect(groups.map(({ name }) => name)).toEqual(['kind', 'year', 'file']);
  expect(groups[0]!.values).toEqual([
    { value: 'pdf', count: 4, chosen: false },
    { value: 'markdown', count: 1, chosen: false },
  ]);
});

test('counts of a question change no order, and what is chosen stays though nothing has it', () => {
  const groups = facetGroups(ALL, { kind: { markdown: 1 } }, { kind: ['html'], gone: ['x'] });
  expect(groups[0]!.values).toEqual([
    { value: 'pdf', count: 0, chosen: false },
    { value: 'markdown', count: 1, chosen: false },
    { value: 'html', count: 0, chosen: true },
  ]);
  expect(groups.find(({ name }) => name === 'gone')!.values).toEqual([
    { value: 'x', count: 0, chosen: true },
  ]);
});

test('adds up the counts of two indexes', () => {
  expect(addedCounts({ kind: { pdf: 2 } }, undefined, { kind: { picture: 3, pdf: 1 } })).toEqual({
    kind: { pdf: 3, picture: 3 },
  });
});
