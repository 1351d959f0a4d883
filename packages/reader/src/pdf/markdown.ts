import type { Block, TextBlock } from './blocks.ts';
import type { Piece } from './lines.ts';

/** Blocks as Markdown. Notes stand at the end of their page. */
export function markdownOf(blocks: readonly Block[]): string {
  const notes = labelsOfNotes(blocks);
  const indents: number[] = [];
  let text = '';
  let before: Block | undefined;
  for (const block of blocks) {
    const next = one(block);
    if (next === '') continue;
    text += before === undefined ? next : (tight(before, block) ? '\n' : '\n\n') + next;
    before = block;
  }
  return text;

  function one(block: Block): string {
    if (block.kind === 'table') return table(block.rows, (pieces) => inline(pieces, block.page, notes));
    if (block.kind !== 'item') indents.length = 0;
    if (block.kind === 'code') return `\`\`\`\n${block.pieces.map(({ text }) => text).join('')}\n\`\`\``;
    const content = inline(block.pieces, block.page, notes);
    if (content === '') return '';
    switch (block.kind) {
      case 'heading':
        return `${'#'.repeat(block.level)} ${content}`;
      case 'note':
        return `[^${notes.get(noteKey(block.page, block.label))}]: ${content}`;
      case 'item':
        return `${'    '.repeat(depthOf(block.left))}${markerOf(block)} ${content}`;
      default:
        return escapedStart(content);
    }
  }

  /** How deep an item is nested, by where it begins. */
  function depthOf(left: number): number {
    while (indents.length > 0 && indents.at(-1)! > left + 3) indents.pop();
    if (indents.length === 0 || indents.at(-1)! < left - 6) indents.push(left);
    return indents.length - 1;
  }
}

const tight = (a: Block, b: Block): boolean => a.kind === b.kind && (a.kind === 'item' || a.kind === 'note');

/** Lists of Markdown count; letters and Roman numbers stay as text. */
function markerOf({ label }: TextBlock): string {
  if (label === '') return '-';
  const number = /^\(?(\d+)[.)]$/.exec(label)?.[1];
  return number === undefined ? `- ${label}` : `${number}.`;
}

const noteKey = (page: number, label: string): string => `${page} ${label}`;

/** Labels of notes, by page and mark: their own if no other page has them. */
function labelsOfNotes(blocks: readonly Block[]): Map<string, string> {
  const labels = new Map<string, string>();
  const taken = new Set<string>();
  for (const block of blocks) {
    if (block.kind !== 'note') continue;
    const name = /^[\p{L}\p{N}]+$/u.test(block.label) ? block.label : `note${block.label.length}`;
    const label = taken.has(name) ? `${block.page}-${name}` : name;
    taken.add(label);
    labels.set(noteKey(block.page, block.label), label);
  }
  return labels;
}

/** Pieces of a text as Markdown. */
function inline(pieces: readonly Piece[], page: number, notes: ReadonlyMap<string, string>): string {
  return pieces
    .map(({ text, url, mark }) => {
      const label = mark ? notes.get(noteKey(page, text)) : undefined;
      if (label !== undefined) return `[^${label}]`;
      const clean = escaped(text.replaceAll('\u00ad', ''));
      return url === undefined || clean.trim() === '' ? clean : `[${clean.trim()}](${address(url)})`;
    })
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

const address = (url: string): string =>
  /[\s()<>]/.test(url) ? `<${url.replace(/[<>\s]/g, encodeURIComponent)}>` : url;

/** Letters that Markdown would take as marks. */
const escaped = (text: string): string =>
  text.replace(
    /[\\`*]|\[(?![x ]\])|(?<!\[[x ])\]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|<(?=[a-z/!?])/giu,
    '\\$&',
  );

/** What only at the beginning of a paragraph is a mark. */
const escapedStart = (text: string): string =>
  text
    .replace(/^(#{1,6}(?=\s)|[-+>=~](?=\s|$)|(?<number>\d{1,9})(?=[.)]\s))/, (mark) =>
      /^\d/.test(mark) ? mark : `\\${mark}`,
    )
    .replace(/^(\d{1,9})([.)])(?=\s)/, '$1\\$2');

function table(rows: readonly (readonly Piece[][])[], content: (pieces: readonly Piece[]) => string): string {
  const cells = rows.map((row) => row.map((cell) => content(cell).replaceAll('|', '\\|')));
  const [head = [], ...body] = cells;
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
