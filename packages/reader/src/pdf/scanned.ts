import type { PdfOptions } from './document.ts';
import { openPdf } from './library.ts';

/**
 * Those of the pages that show pictures. The PDF is opened once more: reading text goes without pictures, because they
 * would be decoded.
 */
export async function pagesWithImages(
  bytes: Uint8Array,
  numbers: readonly number[],
  options: PdfOptions,
): Promise<Set<number>> {
  const found = new Set<number>();
  if (numbers.length === 0) return found;
  const { library, document, close } = await openPdf(bytes, options, true);
  const { OPS } = library;
  const IMAGES: readonly number[] = [
    OPS.paintImageXObject,
    OPS.paintInlineImageXObject,
    OPS.paintImageMaskXObject,
    OPS.paintImageXObjectRepeat,
    OPS.paintImageMaskXObjectGroup,
    OPS.paintInlineImageXObjectGroup,
  ];
  try {
    for (const number of numbers) {
      const page = await document.getPage(number);
      const { fnArray } = await page.getOperatorList();
      if (fnArray.some((operator) => IMAGES.includes(operator))) found.add(number);
      page.cleanup();
      options.signal?.throwIfAborted();
    }
  } finally {
    await close();
  }
  return found;
}
