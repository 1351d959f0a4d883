import { expect, test } from 'vitest';
import { countWords, sentenceSpans, wordSpans } from './sentences.ts';

const cut = (text: string, spans: { start: number; end: number }[]): string[] =>
  spans.map(({ start, end }) => text.slice(start, end));

test('finds sentences and leaves white space out', () => {
  const text = '  It rains.\nDoes it?  Yes!  ';
  expect(cut(text, sentenceSpans(text))).toEqual(['It rains.', 'Does it?', 'Yes!']);
});

test('finds no sentence in white space', () => {
  expect(sentenceSpans(' \n\t ')).toEqual([]);
});

test('keeps offsets behind characters outside the basic plane', () => {
  const text = '🦉 Owls are quiet. 🦇 Bats shout.';
  expect(cut(text, sentenceSpans(text)).at(-1)).toContain('Bats shout.');
});

test('counts words of languages with and without spaces', () => {
  expect(countWords('Two words, really two?')).toBe(4);
  expect(countWords('我喜欢在图书馆看书')).toBeGreaterThan(3);
  expect(cut('a–b', wordSpans('a–b'))).toEqual(['a', 'b']);
});
