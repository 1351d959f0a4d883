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
    expect(list).toBe('Mix the flour with warm water and snake_case_words stay as they are here\nknead it');
    expect(code).toMatch(/^# not a heading/);
    expect(quote).toBe(paragraph(2, 10, 'y'));
  });
});

describe('line breaks that mean something', () => {
  const passages = (text: string, markdown = true) =>
    splitPassages(text, { markdown }).map((passage) => passage.text);

  test('rows of a table stay rows, without the rule', () => {
    const table = '| Kind | Limit |\n|------|:-----:|\n| `small` | 12 **kg** |\n| large | 40 kg |';
    expect(passages(table)).toEqual(['Kind | Limit\nsmall | 12 kg\nlarge | 40 kg']);
  });

  test('so do rows without bars around them', () => {
    expect(passages('Kind | Limit\n--- | ---\nsmall | 12')).toEqual(['Kind | Limit\nsmall | 12']);
  });

  test('code keeps its lines, its indents and its empty lines', () => {
    const code = 'def area(r):\n    # round\n\n    return 3.14 * r * r';
    expect(passages(`\`\`\`python\n${code}\n\`\`\``)).toEqual([code]);
    expect(passages(`~~~~\n\`\`\`\n${code}\n~~~~`)).toEqual([`\`\`\`\n${code}`]);
    expect(passages(code.replace(/^/gmu, '    ').replace(/^ +$/gmu, ''))[0]).toContain(
      'def area(r):\n    # round',
    );
  });

  test('code that is too long is cut between lines', () => {
    const code = Array.from({ length: 60 }, (_, index) => `    step${index}(alpha, beta, gamma)`).join('\n');
    const parts = passages(`\`\`\`\nrun:\n${code}\n\`\`\``);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.join('\n')).toBe(`run:\n${code}`);
  });

  test('items of a list stay lines, their wrapped lines are joined', () => {
    expect(passages('Bring\nthese:\n- a tent\n  for two\n- a stove\n1. one\n2. two')).toEqual([
      'Bring these:\na tent for two\na stove\none\ntwo',
    ]);
  });

  test('a picture’s text is not glued to what follows', () => {
    expect(passages('![Logo](logo.png)\n- Lock your screen')).toEqual(['Logo\nLock your screen']);
  });

  test('two spaces or a backslash keep a line break', () => {
    expect(passages('Mill Lane 3  \nOxford\\\nEngland\nand more')).toEqual([
      'Mill Lane 3\nOxford\nEngland and more',
    ]);
  });

  test('titles with a line under them are headings, and dividers are no text', () => {
    expect(splitPassages('Bread\n=====\nRye.\n\n---\n\nDough\n-----\nWheat.', { markdown: true })).toEqual([
      { headings: ['Bread'], text: 'Rye.' },
      { headings: ['Bread', 'Dough'], text: 'Wheat.' },
    ]);
  });

  test('plain text: verse keeps its lines, a wrapped paragraph does not', () => {
    const verse = 'The owl and the cat\nwent to sea\nin a beautiful pea-green boat,\nthey took some honey';
    expect(passages(verse, false)).toEqual([verse]);
    const wrapped = 'The quick brown fox jumps over\nthe lazy dog, which is asleep,\nand on';
    expect(passages(wrapped, false)).toEqual([wrapped.replaceAll('\n', ' ')]);
  });

  test('plain text: columns stay columns', () => {
    const columns = 'name\tprice\napple\t1.20\npear\t0.90';
    expect(passages(columns, false)).toEqual([columns]);
  });
});
