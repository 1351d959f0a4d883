import { expect, it } from 'vitest';
import type { FoundDocument } from '../open-index.ts';
import { placed } from '../tiers/settle.ts';
import { rowsOf } from './rows.ts';

const page = (id: string): FoundDocument => ({
  id,
  title: id,
  url: id,
  breadcrumbs: [],
  score: 1,
  passages: ['', 'one', 'two'].map((anchor) => ({ headings: [anchor], anchor, text: '', score: 1 })),
});
const options = { explained: new Set<string>(), hasWhy: true, recent: ['old'], suggestions: ['new'] };

it('rows are recent searches and suggestions before a query', () => {
  expect(rowsOf({ query: '', slots: [] }, options).map(({ key, cells }) => [key, cells])).toEqual([
    ['recent old', ['run', 'remove']],
    ['suggestion new', ['run']],
  ]);
});

it('rows are pages with their passages, and the reason where it is asked for', () => {
  const slots = placed([page('a'), page('b')]);
  const rows = rowsOf({ query: 'x', slots }, { ...options, explained: new Set(['b']) });
  expect(rows.map(({ key, cells }) => [key, cells])).toEqual([
    ['page a', ['link', 'why']],
    ['passage a one', ['link']],
    ['passage a two', ['link']],
    ['page b', ['link', 'why']],
    ['explanation b', ['text']],
    ['passage b one', ['link']],
    ['passage b two', ['link']],
  ]);
  expect(rowsOf({ query: 'x', slots }, { ...options, hasWhy: false })[0]!.cells).toEqual(['link']);
});
