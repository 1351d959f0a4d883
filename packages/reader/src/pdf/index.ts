import { invalid } from '@nearfield/spec/implement';
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { pause } from '../slices.ts';
import { type Block, blocksOf, type TextBlock, usualOf } from './blocks.ts';
import { regionsOf } from './columns.ts';
import type { PdfDocument, PdfOptions, PdfPage } from './document.ts';
import type { PageContent } from './geometry.ts';
import { withLevels } from './headings.ts';
import { Hyphens } from './hyphens.ts';
import { informationOf, outlineOf } from './information.ts';
import { openPdf, type PdfLibrary } from './library.ts';
import { type Line, linesOf, piecesOfLine, textOf } from './lines.ts';
import { type BlockWriter, blockWriter, type PdfStyle } from './markdown.ts';
import { contentOf } from './page-content.ts';
import { runningSegments } from './running.ts';
import { pagesWithImages } from './scanned.ts';
import { type Segment, segmentsOf } from './segments.ts';
import { ruledTables, type Table, withAlignedTables } from './tables.ts';

export type { PdfDocument, PdfOptions, PdfPage, PdfSettings } from './document.ts';

/** Most pages that are read, without `maxPages`. */
const MAX_PAGES = 2000;

/** A page whose text was put together, before its columns are read. */
interface SegmentedPage {
  number: number;
  height: number;
  empty: boolean;
  segments: Segment[];
  tables: Table[];
  turned: Segment[][];
}

/**
 * Reads a PDF into Markdown: columns in reading order, headings, lists, tables, footnotes, links and values of forms.
 * Between pages the thread is free for other work.
 *
 * @throws {FoundationError} INPUT_VALIDATION_FAILED for a file that is damaged or encrypted, or pages that it does not have;
 *   RUNTIME_NOT_AVAILABLE without pdfjs-dist
 */
export async function readPdf(bytes: Uint8Array, options: PdfOptions = {}): Promise<PdfDocument> {
  const { signal } = options;
  const { library, document, close } = await openPdf(bytes, options);
  try {
    const numbers = pageNumbers(document.numPages, options);
    const segmented: SegmentedPage[] = [];
    for (const number of numbers) {
      segmented.push(await segmentedPage(document, number, library));
      options.onPage?.(segmented.length, numbers.length);
      await pause();
      signal?.throwIfAborted();
    }
    const running = runningSegments(segmented);
    const flows: { number: number; flow: (Line | Table)[] }[] = [];
    const hyphens = new Hyphens();
    for (const page of segmented) {
      flows.push({ number: page.number, flow: flowOf(page, running) });
      await pause();
      signal?.throwIfAborted();
    }
    const lines = flows.flatMap(({ flow }) => flow.filter((part): part is Line => !('rows' in part)));
    for (const line of lines) hyphens.learn(textOf(piecesOfLine(line)));
    const usual = usualOf(lines, await outlineOf(document));
    const found: Block[] = [];
    for (const { number, flow } of flows) {
      append(found, blocksOf(flow, number, usual, hyphens), hyphens);
      await pause();
      signal?.throwIfAborted();
    }
    const scans = await pagesWithImages(
      bytes,
      segmented.filter(({ empty }) => empty).map(({ number }) => number),
      options,
    );
    const information = await informationOf(document, library);
    return documentOf(withLevels(found), numbers, scans, information, options.style);
  } finally {
    await close();
  }
}

function pageNumbers(
  count: number,
  { pages: [first, last] = [1, count], maxPages = MAX_PAGES }: PdfOptions,
): number[] {
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 1 || last < first || first > count) {
    throw invalid('pages', `Pages ${first} to ${last} were asked for; the PDF has pages 1 to ${count}.`);
  }
  const length = Math.min(last, count) - first + 1;
  return Array.from({ length: Math.min(length, maxPages) }, (_, index) => first + index);
}

async function segmentedPage(
  document: PDFDocumentProxy,
  number: number,
  library: PdfLibrary,
): Promise<SegmentedPage> {
  const page = await document.getPage(number);
  try {
    const content: PageContent = await contentOf(page, library);
    const { tables, rest } = ruledTables(content.runs, content.rules);
    return {
      number,
      height: content.height,
      empty: content.runs.length === 0 && content.turned.every((runs) => runs.length === 0),
      segments: segmentsOf(rest, content.rules),
      tables,
      turned: content.turned.map((runs) => segmentsOf(runs, [])),
    };
  } finally {
    page.cleanup();
  }
}

