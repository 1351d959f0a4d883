import type TurndownService from 'turndown';

/** Marks before the text of a cell, while its table is written. They are nobody's characters. */
const CELL = '\uE000';
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
  const rows = rowsOf(element);
  if (isLayout(element, rows) || rows.length === 0) {
    return `\n\n${[before, ...texts]
      .map((text) => text.trim())
      .filter(Boolean)
      .join('\n\n')}\n\n`;
  }
  return `\n\n${written(before, texts, rows)}\n\n`;
}

/** A table cell by cell. @param write an element's content as Markdown */
export function* longTable(element: Element, write: (content: Element) => string): Generator<void, string> {
  const rows = rowsOf(element);
  const box = (cell: Element): Element => {
    const content = element.ownerDocument.createElement('div');
    content.append(...cell.childNodes);
    return content;
  };
  const captions = [...element.children].filter(({ localName }) => localName === 'caption');
  const texts: string[] = [];
  for (const cell of rows.flat()) {
    texts.push(write(box(cell)));
    yield;
  }
  return written(captions.map((caption) => write(box(caption))).join('\n\n'), texts, rows);
}

/** @param texts of the cells, row by row */
function written(before: string, texts: readonly string[], rows: readonly (readonly Element[])[]): string {
  const lines: string[][] = [];
  let next = 0;
  for (const row of rows) {
    const line: string[] = [];
    for (const cell of row) {
      line.push(cellText(texts[next] ?? ''));
      next += 1;
      for (let span = 1; span < spanOf(cell); span += 1) line.push('');
    }
    lines.push(line);
  }
  const columns = lines.reduce((most, { length }) => Math.max(most, length), 0);
  const write = (line: readonly string[]): string =>
    `| ${Array.from({ length: columns }, (_, column) => line[column] ?? '').join(' | ')} |`;
  const isHeaded = rows[0]!.some(({ localName }) => localName === 'th');
  const heads = isHeaded ? lines.shift()! : [];
  const dashes = Array.from({ length: columns }, (_, column) => rule(rows, column));
  const caption = before.trim();
  return `${caption === '' ? '' : `${caption}\n\n`}${[heads, dashes, ...lines].map(write).join('\n')}`;
}

/** The cells of each row, but not of tables inside. */
export function rowsOf(element: Element): Element[][] {
  const rows: Element[][] = [];
  for (const child of element.children) {
    if (child.localName === 'tr') {
      const cells = [...child.children].filter(({ localName }) => localName === 'td' || localName === 'th');
      if (cells.length > 0) rows.push(cells);
    } else if (/^t(head|body|foot)$/.test(child.localName)) for (const row of rowsOf(child)) rows.push(row);
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

/** The dashes below a column's head, with colons as most of its cells are aligned. */
function rule(rows: readonly (readonly Element[])[], column: number): string {
  const aligned = rows.map((row) => row[column]?.getAttribute('align')?.toLowerCase() ?? '');
  for (const [side, dashes] of [
    ['right', '--:'],
    ['center', ':-:'],
    ['left', ':--'],
  ] as const) {
    if (aligned.filter((each) => each === side).length * 2 > rows.length) return dashes;
  }
  return '---';
}
