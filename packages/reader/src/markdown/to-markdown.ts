import TurndownService from 'turndown';
import type { MarkdownStyle } from './options.ts';
import {
  caption,
  codeBlock,
  definitions,
  footnote,
  footnoteMark,
  footnoteReturn,
  formula,
  linkRule,
  pictureRule,
  strikethrough,
  task,
} from './rules.ts';
import { tables } from './tables.ts';

/**
 * Writes cleaned content as Markdown.
 *
 * @param parts elements whose texts follow each other
 */
export function* markdownOf(parts: readonly Element[], style: MarkdownStyle): Generator<void, string> {
  const turndown = service(style);
  const texts: string[] = [];
  for (const part of parts) {
    const text = turndown.turndown(boxed(part)).trim();
    if (text !== '') texts.push(text);
    yield;
  }
  return tidy(texts.join('\n\n'));
}

/** Turndown converts what is in an element: one that is not only a box is put into one. */
function boxed(part: Element): HTMLElement {
  if (/^(body|main|div|article|section)$/.test(part.localName)) return part as HTMLElement;
  const box = part.ownerDocument.createElement('div');
  box.append(part);
  return box;
}

function service(style: MarkdownStyle): TurndownService {
  const { headingStyle, hr, bulletListMarker, emDelimiter, strongDelimiter, linkStyle, linkReferenceStyle } =
    style.markdown ?? {};
  const turndown = new TurndownService({
    headingStyle: headingStyle ?? 'atx',
    hr: hr ?? '* * *',
    bulletListMarker: bulletListMarker ?? '*',
    emDelimiter: emDelimiter ?? '_',
    strongDelimiter: strongDelimiter ?? '**',
    linkStyle: linkStyle === 'referenced' ? 'referenced' : 'inlined',
    linkReferenceStyle:
      linkReferenceStyle && linkReferenceStyle !== 'discarded' ? linkReferenceStyle : 'full',
    codeBlockStyle: 'fenced',
  });
  if (style.noGfm !== true) {
    turndown.addRule('strikethrough', strikethrough);
    turndown.addRule('task', task);
    if (style.noGfm !== 'table') turndown.use(tables);
  }
  turndown.addRule('picture', pictureRule(style));
  const isDiscarded = linkStyle === 'discarded' || linkReferenceStyle === 'discarded';
  const links = linkRule(isDiscarded ? { ...style, retainLinks: 'text' } : style);
  if (links) turndown.addRule('links', links);
  turndown.addRule('caption', caption);
  for (const [name, rule] of definitions) turndown.addRule(name, rule);
  turndown.addRule('footnote', footnote);
  turndown.addRule('footnoteReturn', footnoteReturn);
  turndown.addRule('footnoteMark', footnoteMark);
  turndown.addRule('code', codeBlock);
  turndown.addRule('formula', formula);
  return turndown;
}

/** Takes out what the conversion leaves behind: spaces at the ends of lines and empty lines in a row, but not in code. */
function tidy(markdown: string): string {
  let fence = '';
  let blank = false;
  const lines: string[] = [];
  for (const line of markdown.split('\n')) {
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
