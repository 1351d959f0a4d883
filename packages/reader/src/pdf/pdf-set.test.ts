import { beforeAll, describe, expect, it } from 'vitest';
import { figuresOf, type MeasuredPdf, measurePdfSet } from '../../test/pdf-set/measure.ts';

/** A seed that no rule was fitted with: fonts, sizes, margins and texts are others than those of the bench. */
const SEED = 21;

/** Milliseconds that reading the set may take at most: only a machine that hangs needs them. */
const READING = 300_000;

describe('the set of 30 PDFs', () => {
  let measured: MeasuredPdf[] = [];
  beforeAll(async () => {
    measured = await measurePdfSet(SEED);
  }, READING);

  it('is read in order, with its tables and headings', () => {
    const { order, cells, headings, levels } = figuresOf(measured);
    expect(measured).toHaveLength(30);
    expect(order).toBeGreaterThanOrEqual(0.93);
    expect(cells).toBeGreaterThanOrEqual(0.6);
    expect(headings).toBeGreaterThanOrEqual(0.8);
    expect(levels).toBeGreaterThanOrEqual(0.8);
  });

  it('has no document that is read in a wrong order', () => {
    for (const { name, order } of measured)
      expect({ name, order }).toEqual({ name, order: expect.closeTo(1, 0) });
  });

  it('loses its running heads and page numbers', () => {
    const { markdown, truth } = measured.find(({ name }) => name === 'running heads')!;
    expect(markdown).not.toContain('A report of many pages');
    expect(markdown).not.toMatch(/Page \d/);
    expect(truth.words.length).toBeGreaterThan(100);
  });

  it('has scanned pages where they are', () => {
    for (const { scannedPages, truth } of measured) expect(scannedPages).toEqual(truth.scannedPages);
  });
});
