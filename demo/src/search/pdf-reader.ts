import { base64Of } from '../read/base64.ts';
import type { App } from '../shell/app.ts';
import type { PdfReader } from './read-files.ts';

/** Reads PDFs in this browser, whatever the mode: they may be large, and nobody was asked to send them. */
export const pdfReader =
  (app: App): PdfReader =>
  async (file) =>
    (await app.local().read({ file: await base64Of(file) })).data.content;
