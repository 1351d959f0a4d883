import { FoundationError } from '@nearfield/spec';
import { formatCount } from '../shell/format.ts';
import { type SplitPassage, splitPassages, splitSections } from '../text/passages.ts';
import type { Words } from '../words/en.ts';
import { words } from '../words/language.ts';
import type { Passage, TextDocument } from './passage.ts';

/** Longest text in bytes; beyond this the browser would be busy for minutes. */
export const MAX_TEXT_BYTES = 8_000_000;
/** Largest PDF in bytes, most of which is no text. */
const MAX_PDF_BYTES = 32_000_000;

/** Reads a PDF as Markdown. */
export type PdfReader = (file: File) => Promise<string>;

/** What the file picker offers. Other text files are read too when they are dropped. */
export const ACCEPTED_FILES =
  '.txt,.md,.markdown,.html,.htm,.pdf,text/plain,text/markdown,text/html,application/pdf';

/** A file that cannot be used, in a sentence for a person. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

/** Splits a text into the passages of a document. */
export const documentOf = (name: string, text: string, markdown: boolean): TextDocument =>
  documentFrom(name, splitPassages(text, { markdown }));

function documentFrom(name: string, split: readonly SplitPassage[]): TextDocument {
  const fingerprint = fingerprintOf(split);
  const id = `document-${fingerprint}`;
  const passages = split.map(
    ({ headings, text: passage }, index): Passage => ({
      id: `${id}/${index}`,
      source: [name, ...headings].join(' › '),
      headings,
      text: passage,
    }),
  );
  return { id, name, passages, fingerprint, added: Date.now() };
}

/** A number of 53 bits for the texts and headings of a document, with their length: equal ones are the same text. */
function fingerprintOf(split: readonly SplitPassage[]): string {
  let [a, b, length] = [0xdeadbeef, 0x41c6ce57, 0];
  for (const { headings, text } of split) {
    for (const part of [...headings, text, '\0']) {
      length += part.length;
      for (let index = 0; index < part.length; index++) {
        const unit = part.charCodeAt(index);
        a = Math.imul(a ^ unit, 2654435761);
        b = Math.imul(b ^ unit, 1597334677);
      }
    }
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return `${length}-${4294967296 * (2097151 & b) + (a >>> 0)}`;
}

/**
 * Reads a PDF, or a text file: UTF-8, UTF-16 with its mark, or else Windows-1252, as older files are. Of HTML the text
 * only.
 * @throws UnreadableFileError if it is not text, has none, or is too long; what the reader of PDFs throws
 */
export async function readTextFile(file: File, readPdf: PdfReader): Promise<TextDocument> {
  const { name } = file;
  const texts = words().search.leftOut;
  const isPdf = (await headOf(file)).startsWith(PDF);
  const most = isPdf ? MAX_PDF_BYTES : MAX_TEXT_BYTES;
  if (file.size > most) throw new UnreadableFileError(texts.tooLong(name, formatCount(most / 1e6)));
  if (file.size === 0) throw new UnreadableFileError(texts.empty(name));
  if (isPdf) return withText(documentOf(name, await pdfText(file, readPdf), true));
  const bytes = await bytesOf(file, name);
  const foreign = foreignKind(bytes);
  if (foreign) throw new UnreadableFileError(texts.foreign(name, words().search.kinds[foreign]));
  const text = decodeText(bytes);
  if (text === undefined) throw new UnreadableFileError(texts.binary(name));
  const document = isHtml(file, text)
    ? documentFrom(name, splitSections((await import('../text/html.ts')).readHtml(text).sections))
    : documentOf(name, text, /\.(md|markdown)$/iu.test(name) || file.type === 'text/markdown');
  return withText(document);
}

/** A damaged or locked PDF is one file of several: it is named, and the others are taken. */
async function pdfText(file: File, readPdf: PdfReader): Promise<string> {
  try {
    return await readPdf(file);
  } catch (error) {
    if (!FoundationError.isInstance(error) || error.code !== 'INPUT_VALIDATION_FAILED') throw error;
    throw new UnreadableFileError(words().search.leftOut.damagedPdf(file.name));
  }
}

function withText(document: TextDocument): TextDocument {
  if (document.passages.length === 0)
    throw new UnreadableFileError(words().search.leftOut.noText(document.name));
  return document;
}

/** What the first bytes of a file are as letters. */
const headOf = async (file: File): Promise<string> =>
  String.fromCharCode(...(await bytesOf(file.slice(0, 8), file.name)));

/** A folder, or a file that has gone since it was chosen, cannot be read. */
async function bytesOf(file: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new UnreadableFileError(words().search.leftOut.gone(name));
  }
}

const isHtml = ({ name, type }: File, text: string): boolean =>
  /\.(?:x?html?)$/iu.test(name) ||
  type === 'text/html' ||
  type === 'application/xhtml+xml' ||
  // A Markdown file may begin with a tag; a whole document is HTML whatever its name.
  /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html)[\s>]/iu.test(
    text.slice(0, 2000),
  );

const PDF = '%PDF-';
/** What files that are no text begin with. */
const FOREIGN: readonly (readonly [start: string, kind: keyof Words['search']['kinds']])[] = [
  ['{\\rtf', 'rtf'],
  ['PK\x03\x04', 'archive'],
  ['\xd0\xcf\x11\xe0', 'oldOffice'],
  ['\x1f\x8b', 'gzip'],
  ['7z\xbc\xaf', 'sevenZip'],
  ['%!PS', 'postScript'],
  ['\x89PNG', 'picture'],
  ['\xff\xd8\xff', 'picture'],
  ['GIF8', 'picture'],
];

function foreignKind(bytes: Uint8Array): keyof Words['search']['kinds'] | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 8));
  return FOREIGN.find(([start]) => head.startsWith(start))?.[1];
}

/** Controls that no text has, as a share of what is looked at: more of them is something else. */
const MOST_CONTROLS = 0.002;

/** Whether a text has characters that only other things have: controls, and what could not be decoded. */
function looksBinary(text: string): boolean {
  const part = text.slice(0, 65_536);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const controls = part.match(/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]/gu)?.length ?? 0;
  return controls > Math.max(1, part.length * MOST_CONTROLS);
}

/** The text of bytes, or undefined where they are no text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const text = decoded(bytes);
  return text === undefined || looksBinary(text) ? undefined : text;
}

function decoded(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
