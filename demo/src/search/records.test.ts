import { expect, test } from 'vitest';
import { readRecords } from './records.ts';

const text = 'A first paragraph with more than twelve words, so that it stands on its own feet.';

test('reads texts, titles and what records can be filtered by', () => {
  const lines = [
    JSON.stringify({
      id: 1,
      title: 'Bread',
      text,
      year: 2026,
      tags: ['food', 'home'],
      draft: false,
      note: '',
    }),
    'no JSON',
    JSON.stringify({ content: text, filters: { topic: 'sky' }, essay: 'x'.repeat(61) }),
    JSON.stringify({ title: 'No text' }),
  ].join('\r\n');
  expect(readRecords(`\uFEFF${lines}\n`)).toEqual([
    {
      headings: [],
      text,
      title: 'Bread',
      filters: { year: ['2026'], tags: ['food', 'home'], draft: ['false'] },
    },
    { headings: [], text, filters: { topic: ['sky'] } },
  ]);
});

test('cuts a long text into passages that all have the values of their record', () => {
  const found = readRecords(JSON.stringify({ text: `${text}\n\n${text}`, topic: 'sky' }))!;
  expect(found.map(({ filters }) => filters)).toEqual([{ topic: ['sky'] }, { topic: ['sky'] }]);
});

test('says when nothing is a record', () => {
  expect(readRecords('plain\n[1]\n"text"\n')).toBeUndefined();
});
