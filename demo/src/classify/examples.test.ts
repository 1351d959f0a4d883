import { expect, test } from 'vitest';
import { examplesOf } from './examples.ts';

test('reads lines as a spreadsheet copies them, and leaves others out', () => {
  const examples = examplesOf('good\tI like it.\r\nno tab\n\tno label\nno text\t\nbad\tNever\tagain.\n');
  expect(examples.map(({ label, text }) => [label, text])).toEqual([
    ['good', 'I like it.'],
    ['bad', 'Never again.'],
  ]);
  expect(new Set(examples.map(({ id }) => id)).size).toBe(2);
});
