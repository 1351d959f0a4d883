import { readPdf } from '../../src/pdf/index.ts';
import type { SetDocument, Truth } from './model.ts';
import { f1, type PdfScore, scoreOf, sumOf } from './score.ts';
import { pdfSet } from './set.ts';
import { typeset } from './typesetter.ts';

/** A document of the set that was read. */
export interface MeasuredPdf extends PdfScore {
  name: string;
  markdown: string;
  truth: Truth;
  scannedPages: number[];
  milliseconds: number;
}

/** Reads the set. */
export async function measurePdfSet(seed?: number): Promise<MeasuredPdf[]> {
  const measured: MeasuredPdf[] = [];
  for (const document of pdfSet(seed)) measured.push(await measure(document));
  return measured;
}

async function measure(document: SetDocument): Promise<MeasuredPdf> {
  const { bytes, truth } = await typeset(document);
  const start = performance.now();
  const { markdown, pages } = await readPdf(bytes);
  return {
    ...scoreOf(markdown, truth),
    name: document.name,
    markdown,
    truth,
    scannedPages: pages.filter(({ scanned }) => scanned).map(({ number }) => number),
    milliseconds: performance.now() - start,
  };
}

/** The figures of a set. */
export function figuresOf(measured: readonly MeasuredPdf[]) {
  const headings = sumOf(measured.map((each) => each.headings));
  return {
    order: measured.reduce((sum, { order }) => sum + order, 0) / measured.length,
    cells: f1(sumOf(measured.map(({ cells }) => cells))) ?? 0,
    headings: f1(headings) ?? 0,
    levels: measured.reduce((sum, { levels }) => sum + levels, 0) / headings.wanted,
  };
}

/** A table of the set: all documents, then each. */
export function pdfReport(measured: readonly MeasuredPdf[]): string {
  const cell = (value: number | undefined): string =>
    (value === undefined ? '' : value.toFixed(3)).padStart(10);
  const { order, cells, headings, levels } = figuresOf(measured);
  const times = measured.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return [
    `${'PDFs'.padEnd(36)}${['order', 'cells', 'headings'].map((name) => name.padStart(10)).join('')}`,
    `${`all (${measured.length})`.padEnd(36)}${cell(order)}${cell(cells)}${cell(headings)}`,
    ...measured.map(
      (each) => `${each.name.padEnd(36)}${cell(each.order)}${cell(f1(each.cells))}${cell(f1(each.headings))}`,
    ),
    `headings at their level: ${levels.toFixed(3)}`,
    `milliseconds per document: median ${times[times.length >> 1]!.toFixed(0)}`,
    '',
  ].join('\n');
}
