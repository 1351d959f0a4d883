/** Texts and labels out of what people have: pasted lines, tables, JSON lines, folders. */
import { linesOf } from '../text/lines.ts';
import { LABEL_TITLES, type Row, readExampleLines, rowsOf, TEXT_TITLES } from './example-lines.ts';
import type { Addition } from './project.ts';

/** What was understood, and how many lines were not. */
export interface Intake {
  additions: Addition[];
  notUnderstood: number;
}

const titleIndex = (row: Row | undefined, titles: ReadonlySet<string>): number =>
  row?.cells.findIndex((cell) => titles.has(cell.toLowerCase())) ?? -1;

/** Rows of a table whose first one names a column of texts. */
function readTitled(text: string, separator: string): Intake | undefined {
  const rows = rowsOf(text, separator);
  const textColumn = titleIndex(rows[0], TEXT_TITLES);
  if (textColumn < 0) return undefined;
  const labelColumn = titleIndex(rows[0], LABEL_TITLES);
  const additions = rows.slice(1).flatMap(({ cells }): Addition[] => {
    const [value, label] = [cells[textColumn], labelColumn < 0 ? undefined : cells[labelColumn]];
    return value ? [{ text: value, label: label === '' ? undefined : label }] : [];
  });
  return { additions, notUnderstood: rows.length - 1 - additions.length };
}

const titled = (text: string): Intake | undefined =>
  [',', ';', '\t'].map((separator) => readTitled(text, separator)).find((read) => read !== undefined);

/**
 * Reads pasted lines: a table with titles, labels and texts with tabs between them, or one text a line. A comma alone
 * divides nothing: sentences have commas.
 * @param known names of classes
 */
export function readPasted(pasted: string, known: readonly string[]): Intake {
  const text = pasted.replace(/^\uFEFF/u, '').replace(/\r\n?/gu, '\n');
  const table = titled(text);
  if (table) return table;
  if (text.includes('\t')) return fromLines(text, known);
  return { additions: linesOf(text).map((line) => ({ text: line })), notUnderstood: 0 };
}

function fromLines(text: string, known: readonly string[]): Intake {
  const { examples, rest } = readExampleLines(text, known);
  return { additions: examples, notUnderstood: rest.length };
}

const stringIn = (value: object, titles: ReadonlySet<string>): string | undefined => {
  for (const [name, each] of Object.entries(value)) {
    if (titles.has(name.toLowerCase()) && (typeof each === 'string' || typeof each === 'number'))
      return String(each).trim() || undefined;
  }
  return undefined;
};

/** JSON lines: strings, or objects with a text and perhaps a label. */
function readJsonLines(text: string): Intake {
  const additions: Addition[] = [];
  let notUnderstood = 0;
  for (const line of linesOf(text)) {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    const found =
      typeof value === 'string'
        ? value.trim()
        : typeof value === 'object' && value !== null
          ? stringIn(value, TEXT_TITLES)
          : undefined;
    const label = typeof value === 'object' && value !== null ? stringIn(value, LABEL_TITLES) : undefined;
    if (found) additions.push({ text: found, label });
    else notUnderstood++;
  }
  return { additions, notUnderstood };
}

/** A table without titles: two columns are label and text, one is texts. */
function readTable(text: string, known: readonly string[]): Intake {
  const columns = Math.max(
    ...[',', ';', '\t'].map((separator) =>
      Math.min(...rowsOf(text, separator).map(({ cells }) => cells.length)),
    ),
  );
  if (columns >= 2) return fromLines(text, known);
  return { additions: linesOf(text).map((line) => ({ text: line })), notUnderstood: 0 };
}

/** Reads a text file by its name: `.csv`, `.tsv`, `.jsonl`, everything else as lines. */
export function readTextFile(name: string, content: string, known: readonly string[]): Intake {
  const text = content.replace(/^\uFEFF/u, '').replace(/\r\n?/gu, '\n');
  if (/\.(?:jsonl|ndjson)$/iu.test(name)) return readJsonLines(text);
  if (/\.(?:csv|tsv)$/iu.test(name)) return titled(text) ?? readTable(text, known);
  return readPasted(text, known);
}

/** The class of a file in a folder: the name of the innermost folder below the chosen one. */
export function classOfPath(path: string): string | undefined {
  const folders = path.split('/').slice(1, -1);
  return folders.at(-1);
}
