import { Outline, type Section } from './passages.ts';

/** What holds no text of the document. */
const SKIPPED = 'script, style, template, noscript, svg, iframe, object, nav, [hidden], [aria-hidden="true"]';

/** Elements that start a block of their own. */
const BLOCKS = new Set(
  'address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup hr html li main ol p section summary table tbody td tfoot th thead tr ul'
    .split(' ')
    .map((name) => name.toUpperCase()),
);

/** Takes styles out before they are parsed: the page's policy would refuse each of them on the console. */
const withoutStyles = (html: string): string =>
  html
    .replace(/<(\/?)style(?=[\s>/])/giu, '<$1template')
    .replace(/<[a-z](?:[^>"']|"[^"]*"|'[^']*')*>/giu, (tag) =>
      tag.replace(/\sstyle(?=\s*=)/giu, ' data-style'),
    );

/**
 * The text of an HTML document under its headings, and its title. Rows of tables, items of lists and preformatted
 * text keep their lines. Nothing of the document is loaded or run.
 */
export function readHtml(html: string): {
  title: string;
  /** Tag of the language that the document names. */
  language: string | undefined;
  sections: Section[];
} {
  const page = new DOMParser().parseFromString(withoutStyles(html), 'text/html');
  for (const element of page.querySelectorAll(SKIPPED)) element.remove();
  const outline = new Outline();
  let line = '';
  let lines: string[] = [];
  const endLine = (): void => {
    const text = line.replace(/[^\S\n]+/gu, ' ').trim();
    if (text !== '') lines.push(text);
    line = '';
  };
  const endBlock = (): void => {
    endLine();
    outline.block(lines.join('\n'), lines.length > 1);
    lines = [];
  };
  const visit = (node: Node): void => {
    if (node.nodeType === Node.TEXT_NODE) {
      line += (node.nodeValue ?? '').replace(/\s+/gu, ' ');
      return;
    }
    if (!(node instanceof Element)) return;
    const level = /^H([1-6])$/u.exec(node.tagName)?.[1];
    if (level !== undefined) {
      endBlock();
      outline.heading(Number(level), (node.textContent ?? '').replace(/\s+/gu, ' ').trim());
    } else if (node.tagName === 'PRE') {
      endBlock();
      outline.block((node.textContent ?? '').replace(/^\n+|\s+$/gu, ''), true);
    } else if (node.tagName === 'BR') endLine();
    else if (node.tagName === 'IMG') line += ` ${node.getAttribute('alt') ?? ''} `;
    else if (node.tagName === 'TR') {
      endLine();
      lines.push(
        [...node.children].map((cell) => (cell.textContent ?? '').replace(/\s+/gu, ' ').trim()).join(' | '),
      );
    } else if (node.tagName === 'LI') {
      endLine();
      for (const child of node.childNodes) visit(child);
      endLine();
    } else {
      const block = BLOCKS.has(node.tagName);
      // Blocks within an item stay with it.
      const own = block && node.closest('li') === null;
      if (own) endBlock();
      else if (block) endLine();
      for (const child of node.childNodes) visit(child);
      if (own) endBlock();
      else if (block) endLine();
    }
  };
  visit(page.body);
  endBlock();
  return {
    title: page.title.trim(),
    language: page.documentElement.lang || undefined,
    sections: outline.sections,
  };
}
