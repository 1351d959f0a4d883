import { keepMainContent } from '../content/main-content.ts';
import type { MarkdownStyle } from '../markdown/options.ts';
import { markdownOf } from '../markdown/to-markdown.ts';
import { inSlices } from '../slices.ts';
import { absoluteAddress, cleanContent } from './clean.ts';
import { parseHtml } from './document.ts';
import { type Metadata, readMetadata } from './metadata.ts';
import { plainText } from './plain-text.ts';
import { removeParts, targetParts } from './selectors.ts';
import { pageImages, pageLinks } from './summaries.ts';

/** Options of {@link readHtml}. */
export interface HtmlOptions extends MarkdownStyle {
  /** The page's address. */
  url?: string | undefined;
  /** `content` is the main content as Markdown, `markdown` the whole page, `text` and `html` the whole page as such. */
  format: 'content' | 'markdown' | 'text' | 'html';
  targetSelector?: string | readonly string[] | null | undefined;
  removeSelector?: string | readonly string[] | null | undefined;
  keepImgDataUrl?: boolean | null | undefined;
  signal?: AbortSignal | undefined;
}

/** A web page that was read. */
export interface HtmlPage extends Metadata {
  /** In the format that was asked for. */
  content: string;
  links: [text: string, url: string][];
  images: [text: string, url: string][];
  warning: string | undefined;
}

/** Reads a web page. Nothing in it runs, and nothing is loaded. @param html its source */
export async function readHtml(html: string, options: HtmlOptions): Promise<HtmlPage> {
  const document = await parseHtml(html);
  return inSlices(readDocument(document, html, options), options.signal);
}

function* readDocument(document: Document, html: string, options: HtmlOptions): Generator<void, HtmlPage> {
  const base = baseOf(document, options.url);
  const page = {
    ...readMetadata(document, base),
    links: pageLinks(document, base),
    images: pageImages(document, base),
    warning: undefined,
  };
  if (options.format === 'html') return { ...page, content: html };
  yield;
  removeParts(document, options.removeSelector);
  let parts = targetParts(document, options.targetSelector);
  let warning: string | undefined;
  if (!parts) {
    if (options.format === 'content' && !(yield* keepMainContent(document, options.url))) {
      warning = 'This page has no text; its content may come from scripts, which are not run.';
    }
    parts = [document.body];
  }
  yield;
  const clean = { base, keepDataPictures: options.keepImgDataUrl === true };
  for (const part of parts) cleanContent(part, clean);
  yield;
  const content =
    options.format === 'text'
      ? parts.map(plainText).join('\n\n')
      : yield* markdownOf(
          options.markdown?.linkStyle === 'referenced' ? parts : parts.flatMap(pieces),
          options,
        );
  return { ...page, content, warning };
}

/** Texts longer than this are converted piece by piece, so that the page is not kept for long. */
const PIECE_CHARACTERS = 20_000;

/** The parts of a long element that stand one below the other. */
function pieces(element: Element): Element[] {
  const isLong = element.innerHTML.length > PIECE_CHARACTERS;
  const isBox = /^(body|main|article|section|div)$/.test(element.localName);
  if (!isLong || !isBox || !hasOnlyBlocks(element)) return [element];
  return [...element.children].flatMap(pieces);
}

const BLOCKS =
  /^(address|article|aside|blockquote|details|div|dl|figure|footer|form|h[1-6]|header|hr|main|nav|ol|p|pre|section|table|ul)$/;

function hasOnlyBlocks(element: Element): boolean {
  for (let child = element.firstChild; child; child = child.nextSibling) {
    if (
      child.nodeType === 1
        ? !BLOCKS.test((child as Element).localName)
        : child.nodeType === 3 && /\S/.test((child as Text).data)
    ) {
      return false;
    }
  }
  return true;
}

/** The address that a page's relative ones are resolved against: of its `base` element, or its own. */
function baseOf(document: Document, url: string | undefined): string | undefined {
  const href = document.querySelector('base[href]')?.getAttribute('href');
  if (!href) return url;
  const address = absoluteAddress(href, url);
  return address !== undefined && URL.canParse(address) ? address : url;
}
