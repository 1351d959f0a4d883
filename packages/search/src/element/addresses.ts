/** Addresses of results. */

/** A longer text is named by its beginning and its end. */
const WHOLE = 80;
const EDGE_WORDS = 4;

/**
 * The directive that makes a browser scroll to a text and highlight it (`#:~:text=`); empty for an empty text.
 * See https://wicg.github.io/scroll-to-text-fragment/.
 */
export function textDirective(text: string): string {
  if (text === '') return '';
  // A dash marks context in a directive; encodeURIComponent leaves it.
  const encoded = (part: string): string => encodeURIComponent(part).replaceAll('-', '%2D');
  const words = text.split(' ');
  if (text.length <= WHOLE || words.length <= 2 * EDGE_WORDS) return `:~:text=${encoded(text)}`;
  const start = words.slice(0, EDGE_WORDS).join(' ');
  const end = words.slice(-EDGE_WORDS).join(' ');
  return `:~:text=${encoded(start)},${encoded(end)}`;
}

/** The folder of an address: it, with a slash at its end. */
export function folder(address: string | URL, base: string): URL {
  const url = new URL(address, base);
  url.pathname = url.pathname.replace(/\/?$/, '/');
  return url;
}

/**
 * The address of a page of the index.
 * @param url as the index has it: absolute, or relative to the site. `/guide/` is below the site's folder, too, unless
 *   it begins with that folder's path already.
 * @param site folder of the site.
 */
export function pageAddress(url: string, site: URL): URL {
  if (!url.startsWith('/') || url.startsWith('//') || url.startsWith(site.pathname))
    return new URL(url, site);
  return new URL(`.${url}`, site);
}

/** An address with an anchor, and the text to be highlighted behind it. */
export function withFragment(page: URL, anchor: string, directive: string): string {
  const url = new URL(page);
  const hash = anchor === '' ? url.hash.slice(1) : encodeURIComponent(anchor);
  url.hash = '';
  return hash === '' && directive === '' ? url.href : `${url.href}#${hash}${directive}`;
}
