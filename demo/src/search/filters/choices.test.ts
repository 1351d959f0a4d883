import { expect, test } from 'vitest';
import { NO_CHOICES, readSearchLink, sameChoices, searchLink, toggled } from './choices.ts';

test('values of one name are alternatives, and none of them leaves no name behind', () => {
  const pdf = toggled(NO_CHOICES, 'kind', 'pdf');
  const both = toggled(pdf, 'kind', 'html');
  expect(both).toEqual({ kind: ['pdf', 'html'] });
  expect(toggled(toggled(both, 'kind', 'pdf'), 'kind', 'html')).toEqual({});
});

test('an address carries any name and value, and is read again', () => {
  const link = {
    question: 'rain & smell? #1',
    filters: { kind: ['pdf', 'html'], file: ['50 % = half.md', 'ä/ö.md'], q: ['a'], 'filter.x': ['+'] },
  };
  expect(searchLink(link)).toMatch(/^#\/search\?q=rain\+%26\+smell/u);
  expect(readSearchLink(searchLink(link))).toEqual(link);
});

test('without anything it is the address of the page', () => {
  expect(searchLink({ question: ' ', filters: {} })).toBe('#/search');
  expect(readSearchLink('#/search')).toEqual({ question: '', filters: {} });
  expect(readSearchLink('#/map?q=rain')).toEqual({ question: '', filters: {} });
  expect(readSearchLink('#/search?filter.kind=&filter.kind=pdf&filter.kind=pdf&x=1')).toEqual({
    question: '',
    filters: { kind: ['pdf'] },
  });
});

test('searches are compared by their filters', () => {
  expect(sameChoices({ kind: ['pdf'] }, { kind: ['pdf'] })).toBe(true);
  expect(sameChoices({ kind: ['pdf'] }, {})).toBe(false);
});
