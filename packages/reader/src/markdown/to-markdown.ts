import TurndownService from 'turndown';
import { LongContent } from './long.ts';
import type { MarkdownStyle } from './options.ts';
import { LONG, piecesOf, sizesOf } from './pieces.ts';
import {
  caption,
  codeBlock,
  codeText,
  definitions,
  footnote,
  footnoteMark,
  footnoteReturn,
  formula,
  type Links,
  linksOf,
  pictureRule,
  strikethrough,
  task,
} from './rules.ts';
import { boxOf, longTable, tables } from './tables.ts';

/**
 * Writes cleaned content as Markdown.
 *
 * @param parts elements whose texts follow each other
 */
export function* markdownOf(parts: readonly Element[], style: MarkdownStyle): Generator<void, string> {
  const links = linksOf(style);
  const turndown = service(style, links);
  const whole = (element: Element): string => turndown.turndown(boxed(element)).trim();
  const inPieces = function* (element: Element): Generator<void, string> {
    const sizes = yield* sizesOf(element);
    const cell = function* (each: Element): Generator<void, string> {
      const box = yield* boxOf(each);
      return (sizes.get(each) ?? 0) <= LONG ? whole(box) : yield* inPieces(box);
    };
    const texts: string[] = [];
    for (const piece of yield* piecesOf(element, sizes, { hasTables: !style.noGfm })) {
      if (piece.long === 'other') yield* long.shorten(piece.element, sizes);
      const text =
        piece.long === 'table'
          ? yield* longTable(piece.element, cell)
          : piece.long === 'code'
            ? codeText(piece.element).trim()
            : whole(piece.element);
      if (text !== '') texts.push(texts.length > 0 ? piece.glue + text : text);
      yield;
    }
    return texts.join('');
  };
  const long = new LongContent({ whole, inPieces });
  turndown.addRule('written', long.rule);
  const texts: string[] = [];
  for (const part of parts) texts.push(yield* inPieces(part));
  const written = [
    texts.filter((text) => text !== '').join('\n\n'),
    links?.references.join('\n') ?? '',
  ].filter((text) => text !== '');
  return yield* tidy(written.join('\n\n'));
}

/** Turndown converts what is in an element: one that is not only a box is put into one. */
function boxed(part: Element): HTMLElement {
  if (/^(body|main|div|article|section)$/.test(part.localName)) return part as HTMLElement;
  const box = part.ownerDocument.createElement('div');
  box.append(part);
  return box;
}

function service(style: MarkdownStyle, links: Links | undefined): TurndownService {
  const { headingStyle, hr, bulletListMarker, emDelimiter, strongDelimiter } = style.markdown ?? {};
  const turndown = new TurndownService({
    headingStyle: headingStyle ?? 'atx',
    hr: hr ?? '* * *',
    bulletListMarker: bulletListMarker ?? '*',
    emDelimiter: emDelimiter ?? '_',
    strongDelimiter: strongDelimiter ?? '**',
    codeBlockStyle: 'fenced',
  });
  if (style.noGfm !== true) {
    turndown.addRule('strikethrough', strikethrough);
    turndown.addRule('task', task);
    if (style.noGfm !== 'table') turndown.use(tables);
  }
  turndown.addRule('picture', pictureRule(style));
  if (links) turndown.addRule('links', links.rule);
  turndown.addRule('caption', caption);
  for (const [name, rule] of definitions) turndown.addRule(name, rule);
  turndown.addRule('footnote', footnote);
  turndown.addRule('footnoteReturn', footnoteReturn);
  turndown.addRule('footnoteMark', footnoteMark);
  turndown.addRule('code', codeBlock);
  turndown.addRule('formula', formula);
  return turndown;
}

/** Lines between two breaks. */
const BREAK = 1000;

/** Takes out what the conversion leaves behind: spaces at the ends of lines and empty lines in a row, but not in code. */
function* tidy(markdown: string): Generator<void, string> {
  let fence = '';
  let blank = false;
  const lines: string[] = [];
  let count = 0;
  for (const line of markdown.split('\n')) {
    count += 1;
    if (count % BREAK === 0) yield;
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== '') {
      lines.push(line);
      if (mark?.startsWith(fence) && line.trim() === mark) fence = '';
      continue;
    }
    if (mark !== undefined) fence = mark;
    // Two spaces break the line.
    const text = line.replace(/[\t\u00a0 ]+$/, (spaces) =>
      spaces.length >= 2 && line.trim() !== '' ? '  ' : '',
    );
    if (text === '' && blank) continue;
    blank = text === '';
    lines.push(text);
  }
  return lines.join('\n').trim();
}
