import type { MapItem } from './item.ts';

/** Names of columns that hold what is to be mapped, and of those that hold labels. */
const TEXT_NAMES =
  /^(?:text|texts|content|body|sentence|passage|document|description|message|title|inhalt|satz)$/iu;
const LABEL_NAMES =
  /^(?:label|labels|class|category|topic|subject|tag|group|kategorie|klasse|thema|gruppe)$/iu;

/**
 * Texts of a table (CSV, or with tabs or semicolons), with labels where it has them. Columns are known by their names in
 * the first line; without names, the column of the longest cells is the text, and one other the label.
 * @throws Error where no line has a text
 */
export async function readTable(source: string): Promise<MapItem[]> {
  const { default: papa } = await import('papaparse');
  const { data } = papa.parse<string[]>(source.replace(/^\uFEFF/u, ''), { skipEmptyLines: 'greedy' });
  const [first = [], ...rest] = data;
  const named = first.findIndex((name) => TEXT_NAMES.test(name.trim()));
  const rows = named >= 0 || first.some((name) => LABEL_NAMES.test(name.trim())) ? rest : data;
  const text = named >= 0 ? named : longestColumn(rows);
  const byName = first.findIndex((name) => LABEL_NAMES.test(name.trim()));
  const label = byName >= 0 || rows !== data ? byName : otherColumn(rows, text);
  return rows.map((row) => ({ text: row[text] ?? '', label: label >= 0 ? (row[label] ?? '') : '' }));
}

function longestColumn(rows: readonly string[][]): number {
  const lengths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) lengths[column] = (lengths[column] ?? 0) + cell.length;
  return Math.max(0, lengths.indexOf(Math.max(...lengths)));
}

/** The other one of two columns; of more, nobody knows. */
const otherColumn = (rows: readonly string[][], text: number): number =>
  rows.length > 0 && rows.every(({ length }) => length === 2) ? 1 - text : -1;

/** Whether a pasted text is a table: a first line that names a text column among others. */
export function isTable(source: string): boolean {
  const [line = ''] = source.replace(/^\uFEFF/u, '').split(/\r?\n/u, 1);
  const names = line.split(/[,;\t]/u).map((name) => name.trim().replace(/^"(.*)"$/u, '$1'));
  return names.length > 1 && names.some((name) => TEXT_NAMES.test(name));
}
