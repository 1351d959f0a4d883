import { parseDocument } from 'htmlparser2';
import type { FileFacts } from './markdown.ts';
import { SectionWriter } from './sections.ts';
import type { SourceDocument } from './types.ts';

/** The part of the parser's tree that this module reads. */
interface TreeNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly attribs?: Record<string, string>;
  readonly children?: readonly TreeNode[];
}

/** Never text of the page. */
const SKIPPED = new Set(
  'script style template noscript svg canvas iframe object select nav footer form dialog button input textarea head'.split(
    ' ',
  ),
);
const SKIPPED_ROLES = new Set(['navigation', 'banner', 'contentinfo', 'search', 'dialog', 'alert']);
/** Elements that end a paragraph before and after them. */
const BLOCKS = new Set(
  (
    'address article aside blockquote body dd details div dl dt fieldset figcaption figure header hgroup hr html li main ol p ' +
    'pre section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
);

/**
 * A document of an HTML page: the text of its main content (`[data-nearfield-body]`, else `main` or `[role=main]`, else
 * a single `article`, else the body), with headings, their anchors and breadcrumbs. Navigation, footers, forms, scripts, what is
 * hidden, and what has the attribute `data-nearfield-ignore` are left out. `data-nearfield-filter="name:value"` adds
 * a filter value, `data-nearfield-weight="2"` makes what is in an element weigh twice as much (0 to 15). The language
 * is that of `<html lang>`.
 * @param ignore classes of elements that are left out as well, such as labels that a generator writes
 */
export function documentOfHtml(
  html: string,
  facts: FileFacts,
  ignore: readonly string[] = [],
): SourceDocument {
  const root = parseDocument(html) as unknown as TreeNode;
  if (ignore.length > 0) {
    for (const { attribs } of everyElement(root)) {
      const classes = attribs?.class?.split(/\s+/) ?? [];
      if (classes.some((name) => ignore.includes(name))) attribs!['data-nearfield-ignore'] = '';
    }
  }
  const filters: Record<string, string[]> = {};
  for (const [name, values] of Object.entries(facts.filters ?? {})) filters[name] = [...values];
  for (const node of everyElement(root)) {
    const written = node.attribs?.['data-nearfield-filter'];
    const [, name, value] = /^([^:]+):(.+)$/.exec(written ?? '') ?? [];
    if (name !== undefined && value !== undefined) {
      const values = Object.hasOwn(filters, name.trim()) ? filters[name.trim()]! : [];
      filters[name.trim()] = [...new Set([...values, value.trim()])];
    }
  }
  const main = mainOf(root);
  const head = find(root, (node) => node.name === 'title');
  const sections = new SectionWriter();
  let title = '';
  let paragraph = '';
  const close = (): void => {
    sections.paragraph(paragraph.replace(/[ \t]*\n[ \t]*/g, '\n'));
    paragraph = '';
  };
  const visit = (node: TreeNode, inPre: boolean, weight: number): void => {
    if (node.type === 'text') {
      const text = node.data ?? '';
      paragraph += inPre ? text : text.replace(/\s+/g, ' ');
      return;
    }
    if (isLeftOut(node)) return;
    const own = weightOf(node) ?? weight;
    if (own !== weight) {
      close();
      sections.weigh(own);
    }
    const level = /^h([1-6])$/.exec(node.name ?? '')?.[1];
    if (level !== undefined) {
      close();
      const text = headingText(node);
      if (level === '1' && title === '') title = text;
      else if (text !== '') sections.heading(Number(level), text, anchorOf(node));
      return;
    }
    if (node.name === 'br') paragraph += '\n';
    if (node.name === 'img') paragraph += ` ${node.attribs?.alt ?? ''} `;
    const isBlock = BLOCKS.has(node.name ?? '');
    if (isBlock) close();
    for (const child of node.children ?? []) visit(child, inPre || node.name === 'pre', own);
    if (isBlock) close();
    if (own !== weight) {
      close();
      sections.weigh(weight);
    }
  };
  const mainWeight = weightOf(main) ?? 1;
  sections.weigh(mainWeight);
  for (const child of main.children ?? []) visit(child, main.name === 'pre', mainWeight);
  close();
  const language = find(root, ({ name }) => name === 'html')?.attribs?.lang?.trim() ?? '';
  return {
    ...(language === '' ? {} : { language }),
    id: facts.id,
    url: facts.url,
    title: title !== '' ? title : head === undefined ? '' : textOf(head),
    breadcrumbs: facts.breadcrumbs ?? breadcrumbsOf(root),
    filters,
    sections: sections.finish(),
  };
}

/** Most that an element may weigh. */
const MOST_WEIGHT = 15;

function weightOf({ attribs }: TreeNode): number | undefined {
  const written = attribs?.['data-nearfield-weight'];
  if (written === undefined || written.trim() === '') return undefined;
  const weight = Number(written);
  return weight >= 0 ? Math.min(MOST_WEIGHT, weight) : undefined;
}

function* everyElement(node: TreeNode): Generator<TreeNode> {
  for (const child of node.children ?? []) {
    if (child.name !== undefined) yield child;
    yield* everyElement(child);
  }
}

function find(root: TreeNode, is: (node: TreeNode) => boolean): TreeNode | undefined {
  for (const node of everyElement(root)) if (is(node)) return node;
  return undefined;
}

function mainOf(root: TreeNode): TreeNode {
  const articles = [...everyElement(root)].filter(({ name }) => name === 'article');
  return (
    find(root, ({ attribs }) => attribs?.['data-nearfield-body'] !== undefined) ??
    find(root, ({ name, attribs }) => name === 'main' || attribs?.role === 'main') ??
    (articles.length === 1 ? articles[0] : undefined) ??
    find(root, ({ name }) => name === 'body') ??
    root
  );
}

function isLeftOut({ type, name = '', attribs = {} }: TreeNode): boolean {
  return (
    type === 'comment' ||
    type === 'directive' ||
    SKIPPED.has(name) ||
    SKIPPED_ROLES.has(attribs.role ?? '') ||
    attribs.hidden !== undefined ||
    attribs['aria-hidden'] === 'true' ||
    attribs['data-nearfield-ignore'] !== undefined
  );
}

function textOf(node: TreeNode): string {
  const text = (each: TreeNode): string =>
    each.type === 'text'
      ? (each.data ?? '')
      : isLeftOut(each)
        ? ''
        : (each.children ?? []).map(text).join('');
  return (node.children ?? []).map(text).join('').replace(/\s+/g, ' ').trim();
}

/** A heading without the mark that links to it. */
const headingText = (node: TreeNode): string => textOf(node).replace(/^[#¶§🔗]\s*|\s*[#¶§🔗\u200b]+$/gu, '');

/** The heading's own id, else that of an element in it, else where a link in it leads. */
function anchorOf(node: TreeNode): string {
  const inside = [node, ...everyElement(node)];
  const id = inside.find(({ attribs }) => (attribs?.id ?? '') !== '')?.attribs?.id;
  return id ?? inside.find(({ attribs }) => attribs?.href?.startsWith('#'))?.attribs?.href?.slice(1) ?? '';
}

function breadcrumbsOf(root: TreeNode): string[] {
  const list = find(root, ({ attribs }) => {
    const { 'aria-label': label = '', class: names = '' } = attribs ?? {};
    return /^breadcrumbs?$/i.test(label.trim()) || /(?:^|\s|_)breadcrumbs?(?:\s|$)/i.test(names);
  });
  if (list === undefined) return [];
  const items = [...everyElement(list)].filter(({ name }) => name === 'li');
  const links = items.length > 0 ? items : [...everyElement(list)].filter(({ name }) => name === 'a');
  return links.map(textOf).filter((text) => /[\p{L}\p{N}]/u.test(text));
}
