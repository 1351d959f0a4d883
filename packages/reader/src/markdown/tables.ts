import type TurndownService from 'turndown';

/** Marks before the text of a cell, while its table is written. They are nobody's characters. */
const CELL = '\uE000';
/** Cells between two breaks. */
const BREAK = 500;
/** Elements in a table that stands for a layout. */
const LAYOUT = 'table, h1, h2, h3, h4, h5, h6, pre, hr';

const elementOf = (node: Node): Element => node as unknown as Element;

/**
 * Tables: a line for each row, and one of dashes below the first. Those that only place parts of a page are written as
 * their parts. Needs no `rows` of a table, which documents outside of browsers do not have.
 */
export function tables(turndown: TurndownService): void {
  turndown.addRule('tableCell', {
    filter: ['th', 'td'],
    replacement: (content) => `${CELL}${content.trim()}`,
  });
  turndown.addRule('tablePart', {
    filter: ['tr', 'thead', 'tbody', 'tfoot', 'colgroup', 'col'],
    replacement: (content) => content,
  });
  turndown.addRule('table', {
    filter: ['table'],
    replacement: (content, node) => table(content, elementOf(node)),
  });
}

/** Whether a table stands for a layout: its parts are written one below the other. */
export const isLayout = (element: Element, rows: readonly (readonly Element[])[]): boolean =>
  element.querySelector(LAYOUT) !== null || rows.every((row) => row.length < 2);

function table(content: string, element: Element): string {
  const [before = '', ...texts] = content.split(CELL);
  const rows = atOnce(rowsOf(element));
  if (isLayout(element, rows) || rows.length === 0) {
    return `\n\n${[before, ...texts]
      .map((text) => text.trim())
      .filter(Boolean)
      .join('\n\n')}\n\n`;
  }
  return `\n\n${atOnce(written(before, texts, rows))}\n\n`;
}

/** Runs what is short in one go. */
function atOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** A table cell by cell. @param write the content of a cell or caption as Markdown */
export function* longTable(
  element: Element,
  write: (cell: Element) => Generator<void, string>,
): Generator<void, string> {
  const rows = yield* rowsOf(element);
  const captions: string[] = [];
  for (const child of element.children) {
    if (child.localName === 'caption') captions.push(yield* write(child));
  }
  const texts: string[] = [];
  for (const row of rows) {
    for (const cell of row) {
      texts.push(yield* write(cell));
      yield;
    }
  }
  return yield* written(captions.join('\n\n'), texts, rows);
}

/** What is in an element, moved into a box of its own. */
export function* boxOf(element: Element): Generator<void, Element> {
  const box = element.ownerDocument.createElement('div');
  let count = 0;
  for (let child = element.firstChild; child; child = element.firstChild) {
    count += 1;
    if (count % BREAK === 0) yield;
    box.append(child);
  }
  return box;
}

/** @param texts of the cells, row by row */
function* written(
  before: string,
  texts: readonly string[],
  rows: readonly (readonly Element[])[],
): Generator<void, string> {
  const lines: string[][] = [];
  const sides: Sides[] = [];
  let next = 0;
  let columns = 0;
  for (const row of rows) {
    if (next % BREAK < row.length) yield;
    const line: string[] = [];
    for (const [column, cell] of row.entries()) {
      line.push(cellText(texts[next] ?? ''));
      next += 1;
      for (let span = 1; span < spanOf(cell); span += 1) line.push('');
      const side = cell.getAttribute('align')?.toLowerCase() ?? '';
      if (!isSide(side)) continue;
      sides[column] ??= { right: 0, center: 0, left: 0 };
      sides[column][side] += 1;
    }
    lines.push(line);
    columns = Math.max(columns, line.length);
  }
  const write = (line: readonly string[]): string =>
    `| ${Array.from({ length: columns }, (_, column) => line[column] ?? '').join(' | ')} |`;
  const isHeaded = rows[0]!.some(({ localName }) => localName === 'th');
  const heads = isHeaded ? lines.shift()! : [];
  const dashes = Array.from({ length: columns }, (_, column) => rule(sides[column], rows.length));
  const found = [write(heads), write(dashes)];
  let cells = 0;
  for (const line of lines) {
    cells += columns;
    if (cells % BREAK < columns) yield;
    found.push(write(line));
  }
  const caption = before.trim();
  return `${caption === '' ? '' : `${caption}\n\n`}${found.join('\n')}`;
}

/** The cells of each row, but not of tables inside. */
export function* rowsOf(element: Element): Generator<void, Element[][]> {
  const rows: Element[][] = [];
  const open: (Element | null)[] = [element.firstElementChild];
  let count = 0;
  while (open.length > 0) {
    const child = open.pop();
    if (!child) continue;
    count += 1;
    if (count % BREAK === 0) yield;
    open.push(child.nextElementSibling);
    if (child.localName === 'tr') {
      const cells: Element[] = [];
      for (let cell = child.firstElementChild; cell; cell = cell.nextElementSibling) {
        count += 1;
        if (count % BREAK === 0) yield;
        if (cell.localName === 'td' || cell.localName === 'th') cells.push(cell);
      }
      if (cells.length > 0) rows.push(cells);
    } else if (/^t(head|body|foot)$/.test(child.localName)) open.push(child.firstElementChild);
  }
  return rows;
}

/** Widest span that is written out. */
const WIDEST = 50;

const spanOf = (cell: Element): number =>
  Math.min(WIDEST, Math.max(1, Number.parseInt(cell.getAttribute('colspan') ?? '1', 10) || 1));

const cellText = (text: string): string =>
  text
    .trim()
    .replace(/\s*\n\s*/g, '<br>')
    .replace(/(?<!\\)\|/g, '\\|');

/** Cells of a column by how they are aligned. */
interface Sides {
  right: number;
  center: number;
  left: number;
}

const isSide = (name: string): name is keyof Sides =>
  name === 'right' || name === 'center' || name === 'left';

/** The dashes below a column's head, with colons as most of its cells are aligned. */
function rule(sides: Sides | undefined, rows: number): string {
  if (!sides) return '---';
  if (sides.right * 2 > rows) return '--:';
  if (sides.center * 2 > rows) return ':-:';
  return sides.left * 2 > rows ? ':--' : '---';
}
