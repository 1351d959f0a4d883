import type { PDFDocumentProxy } from 'pdfjs-dist';
import { keyOf } from './blocks.ts';
import type { PdfLibrary } from './library.ts';

/** Entries of a document's information that are its own words. */
const ENTRIES = ['Author', 'Subject', 'Keywords', 'Creator', 'Producer', 'Language'] as const;

/** What a PDF says about itself. */
export async function informationOf(document: PDFDocumentProxy, { PDFDateString }: PdfLibrary) {
  const { info, metadata: xmp } = await document
    .getMetadata()
    .catch(() => ({ info: {}, metadata: undefined }));
  const entries = info as Record<string, unknown>;
  const text = (name: string): string => {
    const value = entries[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const metadata: Record<string, unknown> = { pages: document.numPages };
  for (const name of ENTRIES) if (text(name) !== '') metadata[name.toLowerCase()] = text(name);
  const title = text('Title') || String(xmp?.get('dc:title') ?? '').trim();
  const created = PDFDateString.toDateObject(text('CreationDate'));
  return {
    // Programs write the name of the file that they have made it of.
    title: /^untitled$|^microsoft word - |\.(docx?|odt|tex|dvi|indd|pdf|qxd|rtf)$/i.test(title) ? '' : title,
    description: text('Subject'),
    ...(created && !Number.isNaN(created.valueOf()) && { publishedTime: created.toISOString() }),
    metadata,
  };
}

/** Titles of the outline with their depth from 1. */
export async function outlineOf(document: PDFDocumentProxy): Promise<Map<string, number>> {
  const titles = new Map<string, number>();
  const add = (nodes: Awaited<ReturnType<PDFDocumentProxy['getOutline']>>, depth: number): void => {
    for (const { title, items } of nodes) {
      const key = keyOf(title);
      if (key !== '' && !titles.has(key)) titles.set(key, depth);
      if (depth < 6) add(items, depth + 1);
    }
  };
  add((await document.getOutline().catch(() => null)) ?? [], 1);
  return titles;
}
