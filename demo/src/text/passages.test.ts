import { describe, expect, test } from 'vitest';
import { splitPassages } from './passages.ts';
import { countWords } from './sentences.ts';

const sentence = (words: number, mark: string): string =>
  `${mark.toUpperCase()}${` ${mark}`.repeat(words - 1)}.`;
const paragraph = (sentences: number, words: number, mark = 'a'): string =>
  Array.from({ length: sentences }, () => sentence(words, mark)).join(' ');

describe('plain text', () => {
  test('is split at blank lines, and wrapped lines are joined', () => {
    const text = `${sentence(8, 'a')}\n${sentence(8, 'b')}\r\n\r\n\r\n${paragraph(2, 10, 'c')}\n`;
    expect(splitPassages(text).map((passage) => passage.text)).toEqual([
      `${sentence(8, 'a')} ${sentence(8, 'b')}`,
      paragraph(2, 10, 'c'),
    ]);
  });

  test('joins a short paragraph with the next one', () => {
    expect(splitPassages(`A list:\n\n${paragraph(2, 10)}`)).toEqual([
      { headings: [], text: `A list:\n${paragraph(2, 10)}` },
    ]);
  });

  test('keeps a short last paragraph', () => {
    expect(splitPassages('Only this.').map((passage) => passage.text)).toEqual(['Only this.']);
  });

  test('does not read headings', () => {
    expect(
      splitPassages('# 1 is a number of a house in this street, and 2 is the next')[0]!.headings,
    ).toEqual([]);
  });

  test.each(['', '  \n\n\t', '\uFEFF'])('of %j gives nothing', (text) => {
    expect(splitPassages(text)).toEqual([]);
  });
});

describe('long text', () => {
  test('is cut between sentences into parts of similar length', () => {
    const text = paragraph(13, 10);
    const passages = splitPassages(text).map((passage) => passage.text);
    expect(passages).toHaveLength(2);
    expect(passages.join(' ')).toBe(text);
    expect(passages.map(countWords)).toEqual([70, 60]);
    for (const passage of passages) expect(passage).toMatch(/\.$/);
  });

  test('cuts an endless sentence between words', () => {
    const text = Array.from({ length: 500 }, (_, index) => `w${index}`).join(' ');
    const passages = splitPassages(text).map((passage) => passage.text);
    expect(passages.join(' ')).toBe(text);
    expect(Math.max(...passages.map(countWords))).toBeLessThanOrEqual(120);
  });

  test('cuts a word without end, but no character', () => {
    const text = '🦉'.repeat(3000);
    const passages = splitPassages(text).map((passage) => passage.text);
    expect(passages.join('')).toBe(text);
    expect(Math.max(...passages.map((passage) => passage.length))).toBeLessThanOrEqual(1200);
    // Throws on half of a surrogate pair.
    for (const passage of passages) expect(() => encodeURIComponent(passage)).not.toThrow();
  });

  test('never exceeds its limits, whatever the mixture', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % below;
    };
    for (let round = 0; round < 40; round++) {
      const text = Array.from({ length: 1 + random(12) }, () =>
        paragraph(1 + random(9), 1 + random(60)),
      ).join('\n\n');
      const passages = splitPassages(text);
      for (const passage of passages) expect(countWords(passage.text)).toBeLessThanOrEqual(120);
      expect(
        passages
          .map((passage) => passage.text)
          .join(' ')
          .replace(/\s+/g, ' '),
      ).toBe(text.replace(/\s+/g, ' '));
    }
  });
});

describe('Markdown', () => {
  const text = `---
title: skipped
---
# Bread

${paragraph(2, 10, 'x')}

## Dough ##

- **Mix** the [flour](https://example.org) with _warm_ water and snake_case_words stay as they are here
- [x] \`knead\` it

\`\`\`
# not a heading but a comment of a program that is long enough to stand alone
\`\`\`

# Cake

> ${paragraph(2, 10, 'y')}`;

  test('gives passages their headings', () => {
    expect(splitPassages(text, { markdown: true }).map((passage) => passage.headings)).toEqual([
      ['Bread'],
      ['Bread', 'Dough'],
      ['Bread', 'Dough'],
      ['Cake'],
    ]);
  });

  test('takes marks off words', () => {
    const [, list, code, quote] = splitPassages(text, { markdown: true }).map((passage) => passage.text);
    expect(list).toBe('Mix the flour with warm water and snake_case_words stay as they are here knead it');
    expect(code).toMatch(/^# not a heading/);
    expect(quote).toBe(paragraph(2, 10, 'y'));
  });
});
