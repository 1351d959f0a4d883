import { notSupported } from '@nearfield/spec/implement';
import type { PdfDocument, PdfOptions } from './document.ts';

/**
 * Reads a PDF into Markdown.
 *
 * @throws {FoundationError} NOT_SUPPORTED
 */
export async function readPdf(_bytes: Uint8Array, _options: PdfOptions = {}): Promise<PdfDocument> {
  throw notSupported('read', 'this reader reads HTML.', 'Convert the PDF to HTML first.');
}
