import { FoundationError } from '@nearfield/spec';
import { formatCount } from '../shell/format.ts';
import { type SplitPassage, splitPassages, splitSections } from '../text/passages.ts';
import type { Words } from '../words/en.ts';
import { words } from '../words/language.ts';
import { documentLanguage } from './document-language.ts';
import { folderOf, kindOfName } from './filters/document-filters.ts';
import { Fingerprint } from './fingerprint.ts';
import type { DocumentFacts, Passage, TextDocument } from './passage.ts';
import { type RecordPassage, readRecords } from './records.ts';

/** Longest text in bytes; beyond this the browser would be busy for minutes. */
export const MAX_TEXT_BYTES = 8_000_000;
/** Largest PDF in bytes, most of which is no text. */
const MAX_PDF_BYTES = 32_000_000;

/** Reads a PDF as Markdown. */
export type PdfReader = (file: File) => Promise<string>;

/** What the file picker offers. Other text files are read too when they are dropped. */
export const ACCEPTED_FILES =
  '.txt,.md,.markdown,.html,.htm,.pdf,.jsonl,.ndjson,.svg,text/plain,text/markdown,text/html,application/pdf,image/*';

/** A file that cannot be used, in a sentence for a person. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

/** Splits a text into the passages of a document. */
export const documentOf = (
  name: string,
  text: string,
  markdown: boolean,
  facts: DocumentFacts = { kind: 'text' },
): TextDocument => documentFrom(name, splitPassages(text, { markdown }), facts);

/** A passage as it is split off, with what its record says of it. */
type Split = SplitPassage & Partial<Omit<RecordPassage, keyof SplitPassage>>;

function documentFrom(name: string, split: readonly Split[], facts: DocumentFacts): TextDocument {
  const fingerprint = fingerprintOf(split);
  const id = `document-${fingerprint}`;
  const passages = split.map(
    ({ headings, text: passage, title, filters }, index): Passage => ({
      id: `${id}/${index}`,
      source: [name, ...headings].join(' › '),
      ...(title !== undefined && { title }),
      headings,
      text: passage,
      ...(filters !== undefined && { filters }),
    }),
  );
  return { id, name, ...facts, passages, fingerprint, added: Date.now() };
}

/** Equal for the same texts under the same headings, and with the same metadata. */
function fingerprintOf(split: readonly Split[]): string {
  const fingerprint = new Fingerprint();
  for (const { headings, text, title = '', filters } of split)
    for (const part of [...headings, text, title, filters ? JSON.stringify(filters) : '', '\0'])
      fingerprint.addText(part);
  return fingerprint.value;
}

/**
 * Reads a PDF, records, or a text file: UTF-8, UTF-16 with its mark, or else Windows-1252, as older files are. Of HTML
 * the text only.
 * @param path where the file lies below a folder that was chosen
 * @throws UnreadableFileError if it is not text, has none, or is too long; what the reader of PDFs throws
 */
export async function readTextFile(file: File, readPdf: PdfReader, path = file.name): Promise<TextDocument> {
  const { name } = file;
  const texts = words().search.leftOut;
  const isPdf = (await headOf(file)).startsWith(PDF);
  const most = isPdf ? MAX_PDF_BYTES : MAX_TEXT_BYTES;
  if (file.size > most) throw new UnreadableFileError(texts.tooLong(name, formatCount(most / 1e6)));
  if (file.size === 0) throw new UnreadableFileError(texts.empty(name));
  const content = isPdf ? await contentOfPdf(file, readPdf) : await contentOfText(file);
  if (content.split.length === 0) throw new UnreadableFileError(texts.noText(name));
  const text = content.split.map((passage) => passage.text).join('\n');
  const language = await documentLanguage(text, content.language);
  const folder = folderOf(path);
  return documentFrom(name, content.split, {
    kind: content.kind,
    ...(language !== undefined && { language }),
    ...(folder !== undefined && { folder }),
  });
}

interface Content extends Pick<DocumentFacts, 'kind' | 'language'> {
  readonly split: readonly Split[];
}

const contentOfPdf = async (file: File, readPdf: PdfReader): Promise<Content> => ({
  kind: 'pdf',
  split: splitPassages(await pdfText(file, readPdf), { markdown: true }),
});

async function contentOfText(file: File): Promise<Content> {
  const { name } = file;
  const texts = words().search.leftOut;
  const bytes = await bytesOf(file, name);
  const foreign = foreignKind(bytes);
  if (foreign) throw new UnreadableFileError(texts.foreign(name, words().search.kinds[foreign]));
  const text = decodeText(bytes);
  if (text === undefined) throw new UnreadableFileError(texts.binary(name));
  if (isHtml(file, text)) {
    const { sections, language } = (await import('../text/html.ts')).readHtml(text);
    return { kind: 'html', language, split: splitSections(sections) };
  }
  if (kindOfName(name) === 'records') {
    const split = readRecords(text);
    if (split === undefined) throw new UnreadableFileError(texts.noRecords(name));
    return { kind: 'records', split };
  }
  const markdown = /\.(md|markdown)$/iu.test(name) || file.type === 'text/markdown';
  return { kind: markdown ? 'markdown' : 'text', split: splitPassages(text, { markdown }) };
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
