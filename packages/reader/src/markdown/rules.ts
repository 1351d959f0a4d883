import type TurndownService from 'turndown';
import type { MarkdownStyle } from './options.ts';

type Rule = TurndownService.Rule;

const tagOf = (node: Node): string => node.nodeName.toLowerCase();
const elementOf = (node: Node): Element => node as unknown as Element;

/** Language of a code block, from the names that highlighters give: `language-js`, `highlight-source-js`, `brush: js`. */
function codeLanguage(code: Element): string {
  for (let each: Element | null = code, level = 0; each && level < 3; each = each.parentElement, level += 1) {
    const named = each.getAttribute('data-lang') ?? each.getAttribute('data-language');
    if (named && /^[\w+#.-]{1,24}$/.test(named)) return named.toLowerCase();
    const found =
      /(?:^|\s)(?:(?:language|lang|highlight-source|code)-|brush:\s*|sourceCode\s+)([\w+#.-]{1,24})/i.exec(
        each.getAttribute('class') ?? '',
      );
    if (found?.[1] && !/^(none|plaintext|default)$/i.test(found[1])) return found[1].toLowerCase();
  }
  return '';
}

/** Code blocks, also those without `code` inside and with a `br` for each line. */
export const codeBlock: Rule = {
  filter: ['pre'],
  replacement: (_content, node) => codeText(elementOf(node)),
};

/** A code block as Markdown. */
export function codeText(element: Element): string {
  const code = textWithBreaks(element).replace(/^\n|\s+$/g, '');
  if (code === '') return '';
  const inner = element.querySelector('code') ?? element;
  const ticks = Math.max(2, ...(code.match(/^`{3,}/gm) ?? []).map(({ length }) => length)) + 1;
  const fence = '`'.repeat(ticks);
  return `\n\n${fence}${codeLanguage(inner)}\n${code}\n${fence}\n\n`;
}

function textWithBreaks(node: Node): string {
  let text = '';
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.nodeType === 3) text += (child as Text).data;
    else if (tagOf(child) === 'br') text += '\n';
    else {
      const inner = textWithBreaks(child);
      // Some highlighters make each line an element of its own.
      text +=
        /^(div|p|li|tr)$/.test(tagOf(child)) && inner !== '' && !inner.endsWith('\n') ? `${inner}\n` : inner;
    }
  }
  return text;
}

/** Formulas keep their TeX, which KaTeX, MathJax and Wikipedia put into the page beside what is shown. */
export const formula: Rule = {
  filter: (node) =>
    tagOf(node) === 'math' ||
    /(^|\s)(katex|katex-display|MathJax|mwe-math-element)(\s|$)/.test(
      elementOf(node).getAttribute('class') ?? '',
    ),
  replacement(content, node) {
    const element = elementOf(node);
    const tex =
      element.querySelector('annotation[encoding="application/x-tex"]')?.textContent?.trim() ||
      element.getAttribute('alttext')?.trim();
    if (!tex) return content;
    const math = tagOf(node) === 'math' ? element : element.querySelector('math');
    const isBlock =
      math?.getAttribute('display') === 'block' || /katex-display/.test(element.getAttribute('class') ?? '');
    return isBlock ? `\n\n$$\n${tex}\n$$\n\n` : `$${tex}$`;
  },
};

/** The caption stands below its picture or table, in italics. */
export const caption: Rule = {
  filter: ['figcaption'],
  replacement: (content, _node, options) => {
    const text = content.trim().replace(/\s*\n\s*/g, ' ');
    return text === '' ? '' : `\n\n${options.emDelimiter}${text}${options.emDelimiter}\n\n`;
  },
};

/** Terms in bold, what they mean below. */
export const definitions: readonly (readonly [string, Rule])[] = [
  [
    'term',
    {
      filter: ['dt'],
      replacement: (content, _node, { strongDelimiter }) =>
        content.trim() ? `\n\n${strongDelimiter}${content.trim()}${strongDelimiter}\n` : '',
    },
  ],
  [
    'meaning',
    { filter: ['dd'], replacement: (content) => (content.trim() ? `\n${content.trim()}\n\n` : '') },
  ],
];

const FOOTNOTE =
  /(?:^|[#_:-])(?:cite_note|fn|footnote|endnote)s?[-_:]?(?:[\w.-]*?[-_:])?([\w.]*\d[\w.]*|[a-z])$/i;
const BACK = /[#](?:cite_ref|fnref|footnote-?ref|ref)/i;

const footnoteOf = (id: string | null): string | undefined => FOOTNOTE.exec(id ?? '')?.[1];

/** A mark that leads to a footnote of the same page, such as `[^1]`. */
export const footnoteMark: Rule = {
  filter: (node) => tagOf(node) === 'a' && isFootnoteMark(elementOf(node)),
  replacement: (_content, node) => `[^${footnoteOf(fragment(elementOf(node)))}]`,
};

/** The way back from a footnote. */
export const footnoteReturn: Rule = {
  filter: (node) =>
    tagOf(node) === 'a' &&
    BACK.test(fragment(elementOf(node))) &&
    /^[\s\p{P}\p{S}a-z\d]{0,4}$/u.test(node.textContent ?? ''),
  replacement: () => '',
};

/** A footnote, such as `[^1]: Its text.` */
export const footnote: Rule = {
  filter: (node) => tagOf(node) === 'li' && footnoteOf(elementOf(node).getAttribute('id')) !== undefined,
  replacement: (content, node) =>
    `\n[^${footnoteOf(elementOf(node).getAttribute('id'))}]: ${content.trim().replace(/\n+/g, '\n    ')}\n`,
};

const fragment = (link: Element): string => {
  const href = link.getAttribute('href') ?? '';
  const at = href.indexOf('#');
  return at < 0 ? '' : href.slice(at);
};

function isFootnoteMark(link: Element): boolean {
  if (footnoteOf(fragment(link)) === undefined || BACK.test(fragment(link))) return false;
  const isRaised = link.closest('sup') !== null || link.getAttribute('role') === 'doc-noteref';
  return isRaised && (link.textContent ?? '').trim().length <= 6;
}

/** How links are written, and what stands at the end of the text for them. */
export interface Links {
  rule: Rule;
  references: readonly string[];
}

const isLink = (node: Node): boolean => tagOf(node) === 'a' && elementOf(node).hasAttribute('href');

/** Links as `retainLinks` and `markdown` say; undefined for those in the line. */
export function linksOf({ retainLinks, markdown }: MarkdownStyle): Links | undefined {
  const { linkStyle, linkReferenceStyle } = markdown ?? {};
  const isDiscarded = linkStyle === 'discarded' || linkReferenceStyle === 'discarded';
  if (retainLinks === 'none') return { rule: { filter: 'a', replacement: () => '' }, references: [] };
  if (retainLinks === 'text' || isDiscarded) {
    return { rule: { filter: 'a', replacement: (content) => content }, references: [] };
  }
  if (retainLinks === 'gpt-oss') return numberedLinks();
  return linkStyle === 'referenced' ? referencedLinks(linkReferenceStyle ?? 'full') : undefined;
}

function numberedLinks(): Links {
  const links = new Map<string, number>();
  const rule: Rule = {
    filter: isLink,
    replacement(content, node) {
      const href = elementOf(node).getAttribute('href')!;
      const id = links.get(href) ?? links.size;
      links.set(href, id);
      return `【${id}†${content.trim()}】`;
    },
  };
  return { rule, references: [] };
}

/** Links by a number or by their text, with the addresses at the end of the whole text. */
function referencedLinks(kind: 'full' | 'collapsed' | 'shortcut'): Links {
  const references: string[] = [];
  const rule: Rule = {
    filter: isLink,
    replacement(content, node) {
      const element = elementOf(node);
      const title = (element.getAttribute('title') ?? '').replace(/\s*\n\s*/g, ' ').replaceAll('"', '\\"');
      const address = `${element.getAttribute('href')!}${title && ` "${title}"`}`;
      const name = kind === 'full' ? String(references.length + 1) : content;
      references.push(`[${name}]: ${address}`);
      if (kind === 'full') return `[${content}][${name}]`;
      return kind === 'collapsed' ? `[${content}][]` : `[${content}]`;
    },
  };
  return { rule, references };
}

/** Pictures as `retainImages` says: left out, their alternative text, or numbered. */
export function pictureRule({ retainImages }: MarkdownStyle): Rule {
  let count = 0;
  return {
    filter: 'img',
    replacement(_content, node) {
      const element = elementOf(node);
      const alt = (element.getAttribute('alt') ?? '').replace(/\s+/g, ' ').trim();
      const src = element.getAttribute('src');
      if (retainImages === 'none') return '';
      count += 1;
      if (retainImages === 'alt') return alt && `(Image: ${alt})`;
      if (retainImages === 'alt_p') return alt && `(Image ${count}: ${alt})`;
      if (!src) return alt;
      const label = retainImages === 'all_p' ? `Image ${count}${alt && `: ${alt}`}` : alt;
      const title = (element.getAttribute('title') ?? '').replace(/\s+/g, ' ').replaceAll('"', '\\"').trim();
      return `![${label.replace(/[[\]]/g, '\\$&')}](${src
        .replaceAll(/[()\s]/g, encodeURIComponent)
        .replaceAll('(', '%28')
        .replaceAll(')', '%29')}${title && ` "${title}"`})`;
    },
  };
}

export const strikethrough: Rule = {
  filter: ['del', 's', 'strike' as 's'],
  replacement: (content) => `~~${content}~~`,
};

/** The box before an item of a list of tasks. */
export const task: Rule = {
  filter: (node) =>
    tagOf(node) === 'input' &&
    elementOf(node).getAttribute('type') === 'checkbox' &&
    node.parentNode?.nodeName === 'LI',
  replacement: (_content, node) => (elementOf(node).hasAttribute('checked') ? '[x] ' : '[ ] '),
};
