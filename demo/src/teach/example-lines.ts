/** Labelled examples from pasted lines: tab-separated as spreadsheets copy them, or CSV (RFC 4180). */

/** A record, and the stretch of the text it was read from. */
export interface Row {
  cells: string[];
  source: string;
}

/** What was understood of pasted lines, and the lines that were not. */
export interface ExampleLines {
  examples: { text: string; label: string }[];
  rest: string[];
}

/** What a first row may be called. */
export const LABEL_TITLES = new Set(['label', 'labels', 'class', 'category', 'tag', 'intent', 'target']);
export const TEXT_TITLES = new Set([
  'text',
  'texts',
  'sentence',
  'content',
  'message',
  'example',
  'document',
  'body',
]);

/** Records of a text; a quoted cell may hold the separator, line breaks, and quotes written twice. */
export function rowsOf(text: string, separator: string): Row[] {
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let start = 0;
  const endRow = (end: number): void => {
    cells.push(cell);
    rows.push({ cells: cells.map((each) => each.trim()), source: text.slice(start, end) });
    cells = [];
    cell = '';
  };
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[index + 1] === '"') {
        cell += '"';
        index++;
      } else quoted = false;
    } else if (character === '"' && cell.trim() === '' && closes(text, index + 1, separator)) {
      cell = '';
      quoted = true;
    } else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') {
      endRow(index);
      start = index + 1;
    } else cell += character;
  }
  endRow(text.length);
  return rows.filter(({ source }) => source.trim() !== '');
}

/** Whether a quote is closed before a separator, a line break or the end; one that is not is part of the text. */
function closes(text: string, from: number, separator: string): boolean {
  for (let index = from; index < text.length; index++) {
    if (text[index] !== '"') continue;
    if (text[index + 1] === '"') index++;
    else return index + 1 === text.length || [separator, '\n', '\r'].includes(text[index + 1]!);
  }
  return false;
}

/** How many rows have exactly two cells, or at least two, with something in them. */
const fitting = (rows: readonly Row[]): number =>
  rows.filter(({ cells }) => pairOf(cells) !== undefined).length;

/** The first and last cell that say something, and what is between them. */
function pairOf(
  cells: readonly string[],
): readonly [first: string, last: string, middle: string[]] | undefined {
  const filled = cells.filter((cell) => cell !== '');
  if (filled.length < 2 || cells[0] === '') return undefined;
  return [filled[0]!, filled.at(-1)!, filled.slice(1, -1)];
}

/** Tabs where there are any, else the separator that more rows have. */
function separatorOf(text: string): string {
  if (text.includes('\t')) return '\t';
  return fitting(rowsOf(text, ';')) > fitting(rowsOf(text, ',')) ? ';' : ',';
}

/**
 * Whether the labels are in the last column: by labels that are known already, or because labels repeat, are no
 * sentences and are much shorter than texts. Where nothing of this tells, labels come first.
 */
function labelsLast(
  pairs: readonly (readonly [first: string, last: string])[],
  known: ReadonlySet<string>,
): boolean {
  const [first, last] = [pairs.map((pair) => pair[0]), pairs.map((pair) => pair[1])];
  const sum = (cells: readonly string[], value: (cell: string) => number): number =>
    cells.reduce((total, cell) => total + value(cell), 0);
  for (const hint of [
    (cells: readonly string[]) => sum(cells, (cell) => Number(known.has(cell))),
    (cells: readonly string[]) => -new Set(cells).size,
    (cells: readonly string[]) => -sum(cells, (cell) => Number(/[.!?…。！？]["'”’)]?$/u.test(cell))),
  ]) {
    const difference = hint(last) - hint(first);
    if (difference !== 0) return difference > 0;
  }
  const length = (cells: readonly string[]): number => sum(cells, (cell) => cell.length);
  return length(last) * 2 <= length(first);
}

const isTitle = (cells: readonly string[]): 'first' | 'last' | undefined => {
  const [first = '', last = ''] = [cells[0], cells.at(-1)].map((cell) => cell?.toLowerCase());
  if (LABEL_TITLES.has(first) && TEXT_TITLES.has(last)) return 'first';
  return TEXT_TITLES.has(first) && LABEL_TITLES.has(last) ? 'last' : undefined;
};

/**
 * Reads lines of a label and a text in either order, parted by a tab, a comma or a semicolon. What has no two cells is
 * given back as it was.
 * @param known labels that are in use already
 */
export function readExampleLines(pasted: string, known: readonly string[] = []): ExampleLines {
  const text = pasted.replace(/^\uFEFF/u, '').replace(/\r\n?/gu, '\n');
  const separator = separatorOf(text);
  const all = rowsOf(text, separator);
  const title = all[0] && isTitle(all[0].cells);
  const rows = title ? all.slice(1) : all;
  const read = rows.map((row) => ({ row, pair: pairOf(row.cells) }));
  const found = read.flatMap(({ pair }) => (pair ? [[pair[0], pair[1]] as const] : []));
  const last = title ? title === 'last' : labelsLast(found, new Set(known));
  const joint = separator === '\t' ? ' ' : `${separator} `;
  const result: ExampleLines = { examples: [], rest: [] };
  for (const { row, pair } of read) {
    if (!pair) {
      result.rest.push(row.source);
      continue;
    }
    const [first, end, middle] = pair;
    const label = last ? end : first;
    const parts = last ? [first, ...middle] : [...middle, end];
    result.examples.push({ label, text: parts.join(joint) });
  }
  return result;
}
