import { describe, expect, it } from 'vitest';
import { clusterStart, lastBoundary, nextBoundary } from './graphemes.ts';

describe('clusterStart', () => {
  it('knows every character that joins a space before it', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const wrong: string[] = [];
    for (let codePoint = 0x21; codePoint <= 0xe0fff; codePoint++) {
      if (codePoint === 0x20000) codePoint = 0xe0000;
      const text = ` ${String.fromCodePoint(codePoint)}`;
      const joins = graphemes.segment(text).containing(1)!.index === 0;
      // Going back where it is not needed does no harm; some marks are no spacing marks for annex 29.
      if (joins && clusterStart(text, 1) !== 0) wrong.push(codePoint.toString(16));
      if (!joins && clusterStart(text, 1) === 0 && !/\p{M}/u.test(text)) wrong.push(codePoint.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('leaves line ends alone', () => {
    expect(clusterStart('\n\u0301', 1)).toBe(1);
    expect(clusterStart('x\u0301', 1)).toBe(1);
  });
});

describe('boundaries', () => {
  const text = 'ab👩‍👩‍👧e\u0301\r\n🇩🇪🇫🇷';
  // a b family(8) e-acute(2) CRLF(2) flag(4) flag(4)
  const boundaries = [0, 1, 2, 10, 12, 14, 18, 22];

  it('are found before and after every place', () => {
    expect(text).toHaveLength(22);
    for (let at = 1; at < text.length; at++) {
      expect(nextBoundary(text, 0, at, text.length)).toBe(boundaries.find((each) => each >= at));
      expect(lastBoundary(text, 0, at)).toBe(boundaries.findLast((each) => each <= at));
    }
  });

  it('go beyond the limit rather than divide the first cluster', () => {
    expect(lastBoundary(text, 2, 5)).toBe(10);
    expect(lastBoundary(text, 14, 15)).toBe(18);
    expect(lastBoundary('🚀', 0, 1)).toBe(2);
  });

  it('divide a cluster that never ends, between its characters', () => {
    const emoji = '👩\u200d'.repeat(100);
    expect(lastBoundary(emoji, 0, 90)).toBe(90);
    expect(lastBoundary(emoji, 0, 91)).toBe(90);
  });

  it('divide one that never ends after another, too', () => {
    const text = `\u200d${'👩\u200d'.repeat(100)}`;
    expect(lastBoundary(text, 0, 100)).toBe(100);
    expect(lastBoundary(text, 0, 30)).toBe(1);
  });
});
