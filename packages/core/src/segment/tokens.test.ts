import fc from 'fast-check';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { countTokens } from './encode.ts';
import { RANKS } from './ranks.ts';
import { atOnce } from './slices.ts';
import { loadTokenizer, type SegmentTokenizer } from './tokenizers.ts';
import * as tokens from './tokens.ts';

const groupTokens = atOnce(tokens.groupTokens);
const headEnd = atOnce(tokens.headEnd);
const tailStart = atOnce(tokens.tailStart);

let tokenizer: SegmentTokenizer;
beforeAll(async () => {
  tokenizer = await loadTokenizer('cl100k_base', RANKS);
});

/** One token a word, lower case: like a model's tokenizer, it does not give the text back. */
const words: SegmentTokenizer = {
  name: 'words',
  encode: (text) => (text.toLowerCase().match(/\p{L}+|[^\s\p{L}]/gu) ?? []).map((word) => word.charCodeAt(0)),
  decode: (id) => String.fromCharCode(id),
  specialTokens: new Map(),
};

describe('groupTokens', () => {
  const group = (text: string) => groupTokens(tokenizer, tokenizer.encode(text));

  it('gives a token within a character to the text it completes', () => {
    expect(group('! 🚀')).toEqual([
      ['!', [0]],
      [' ', [11410]],
      ['🚀', [248, 222]],
    ]);
    expect(group('底座🚀')).toEqual([
      ['底', [11795, 243]],
      ['座', [11795, 100]],
      ['🚀', [9468, 248, 222]],
    ]);
  });

  test('does what a streaming decoder does, id by id', () => {
    const streamed = (ids: readonly number[]): [string, number[]][] => {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      const groups: [string, number[]][] = [];
      let pending: number[] = [];
      for (const id of ids) {
        const decoded = tokenizer.decode(id);
        const bytes = typeof decoded === 'string' ? new TextEncoder().encode(decoded) : decoded;
        pending.push(id);
        const text = decoder.decode(bytes, { stream: true });
        if (text === '') continue;
        groups.push([text, pending]);
        pending = [];
      }
      const rest = decoder.decode();
      if (pending.length > 0) groups.push([rest, pending]);
      else if (rest !== '') groups.at(-1)![0] += rest;
      return groups;
    };
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (text) => {
        const ids = tokenizer.encode(text);
        expect(groupTokens(tokenizer, ids)).toEqual(streamed(ids));
      }),
      { numRuns: 500 },
    );
    // Any ids at all, broken characters included.
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100255 })), (ids) => {
        expect(groupTokens(tokenizer, ids)).toEqual(streamed(ids));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 })), (ids) => {
        expect(groupTokens(tokenizer, ids)).toEqual(streamed(ids));
      }),
      { numRuns: 500 },
    );
  });

  test('gives back the text and all ids', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const groups = group(text);
        expect(groups.map(([part]) => part).join('')).toBe(text);
        expect(groups.flatMap(([, ids]) => ids)).toEqual(tokenizer.encode(text));
      }),
    );
  });
});

describe('headEnd and tailStart', () => {
  const head = (text: string, count: number, by = tokenizer) =>
    text.slice(0, headEnd(by, text, 0, text.length, count));
  const tail = (text: string, count: number, by = tokenizer) =>
    text.slice(tailStart(by, text, 0, text.length, count));

  it('cut after and before so many tokens', () => {
    const text = 'Jina AI: Your Search Foundation';
    expect(head(text, 3)).toBe('Jina AI');
    expect(tail(text, 2)).toBe(' Search Foundation');
    expect(head(text, 100)).toBe(text);
    expect(tail(text, 100)).toBe(text);
  });

  it('leave out a character that is cut', () => {
    expect(head('a 🚀', 2)).toBe('a ');
    expect(head('a 🚀', 4)).toBe('a 🚀');
    expect(head('👩‍👩‍👧', 3)).toBe('');
    expect(tail('🚀', 2)).toBe('');
    expect(tail('a e\u0301', 1)).toBe('');
  });

  it('count words of a tokenizer that normalises', () => {
    expect(head('One TWO three four', 2, words).trim()).toBe('One TWO');
    expect(tail('One TWO three four', 2, words).trim()).toBe('three four');
    expect(countTokens(words, head('Wort '.repeat(5000), 700, words))).toBe(700);
    expect(countTokens(words, tail('Wort '.repeat(5000), 700, words))).toBe(700);
  });

  it('are exact in a long text', () => {
    const text = 'The quick brown fox jumps over the lazy dog, 东京 🚀! '.repeat(400);
    const ids = tokenizer.encode(text);
    const first = (count: number): string => text.slice(0, headEnd(tokenizer, text, 0, text.length, count));
    const last = (count: number): string => text.slice(tailStart(tokenizer, text, 0, text.length, count));
    for (const count of [1, 7, 100, 999, 5000]) {
      // A token that ends within a character gives its space but not its bytes: the last id can differ.
      const whole = countTokens(tokenizer, first(count)) - 1;
      expect(tokenizer.encode(first(count)).slice(0, whole)).toEqual(ids.slice(0, whole));
      expect(whole).toBeGreaterThanOrEqual(count - 4);
      const rest = countTokens(tokenizer, last(count));
      expect(tokenizer.encode(last(count))).toEqual(ids.slice(-rest));
      expect(rest).toBeGreaterThanOrEqual(count - 3);
    }
  });

  it('do not depend on where the window of a first guess ends', () => {
    const text = ' search search search are'.repeat(1000);
    const ids = tokenizer.encode(text);
    for (let count = 2030; count < 2060; count++) {
      expect(tokenizer.encode(head(text, count))).toEqual(ids.slice(0, count));
      expect(tokenizer.encode(tail(text, count))).toEqual(ids.slice(-count));
    }
  });

  test('never give more tokens than asked for, nor part of a grapheme', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (text, count, exact) => {
          const by = exact ? tokenizer : words;
          const first = head(text, count, by);
          const last = tail(text, count, by);
          expect(countTokens(by, first)).toBeLessThanOrEqual(count);
          expect(countTokens(by, last)).toBeLessThanOrEqual(count);
          expect(text.startsWith(first)).toBe(true);
          expect(text.endsWith(last)).toBe(true);
          const segments = [...graphemes.segment(text)];
          if (segments.every(({ segment }) => segment.length <= 64)) {
            const boundaries = new Set([...segments.map(({ index }) => index), text.length]);
            expect(boundaries).toContain(first.length);
            expect(boundaries).toContain(text.length - last.length);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
