import type { PlacedFile } from '../elements/dropped-files.ts';
import { words } from '../words/language.ts';
import type { TextDocument } from './passage.ts';
import { type PdfReader, readTextFile, UnreadableFileError } from './read-files.ts';
import type { ReadingOptions } from './reading.ts';

/** Files as documents, and those that are none. */
export interface ReadFiles {
  readonly documents: TextDocument[];
  /** Why files were left out, in sentences. */
  readonly refused: string[];
  /** What else went wrong. */
  readonly failures: unknown[];
}

/** Reads files one after the other. */
export async function readDocuments(
  files: readonly PlacedFile[],
  readPdf: PdfReader,
  { signal, onRead }: ReadingOptions,
): Promise<ReadFiles> {
  const read: ReadFiles = { documents: [], refused: [], failures: [] };
  for (const [at, { file, path }] of files.entries()) {
    signal.throwIfAborted();
    try {
      read.documents.push(await readTextFile(file, readPdf, path));
    } catch (error) {
      if (error instanceof UnreadableFileError) read.refused.push(error.message);
      else read.failures.push(error);
    }
    onRead(at + 1);
  }
  return read;
}

/** Divides documents into those that are new, and reasons why the others are left out. */
export function newDocuments(
  documents: readonly TextDocument[],
  known: readonly TextDocument[],
): { added: TextDocument[]; left: string[] } {
  const names = new Map(known.map(({ fingerprint, name }) => [fingerprint, name]));
  const added: TextDocument[] = [];
  const left: string[] = [];
  const texts = words().search.leftOut;
  for (const document of documents) {
    const same = names.get(document.fingerprint);
    if (document.passages.length === 0) left.push(texts.noText(document.name));
    else if (same !== undefined)
      left.push(same === document.name ? texts.same(same) : texts.sameAs(document.name, same));
    else {
      names.set(document.fingerprint, document.name);
      // Read ahead or just now: what counts is when it came in.
      added.push({ ...document, added: Date.now() + added.length });
    }
  }
  return { added, left };
}
