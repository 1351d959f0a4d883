/** Documents of a folder of HTML and Markdown, or of a file of JSON lines. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { documentOfHtml } from '../documents/html.ts';
import { documentsOfJsonl } from '../documents/jsonl.ts';
import { documentOfMarkdown, type FileFacts } from '../documents/markdown.ts';
import type { SourceDocument } from '../documents/types.ts';
import { invalid } from '../errors.ts';

/** Options of `readSource()`. */
export interface SourceOptions {
  /** Beginning of all page addresses. @default '/' */
  readonly base?: string;
  /** Whether addresses leave out `.html`, as hosts with clean addresses serve them. @default false */
  readonly cleanUrls?: boolean;
  /** Classes of elements of HTML that are left out. @default none */
  readonly ignore?: readonly string[];
  /** A folder that is left out, such as the index's own. */
  readonly except?: string;
}

const HTML = /\.html?$/i;
/** The page that hosts show in place of one that is not there. */
const NOT_FOUND = /^404(?:\/index)?\.html?$/i;
const MARKDOWN = /\.(?:md|mdx|markdown)$/i;

/**
 * Documents of a folder, in the order of their paths, or of a file of JSON lines. A page's id is its path in the
 * folder. Left out are hidden files, `node_modules`, pages that forbid indexing (`noindex`) or lead elsewhere
 * (`http-equiv="refresh"`), `404.html`, and pages without any text.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED where there is nothing to index.
 */
export async function readSource(source: string, options: SourceOptions = {}): Promise<SourceDocument[]> {
  const facts = await stat(source).catch(() => undefined);
  if (facts === undefined) throw invalid('source', `There is no file or folder ${source}.`);
  if (!facts.isDirectory()) return nonEmpty(documentsOfJsonl(await readFile(source, 'utf8')), source);
  const except = options.except === undefined ? undefined : resolve(options.except);
  const documents: SourceDocument[] = [];
  for (const path of await pagesBelow(source, except)) {
    const text = await readFile(path, 'utf8');
    const id = relative(source, path).split(sep).join('/');
    const file: FileFacts = { id, url: addressOf(id, options) };
    if (NOT_FOUND.test(id) || (HTML.test(path) && isNotIndexed(text))) continue;
    const document = HTML.test(path)
      ? documentOfHtml(text, file, options.ignore)
      : documentOfMarkdown(text, file);
    if (document.title !== '' || document.sections.length > 0) documents.push(document);
  }
  return nonEmpty(documents, source);
}

function nonEmpty(documents: SourceDocument[], source: string): SourceDocument[] {
  if (documents.length > 0) return documents;
  throw invalid('source', `${source} has nothing to index: no HTML, Markdown or JSON lines with text.`);
}

async function pagesBelow(folder: string, except: string | undefined): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || resolve(path) === except) continue;
    if (entry.isDirectory()) found.push(...(await pagesBelow(path, except)));
    else if (HTML.test(entry.name) || MARKDOWN.test(entry.name)) found.push(path);
  }
  return found.sort();
}

const isNotIndexed = (html: string): boolean =>
  [...html.matchAll(/<meta\b[^>]*>/gi)].some(
    ([tag]) =>
      /http-equiv\s*=\s*["']?refresh/i.test(tag) ||
      (/name\s*=\s*["']?robots/i.test(tag) && /noindex/i.test(tag)),
  );

/** `guide/index.html` is served as `guide/`, `guide/setup.md` as `guide/setup`. */
function addressOf(id: string, { base = '/', cleanUrls = false }: SourceOptions): string {
  const path = MARKDOWN.test(id) || cleanUrls ? id.replace(HTML, '').replace(MARKDOWN, '') : id;
  const file = path.replace(/(^|\/)(?:index(?:\.html?)?|README)$/i, '$1');
  return `${base.endsWith('/') || base === '' ? base : `${base}/`}${file.split('/').map(encodeURIComponent).join('/')}`;
}