/** The lines and tables of a page in reading order. A ruled table takes part in it as one wide line. */
function flowOf(
  { segments, tables, turned }: SegmentedPage,
  running: ReadonlySet<Segment>,
): (Line | Table)[] {
  const places = new Map<Segment, Table>(
    tables.map((table) => [{ ...table, runs: [], baseline: table.top, size: 10 }, table]),
  );
  const shown = [...segments.filter((segment) => !running.has(segment)), ...places.keys()];
  const upright = regionsOf(shown).flatMap((region) => {
    const flow: (Line | Table)[] = [];
    const tablesHere = region.segments.filter((segment) => places.has(segment)).sort((a, b) => a.top - b.top);
    let rest = region.segments.filter((segment) => !places.has(segment));
    for (const place of tablesHere) {
      const above = rest.filter(({ baseline }) => baseline <= place.top + 2);
      rest = rest.filter(({ baseline }) => baseline > place.top + 2);
      flow.push(...withAlignedTables(linesOf({ ...region, segments: above })), places.get(place)!);
    }
    return [...flow, ...withAlignedTables(linesOf({ ...region, segments: rest }))];
  });
  return [...upright, ...turned.flatMap((each) => regionsOf(each).flatMap(linesOf))];
}

/** Adds a page's blocks; a paragraph that goes on from the column or page before is put together. */
function append(all: Block[], blocks: readonly Block[], hyphens: Hyphens): void {
  const notes: Block[] = [];
  for (const block of blocks) {
    if (block.kind === 'note') {
      notes.push(block);
      continue;
    }
    const last = all.findLast(({ kind }) => kind !== 'note' && kind !== 'table');
    if (last && goesOn(last, block)) {
      const { pieces } = block as TextBlock;
      const before = last as TextBlock;
      const { cut, glue } = hyphens.seam(textOf(before.pieces).slice(-60), textOf(pieces));
      const end = before.pieces.at(-1)!;
      end.text = end.text.trimEnd();
      if (cut > 0) end.text = end.text.slice(0, -cut);
      before.pieces.push({ text: glue }, ...pieces);
    } else all.push(block);
  }
  all.push(...notes);
}

/** Whether a paragraph goes on what one before has begun. */
function goesOn(last: Block, block: Block): boolean {
  if (block.kind !== 'paragraph' || (last.kind !== 'paragraph' && last.kind !== 'item')) return false;
  if (Math.abs(last.size - block.size) > 0.6 || last.bold !== block.bold) return false;
  const before = textOf(last.pieces);
  return (
    !/[.!?:;。！？]["”»’)\]]*$/u.test(before) &&
    /^[\p{Ll}\p{N}(]/u.test(textOf(block.pieces)) &&
    before.length > 30
  );
}

interface Information {
  title: string;
  description: string;
  publishedTime?: string | undefined;
  metadata: Record<string, unknown>;
}

function documentOf(
  blocks: readonly Block[],
  numbers: readonly number[],
  scans: ReadonlySet<number>,
  information: Information,
  style: PdfStyle | undefined,
): PdfDocument {
  const pages = numbers.map((number): PdfPage => {
    const scanned = scans.has(number);
    const markdown = blockWriter(style).write(blocks.filter(({ page }) => page === number));
    return { number, markdown: scanned ? scanNote(number) : markdown, scanned };
  });
  const heading = blocks.find(({ kind }) => kind === 'heading') as TextBlock | undefined;
  return {
    ...information,
    title: information.title || (heading ? textOf(heading.pieces) : ''),
    pages,
    markdown: withScans(blocks, pages, blockWriter(style)),
    links: linksOf(blocks),
    warning: warningOf(pages, Number(information.metadata.pages), numbers.at(-1)!),
  };
}

const scanNote = (page: number): string => `*Page ${page} is a picture without text.*`;

function withScans(blocks: readonly Block[], pages: readonly PdfPage[], writer: BlockWriter): string {
  const parts: string[] = [];
  let from = 0;
  for (const { number, markdown } of pages.filter(({ scanned }) => scanned)) {
    const to = blocks.findIndex(({ page }, index) => index >= from && page > number);
    const until = to < 0 ? blocks.length : to;
    parts.push(writer.write(blocks.slice(from, until)), markdown);
    from = until;
  }
  parts.push(writer.write(blocks.slice(from)), writer.end());
  return parts.filter((part) => part !== '').join('\n\n');
}

function linksOf(blocks: readonly Block[]): [text: string, url: string][] {
  const pieces = blocks.flatMap((block) => (block.kind === 'table' ? block.rows.flat(2) : block.pieces));
  return pieces.flatMap(({ text, url }): [string, string][] =>
    url === undefined ? [] : [[text.trim(), url]],
  );
}

function warningOf(pages: readonly PdfPage[], all: number, last: number): string | undefined {
  const scans = pages.filter(({ scanned }) => scanned).map(({ number }) => number);
  const warnings: string[] = [];
  if (scans.length === pages.length && scans.length > 0) {
    warnings.push(
      'The PDF is a scan: its pages are pictures without text. Run text recognition (OCR) on it first.',
    );
  } else if (scans.length > 0) {
    warnings.push(
      `Pages that are pictures without text: ${scans.join(', ')}. Text recognition (OCR) could read them.`,
    );
  }
  if (last < all) warnings.push(`Read up to page ${last} of ${all}.`);
  return warnings.length > 0 ? warnings.join(' ') : undefined;
}
