import { expect, test } from 'vitest';
import { labelsOf, linesOf, paragraphsOf } from './lines.ts';

test('lines, whatever ends them', () => {
  expect(linesOf(' a \r\n\n b\n\t\n')).toEqual(['a', 'b']);
});

test('paragraphs keep their own line breaks', () => {
  expect(paragraphsOf('a\nb\r\n \r\n\r\nc\n\n')).toEqual(['a\nb', 'c']);
});

test('labels, each once', () => {
  expect(labelsOf('red, green;red\nblue sky,,\n')).toEqual(['red', 'green', 'blue sky']);
});
