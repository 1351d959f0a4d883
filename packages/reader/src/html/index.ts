import { keepMainContent } from '../content/main-content.ts';
import type { MarkdownStyle } from '../markdown/options.ts';
import { markdownOf } from '../markdown/to-markdown.ts';
import { inSlices } from '../slices.ts';
import { absoluteAddress, cleanContent } from './clean.ts';
import { parseHtml } from './document.ts';
import { HELD_BASE } from './inert-source.ts';
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
  const document = await parseHtml(html, options.signal);
  return inSlices(readDocument(document, html, options), options.signal);
}

function* readDocument(document: Document, html: string, options: HtmlOptions): Generator<void, HtmlPage> {
  const base = baseOf(document, options.url);
  const page = {
    ...readMetadata(document, base),
    links: yield* pageLinks(document, base),
    images: yield* pageImages(document, base),
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
  for (const part of parts) yield* cleanContent(part, clean);
  if (options.format !== 'text') return { ...page, content: yield* markdownOf(parts, options), warning };
  const texts: string[] = [];
  for (const part of parts) texts.push(yield* plainText(part));
  return { ...page, content: texts.join('\n\n'), warning };
}

/** The address that a page's relative ones are resolved against: of its `base` element, or its own. */
function baseOf(document: Document, url: string | undefined): string | undefined {
  const element = document.querySelector(`base[href], base[${HELD_BASE}]`);
  const href = element?.getAttribute(HELD_BASE) ?? element?.getAttribute('href');
  if (!href) return url;
  const address = absoluteAddress(href, url);
  return address !== undefined && URL.canParse(address) ? address : url;
}
