import { readPicture, UnreadablePictureError } from '../classify/read-picture.ts';
import { isPictureFile, type PlacedFile } from '../elements/dropped-files.ts';
import { thumbnailOf } from '../pictures/thumbnail.ts';
import {
  decodeText,
  MAX_TEXT_BYTES,
  type PdfReader,
  readTextFile,
  UnreadableFileError,
} from '../search/read-files.ts';
import { words } from '../words/language.ts';
import type { MapItem } from './item.ts';
import { readTable } from './table.ts';

/** Items of files, and in sentences why others give none. */
export interface ReadItems {
  items: MapItem[];
  refused: string[];
}

/** Pictures that are decoded at once: each takes its pixels in memory meanwhile. */
const AT_ONCE = 4;

/**
 * The texts and pictures of files: rows of tables, pictures, passages of others. Labels are those of tables, and else
 * the folders that files come from, if there are several.
 * @param signal ends the reading between two files
 * @throws the signal's reason, and errors that are no fault of a file
 */
export async function readMapFiles(
  files: readonly PlacedFile[],
  readPdf: PdfReader,
  { signal, onRead }: { signal: AbortSignal | undefined; onRead: (done: number, total: number) => void },
): Promise<ReadItems> {
  const folders = new Set(files.map(({ path }) => folderOf(path)));
  const several = files.length > 1;
  const read: MapItem[][] = [];
  const refused: string[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < files.length; at = next++) {
      signal?.throwIfAborted();
      const { file, path } = files[at]!;
      const label = folders.size > 1 ? folderOf(path) : '';
      try {
        read[at] = isPictureFile(file)
          ? [await itemOfPicture(file, path, label)]
          : await itemsOfFile(file, label, several, readPdf);
      } catch (error) {
        if (!(error instanceof UnreadableFileError || error instanceof UnreadablePictureError)) throw error;
        refused.push(error.message);
      }
      onRead(++done, files.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { items: read.flat(), refused };
}

/** The folder that holds a file, where a folder was chosen; otherwise empty. */
const folderOf = (path: string): string => path.split('/').at(-2) ?? '';

async function itemOfPicture(file: File, path: string, label: string): Promise<MapItem> {
  const blob = await readPicture(file);
  const id = `${path} ${file.size} ${file.lastModified}`;
  return { text: file.name, label, picture: { id, blob, thumbnail: await thumbnailOf(blob) } };
}

async function itemsOfFile(
  file: File,
  folder: string,
  several: boolean,
  readPdf: PdfReader,
): Promise<MapItem[]> {
  if (/\.(?:csv|tsv)$/iu.test(file.name) || file.type === 'text/csv') return itemsOfTable(file);
  const { name, passages } = await readTextFile(file, readPdf);
  return passages.map(({ text, headings }) => ({
    text,
    label: folder || (several ? name : (headings[0] ?? '')),
  }));
}

/** @throws UnreadableFileError for a folder, or what is no text */
async function itemsOfTable(file: File): Promise<MapItem[]> {
  const bytes = await file.arrayBuffer().catch(() => undefined);
  const text = bytes && file.size <= MAX_TEXT_BYTES ? decodeText(new Uint8Array(bytes)) : undefined;
  if (text === undefined) throw new UnreadableFileError(words().map.unreadable(file.name));
  return readTable(text);
}
