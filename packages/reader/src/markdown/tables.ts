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

function table(content: string, element: Element): string {
  const [before = '', ...texts] = content.split(CELL);
  const rows = rowsOf(element);
  const isLayout = element.querySelector(LAYOUT) !== null || rows.every((row) => row.length < 2);
  if (isLayout || rows.length === 0) {
    return `\n\n${[before, ...texts]
      .map((text) => text.trim())
      .filter(Boolean)
      .join('\n\n')}\n\n`;
  }
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
  const columns = Math.max(...lines.map(({ length }) => length));
  const write = (line: readonly string[]): string =>
    `| ${Array.from({ length: columns }, (_, column) => line[column] ?? '').join(' | ')} |`;
  const isHeaded = rows[0]!.some(({ localName }) => localName === 'th');
  const heads = isHeaded ? lines.shift()! : [];
  const dashes = Array.from({ length: columns }, (_, column) => rule(rows, column));
  const caption = before.trim();
  return `\n\n${caption === '' ? '' : `${caption}\n\n`}${[heads, dashes, ...lines].map(write).join('\n')}\n\n`;
}

/** The cells of each row, but not of tables inside. */
function rowsOf(element: Element): Element[][] {
  const rows: Element[][] = [];
  for (const child of element.children) {
    if (child.localName === 'tr') {
      const cells = [...child.children].filter(({ localName }) => localName === 'td' || localName === 'th');
      if (cells.length > 0) rows.push(cells);
    } else if (/^t(head|body|foot)$/.test(child.localName)) rows.push(...rowsOf(child));
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
