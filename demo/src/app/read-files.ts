import type { Passage, TextDocument } from '../search/passage.ts';
import { splitPassages } from '../text/passages.ts';

/** Longest text in bytes; beyond this the browser would be busy for minutes. */
export const MAX_TEXT_BYTES = 8_000_000;

/** What the file picker offers. Other text files are read too when they are dropped. */
export const ACCEPTED_FILES = '.txt,.md,.markdown,text/plain,text/markdown';

/** A file that cannot be used, in a sentence for a person. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

let documents = 0;

/** Splits a text into the passages of a document. */
export function documentOf(name: string, text: string, markdown: boolean): TextDocument {
  const id = `document-${++documents}`;
  const passages = splitPassages(text, { markdown }).map(
    ({ headings, text: passage }, index): Passage => ({
      id: `${id}/${index}`,
      source: [name, ...headings].join(' › '),
      text: passage,
    }),
  );
  return { id, name, passages };
}

/**
 * Reads a text file: UTF-8, UTF-16 with its mark, or else Windows-1252, as older files are.
 * @throws UnreadableFileError if it is not text or too long
 */
export async function readTextFile(file: File): Promise<TextDocument> {
  if (file.size > MAX_TEXT_BYTES) {
    throw new UnreadableFileError(
      `${file.name} is longer than ${MAX_TEXT_BYTES / 1e6} MB. Cut it into smaller files.`,
    );
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decodeText(bytes);
  if (text === undefined) {
    throw new UnreadableFileError(`${file.name} is not a text file. Choose .txt or .md files.`);
  }
  return documentOf(file.name, text, /\.(md|markdown)$/iu.test(file.name) || file.type === 'text/markdown');
}

/** The text of bytes, or undefined where they are no text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
