import { cleanContent } from '../html/clean.ts';
import { parseHtml } from '../html/document.ts';
import { plainText } from '../html/plain-text.ts';
import { inSlices } from '../slices.ts';
import { keepMainContent } from './main-content.ts';

/** Options of {@link mainContent}. */
export interface MainContentOptions {
  /** The page's address: relative ones are resolved against it, and it says something about the page. */
  url?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The main content of a page. */
export interface MainContent {
  /** Without anything that runs or loads but pictures. */
  html: string;
  /** A line for each block. */
  text: string;
}

/**
 * Finds the main content of a page: an article, a thread of a forum, a product, the entries of a list. Menus, footers,
 * related links, banners and the like are left out.
 *
 * @param html the page's source
 * @example
 * const { text } = await mainContent(await (await fetch(url)).text(), { url });
 */
export async function mainContent(
  html: string,
  { url, signal }: MainContentOptions = {},
): Promise<MainContent> {
  const document = await parseHtml(html, signal);
  const find = function* (): Generator<void, MainContent> {
    yield* keepMainContent(document, url);
    const text = yield* plainText(document.body);
    yield* cleanContent(document.body, { base: url, keepDataPictures: false });
    return { html: document.body.innerHTML, text };
  };
  return inSlices(find(), signal);
}
