import type { MarkdownStyle } from '../markdown/options.ts';
import type { Block, TextBlock } from './blocks.ts';
import { type Piece, textOf } from './lines.ts';

/** How the text of a PDF is written. */
export interface PdfStyle extends Pick<MarkdownStyle, 'markdown' | 'retainLinks' | 'noGfm'> {
  /** Without marks, as plain text. @default false */
  isPlain?: boolean | undefined;
}

/** Writes blocks. Links that are numbered go on counting from one call to the next. */
export interface BlockWriter {
  /** Notes stand at the end of their page. */
  write(blocks: readonly Block[]): string;
  /** What stands at the end of the whole text: addresses of links that are referred to. */
  end(): string;
}

export function blockWriter(style: PdfStyle = {}): BlockWriter {
  const links = linkWriter(style);
  return { write: (blocks) => markdownOf(blocks, style, links), end: () => links.references.join('\n') };
}

function markdownOf(blocks: readonly Block[], style: PdfStyle, links: LinkWriter): string {
  const { isPlain = false, noGfm, markdown } = style;
  const notes = isPlain ? new Map<string, string>() : labelsOfNotes(blocks);
  const bullet = markdown?.bulletListMarker ?? '-';
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

  function inlineOf(pieces: readonly Piece[], page: number): string {
    return isPlain ? textOf(pieces) : inline(pieces, page, notes, links);
  }

  function one(block: Block): string {
    if (block.kind === 'table') {
      const rows = block.rows.map((row) => row.map((cell) => inlineOf(cell, block.page)));
      if (isPlain) return rows.map((row) => row.join('\t')).join('\n');
      return noGfm ? rows.map((row) => row.filter(Boolean).join(' ')).join('\n\n') : table(rows);
    }
    if (block.kind !== 'item') indents.length = 0;
    if (block.kind === 'code') {
      const code = block.pieces.map((piece) => piece.text).join('');
      return isPlain ? code : `\`\`\`\n${code}\n\`\`\``;
    }
    const content = inlineOf(block.pieces, block.page);
    if (content === '') return '';
    if (block.kind === 'item') {
      const mark = isPlain ? block.label || '•' : markerOf(block, bullet);
      return `${'    '.repeat(depthOf(block.left))}${mark} ${content}`;
    }
    if (isPlain) return block.kind === 'note' ? `${block.label} ${content}` : content;
    if (block.kind === 'note') return `[^${notes.get(noteKey(block.page, block.label))}]: ${content}`;
    if (block.kind !== 'heading') return escapedStart(content);
    const isUnderlined = markdown?.headingStyle === 'setext' && block.level <= 2;
    if (!isUnderlined) return `${'#'.repeat(block.level)} ${content}`;
    return `${content}\n${(block.level === 1 ? '=' : '-').repeat(content.length)}`;
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
function markerOf({ label }: TextBlock, bullet: string): string {
  if (label === '') return bullet;
  const number = /^\(?(\d+)[.)]$/.exec(label)?.[1];
  return number === undefined ? `${bullet} ${label}` : `${number}.`;
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
function inline(
  pieces: readonly Piece[],
  page: number,
  notes: ReadonlyMap<string, string>,
  links: LinkWriter,
): string {
  return pieces
    .map(({ text, url, mark }) => {
      const label = mark ? notes.get(noteKey(page, text)) : undefined;
      if (label !== undefined) return `[^${label}]`;
      const clean = escaped(text.replaceAll('\u00ad', ''));
      return url === undefined || clean.trim() === '' ? clean : links.write(clean.trim(), url);
    })
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Writes links. */
interface LinkWriter {
  write: (text: string, url: string) => string;
  references: readonly string[];
}

/** As `retainLinks` and `markdown` say, see `linksOf` of HTML. */
function linkWriter({ retainLinks, markdown }: PdfStyle): LinkWriter {
  const { linkStyle, linkReferenceStyle } = markdown ?? {};
  const references: string[] = [];
  if (retainLinks === 'none') return { write: () => '', references };
  if (retainLinks === 'text' || linkStyle === 'discarded' || linkReferenceStyle === 'discarded') {
    return { write: (text) => text, references };
  }
  if (retainLinks === 'gpt-oss') {
    const numbers = new Map<string, number>();
    const write = (text: string, url: string): string => {
      const number = numbers.get(url) ?? numbers.size;
      numbers.set(url, number);
      return `【${number}†${text}】`;
    };
    return { write, references };
  }
  if (linkStyle !== 'referenced') return { write: (text, url) => `[${text}](${address(url)})`, references };
  const write = (text: string, url: string): string => {
    const isNumbered = linkReferenceStyle == null || linkReferenceStyle === 'full';
    const name = isNumbered ? String(references.length + 1) : text;
    references.push(`[${name}]: ${address(url)}`);
    if (isNumbered) return `[${text}][${name}]`;
    return linkReferenceStyle === 'collapsed' ? `[${text}][]` : `[${text}]`;
  };
  return { write, references };
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

function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const [head = [], ...body] = cells;
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}
