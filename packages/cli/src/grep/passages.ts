import { readFile } from 'node:fs/promises';
import type { SearchFoundation } from '@nearfield/spec';
import { type ChunkRange, segmentText } from '../segment/chunks.ts';

/** A file as lines. */
export interface GrepFile {
  readonly path: string;
  readonly lines: readonly string[];
}

/** A few lines of a file that belong together. */
export interface Passage {
  readonly file: GrepFile;
  /** Positions of its first line and of its last among the file's lines. */
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

/** Bytes at the start of a file that show whether it is text, as for git. */
const LOOKED_AT = 8000;

/** A file's text; undefined for one that is no text. */
export async function readTextFile(path: string): Promise<string | undefined> {
  const bytes = await readFile(path);
  if (bytes.subarray(0, LOOKED_AT).includes(0)) return undefined;
  return new TextDecoder().decode(bytes);
}

export const fileOf = (path: string, text: string): GrepFile => {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return { path, lines };
};

/** A file in passages that are at most `most` characters long, or one chunk. Those without a word are left out. */
export async function passagesOf(
  foundation: Pick<SearchFoundation, 'segment'>,
  file: GrepFile,
  most: number,
): Promise<Passage[]> {
  const text = file.lines.join('\n');
  const { chunk_positions } = await segmentText(foundation, text, { max_chunk_length: most });
  const lineAt = lineFinder(file.lines);
  const passages: Passage[] = [];
  for (const [start, end] of packed(chunk_positions, text, most)) {
    const chunk = text.slice(start, end);
    const trimmed = chunk.trim();
    if (!/[\p{L}\p{N}]/u.test(trimmed)) continue;
    const from = start + chunk.length - chunk.trimStart().length;
    const [first, last] = [lineAt(from), lineAt(from + trimmed.length - 1)];
    passages.push({ file, first, last, text: trimmed });
  }
  return passages;
}

/** A heading of Markdown, which begins a subject of its own. */
const HEADING = /^#{1,6} /;

/**
 * Neighbouring chunks together, up to `most` characters: a chunk ends with each line of code and each paragraph, which
 * say little without those around them. A passage ends before a heading, and after an empty line once it is half full.
 */
function packed(chunks: readonly ChunkRange[], text: string, most: number): ChunkRange[] {
  const passages: ChunkRange[] = [];
  let open: ChunkRange | undefined;
  for (const [start, end] of chunks) {
    if (open === undefined) {
      open = [start, end];
      continue;
    }
    const [from, to]: ChunkRange = open;
    const isFull = end - from > most;
    const isApart = text.slice(from, to).endsWith('\n\n') && to - from >= most / 2;
    if (isFull || isApart || HEADING.test(text.slice(start, start + 8))) {
      passages.push(open);
      open = [start, end];
    } else open = [from, end];
  }
  return open === undefined ? passages : [...passages, open];
}

/** Finds the line that a position of the lines' text is in. Positions must not decrease from call to call. */
function lineFinder(lines: readonly string[]): (position: number) => number {
  let line = 0;
  let end = (lines[0]?.length ?? 0) + 1;
  return (position) => {
    while (position >= end && line < lines.length - 1) end += lines[++line]!.length + 1;
    return line;
  };
}
