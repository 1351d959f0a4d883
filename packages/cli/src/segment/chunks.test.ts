import { HashedFoundation } from '@nearfield/hashed-foundation';
import { describe, expect, it } from 'vitest';
import { partsOf, segmentText } from './chunks.ts';

const pieces = (text: string, most: number): string[] =>
  partsOf(text, most).map(([start, end]) => text.slice(start, end));

describe('partsOf', () => {
  it('ends parts between paragraphs, else lines, else words, else anywhere', () => {
    expect(pieces('aa bb\ncc\n\ndd', 11)).toEqual(['aa bb\ncc\n\n', 'dd']);
    expect(pieces('aa bb\ncc dd', 8)).toEqual(['aa bb\n', 'cc dd']);
    expect(pieces('aa bb cc', 7)).toEqual(['aa bb ', 'cc']);
    expect(pieces('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
    expect(pieces('', 3)).toEqual([]);
    expect(pieces('abc', 3)).toEqual(['abc']);
  });

  it('cuts no character in two', () => {
    const text = '😀'.repeat(9);
    expect(pieces(text, 5).join('')).toBe(text);
    // Half of a character cannot be encoded.
    for (const piece of pieces(text, 5)) expect(() => encodeURIComponent(piece)).not.toThrow();
  });

  it.each(['word '.repeat(100), 'line\n'.repeat(100), `${'x'.repeat(300)}\n\n${'y '.repeat(90)}`])(
    'covers the text with parts that fit',
    (text) => {
      expect(pieces(text, 64).join('')).toBe(text);
      expect(Math.max(...pieces(text, 64).map(({ length }) => length))).toBeLessThanOrEqual(64);
    },
  );
});

describe('segmentText', () => {
  it('gives places in a text that is longer than a request', async () => {
    const text = Array.from({ length: 4000 }, (_, index) => `Paragraph ${index} has some words.`).join(
      '\n\n',
    );
    expect(text.length).toBeGreaterThan(100_000);
    const { chunk_positions, num_tokens } = await segmentText(new HashedFoundation(), text);
    expect(chunk_positions.map(([start, end]) => text.slice(start, end)).join('')).toBe(text);
    expect(num_tokens).toBe(4000 * 5);
  });
});
