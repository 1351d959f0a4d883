import { robertaBpe, wordPiece, xlmRoberta } from '@nearfield/model-tiny';
import { describe, expect, it } from 'vitest';
import { TextTokenizer } from '../text/text-tokenizer.ts';
import { documentScores, pairWindows, windowsOver } from './pair-windows.ts';
import type { PairRecipe } from './recipe.ts';

const recipe: PairRecipe = { kind: 'pairs', maxQueryTokens: 512, overlap: 80 };
const open = ({ json, config }: { json: object; config: object }): TextTokenizer =>
  new TextTokenizer(JSON.stringify(json), JSON.stringify(config));

describe('windowsOver', () => {
  it('is one window for what fits', () => {
    expect(windowsOver(0, { width: 10, overlap: 2 })).toEqual([[0, 0]]);
    expect(windowsOver(10, { width: 10, overlap: 2 })).toEqual([[0, 10]]);
  });

  it('overlaps, and moves the last window back to full width', () => {
    expect(windowsOver(11, { width: 10, overlap: 2 })).toEqual([
      [0, 10],
      [1, 11],
    ]);
    expect(windowsOver(25, { width: 10, overlap: 2 })).toEqual([
      [0, 10],
      [8, 18],
      [15, 25],
    ]);
    expect(windowsOver(26, { width: 10, overlap: 2 })).toEqual([
      [0, 10],
      [8, 18],
      [16, 26],
    ]);
  });

  it('covers every token, whatever the sizes', () => {
    for (let width = 1; width < 20; width++) {
      for (let length = 0; length < 90; length++) {
        const windows = windowsOver(length, { width, overlap: width >> 2 });
        const seen = new Set(
          windows.flatMap(([start, end]) => Array.from({ length: end - start }, (_, at) => start + at)),
        );
        expect(seen.size).toBe(length);
        expect(windows.every(([start, end]) => start >= 0 && end - start <= width)).toBe(true);
      }
    }
  });
});

describe('pairWindows', () => {
  it('fills the context of the model to the last token', () => {
    const tokenizer = open(xlmRoberta());
    const { windows, documentOf, tokens } = pairWindows(tokenizer, 'find', ['rabbit '.repeat(40), '', 'x'], {
      recipe,
      maxTokens: 32,
    });
    expect(Array.from(documentOf).at(-2)).toBe(1);
    const long = windows.filter((_, index) => documentOf[index] === 0);
    expect(long.length).toBeGreaterThan(2);
    expect(new Set(long.map(({ ids }) => ids.length))).toEqual(new Set([32]));
    expect(tokens).toBe(windows.reduce((sum, { ids }) => sum + ids.length, 0));
  });

  it('cuts the query to its limit, its own special tokens counted', () => {
    const tokenizer = open(robertaBpe());
    const query = 'rabbit '.repeat(50);
    const { windows } = pairWindows(tokenizer, query, ['x'], {
      recipe: { ...recipe, maxQueryTokens: 10 },
      maxTokens: 64,
    });
    // <s> query </s></s> x </s>: eight tokens of the query, and one of the document.
    expect(windows[0]!.ids.length).toBe(8 + 1 + 4);
    const half = pairWindows(tokenizer, query, ['x'], { recipe, maxTokens: 20 });
    expect(half.windows[0]!.ids.length).toBe(8 + 1 + 4);
  });

  it('gives the second text a segment of its own where the tokenizer does', () => {
    const tokenizer = open(wordPiece());
    const { windows } = pairWindows(tokenizer, 'find', ['it'], { recipe, maxTokens: 32 });
    const { ids, typeIds } = windows[0]!;
    const border = ids.indexOf(tokenizer.idOf('[SEP]')!) + 1;
    expect(Array.from(typeIds!)).toEqual(Array.from(ids, (_, at) => (at < border ? 0 : 1)));
    const roberta = pairWindows(open(robertaBpe()), 'find', ['it'], { recipe, maxTokens: 32 });
    expect(roberta.windows[0]!.typeIds).toBeUndefined();
  });
});

it('takes the best window of each document', () => {
  const scores = documentScores([0, Math.log(3), -Math.log(3)], Int32Array.of(0, 0, 1), 2);
  expect(scores[0]).toBeCloseTo(0.75, 12);
  expect(scores[1]).toBeCloseTo(0.25, 12);
});
