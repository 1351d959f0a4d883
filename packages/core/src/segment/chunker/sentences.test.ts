import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { atOnce } from '../slices.ts';
import { Meter } from './meter.ts';
import * as sentences from './sentences.ts';

const sentenceStarts = atOnce(sentences.sentenceStarts);

const sentencesOf = (text: string, locale?: string): string[] => {
  const starts = sentenceStarts(text, 0, text.length, { locale, meter: new Meter() });
  return starts.map((start, index) => text.slice(start, starts[index + 1]).trimEnd());
};

describe('sentences', () => {
  const cases: [name: string, sentences: string[], between?: string][] = [
    ['full stops, questions, exclamations', ['One.', 'Two?', 'Three!', 'And four']],
    ['quotes and brackets after the stop', ['He said "no."', '(It was late.)', 'Then he left.']],
    ['titles and initials', ['Mr. Smith met Dr. J. R. Jones in St. Ives.', 'They talked.']],
    ['abbreviations', ['Fruits, e.g. Apples, are on p. 12 of vol. 3.', 'See fig. 4.']],
    ['"No." as a sentence, and as a number', ['No.', 'It is No. 5.', 'Yes.']],
    ['German', ['Das gilt z. B. Für alle, d. h. Für jeden.', 'Siehe Nr. 7.'], ' '],
    ['numbered sentences', ['1. First things first.', '2) Then the rest.']],
    ['decimal numbers and addresses', ['It costs 3.50 at a.example.com today.', 'Not more.']],
    ['Chinese and Japanese', ['您的搜索底座。', '从此不同！', 'そうですか？', 'はい'], ''],
    ['Hindi and Arabic', ['यह एक वाक्य है।', 'هل هذا سؤال؟', 'نعم.']],
    ['emoji stay with the sentence before them', ['Supercharged! 🚀👩‍👩‍👧', 'Next one. 🇩🇪', 'Last']],
    ['emoji within a sentence', ['I ❤️ it!', '🚀 goes up.', 'Done']],
  ];
  it.each(cases)('%s', (_, sentences, between = ' ') => {
    expect(sentencesOf(sentences.join(between))).toEqual(sentences);
  });

  it('go on over line ends', () => {
    expect(sentencesOf('A sentence\nover\r\nlines. Another\none.')).toEqual([
      'A sentence\nover\r\nlines.',
      'Another\none.',
    ]);
  });

  it('follow the locale, and do without it where it is none', () => {
    expect(sentencesOf('Τι είναι; Αυτό.', 'el')).toEqual(['Τι είναι;', 'Αυτό.']);
    expect(sentencesOf('One. Two.', 'not a locale')).toEqual(['One.', 'Two.']);
    expect(sentencesOf('One. Two.', 'xx-XX')).toEqual(['One.', 'Two.']);
  });

  it('of a part of a text have offsets in the whole', () => {
    const text = 'xx  One. Two. yy';
    expect(sentenceStarts(text, 2, 13, { meter: new Meter() })).toEqual([4, 9]);
    expect(sentenceStarts(text, 2, 4, { meter: new Meter() })).toEqual([]);
  });

  it('are found across the windows of a long text', () => {
    const sentences = Array.from(
      { length: 3000 },
      (_, index) => `Number ${index} has ${'x'.repeat(index % 97)} in it.`,
    );
    expect(sentencesOf(sentences.join(' '))).toEqual(sentences);
  });

  it('longer than a window are whole', () => {
    const long = `Word ${'word '.repeat(5000)}end.`;
    expect(sentencesOf(`${long} Short. ${long} Short.`)).toEqual([long, 'Short.', long, 'Short.']);
  });

  test('start at text, in order, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, from) => {
        const starts = sentenceStarts(text, Math.min(from, text.length), text.length, { meter: new Meter() });
        expect(starts.length > 0).toBe(text.slice(from).trim() !== '');
        for (const [index, start] of starts.entries()) {
          expect(start).toBeGreaterThan(index === 0 ? Math.min(from, text.length) - 1 : starts[index - 1]!);
          expect(text.slice(start, start + 2).trim()).not.toBe('');
        }
      }),
    );
  });
});
