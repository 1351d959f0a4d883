/** Elements that run, load or embed something, or are no part of what is read. */
const REMOVED =
  'script, style, template, object, embed, applet, frame, frameset, link, meta, base, canvas, audio, video, svg, input, select, textarea, datalist';
/** Attributes that name an address. */
const ADDRESSES = [
  'href',
  'src',
  'cite',
  'poster',
  'action',
  'formaction',
  'longdesc',
  'xlink:href',
  'background',
];
/** Attributes that stay: what Markdown is written from, and what tells a reader which way a text runs. */
const KEPT = new Set([
  'href', 'src', 'alt', 'title', 'lang', 'dir', 'class', 'id', 'colspan', 'rowspan', 'align', 'start', 'type', 'checked', 'encoding', 'display', 'cite', 'datetime', 'data-lang', 'data-language', 'role',
]); // biome-ignore format: a list

/** Elements between two breaks. */
const BREAK = 200;

/** Options of {@link cleanContent}. */
export interface CleanOptions {
  /** Address that relative ones are resolved against. */
  base: string | undefined;
  /** Whether pictures that are in the page itself, as `data:` URLs, keep their address. */
  keepDataPictures: boolean;
}

/**
 * Takes out of a copy of a page what could run or load something: scripts, frames, handlers, styles, and addresses that
 * are neither of the web nor of mail or telephone. Addresses become absolute.
 */
export function* cleanContent(root: Element, options: CleanOptions): Generator<void, void> {
  let count = 0;
  for (const element of root.querySelectorAll(REMOVED)) {
    count += 1;
    if (count % BREAK === 0) yield;
    // A tick in a list of tasks is content.
    if (element.localName === 'input' && element.getAttribute('type') === 'checkbox') continue;
    element.remove();
  }
  yield;
  cleanAttributes(root, options);
  // Not spread into an array: in browsers an entry costs something once it is looked at.
  for (const element of root.querySelectorAll('*')) {
    count += 1;
    if (count % BREAK === 0) yield;
    cleanAttributes(element, options);
  }
}

function cleanAttributes(element: Element, options: CleanOptions): void {
  if (element.localName === 'img') showLazyPicture(element);
  for (const { name, value } of [...element.attributes]) {
    const address = ADDRESSES.includes(name) ? safeAddress(value, element, name, options) : value;
    if (!KEPT.has(name) || address === undefined) element.removeAttribute(name);
    else if (address !== value) element.setAttribute(name, address);
  }
}

/** Names of attributes that scripts read a picture's address from once it is scrolled to. */
const LAZY = ['data-src', 'data-original', 'data-lazy-src', 'data-srcset', 'srcset'];

function showLazyPicture(picture: Element): void {
  const shown = picture.getAttribute('src');
  if (shown && !/^data:/i.test(shown)) return;
  for (const name of LAZY) {
    const address = picture.getAttribute(name)?.trim().split(/[\s,]/)[0];
    if (address && !/^data:/i.test(address)) {
      picture.setAttribute('src', address);
      return;
    }
  }
}

function safeAddress(
  value: string,
  element: Element,
  name: string,
  options: CleanOptions,
): string | undefined {
  const address = absoluteAddress(value, options.base);
  if (address === undefined) return undefined;
  // Browsers pass over controls and spaces in a scheme.
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(address.replace(/[\p{Cc}\s]+/gu, ''))?.[1]?.toLowerCase();
  if (scheme === undefined || scheme === 'http' || scheme === 'https') return address;
  if (name === 'href') return scheme === 'mailto' || scheme === 'tel' ? address : undefined;
  const isPicture = element.localName === 'img' && name === 'src';
  const isKept = isPicture && options.keepDataPictures && /^data:image\/(?!svg)/i.test(address);
  return isKept ? address : undefined;
}

/** An address as seen from a page; as it stands if the page's own is unknown; undefined if it is none. */
export function absoluteAddress(value: string, base: string | undefined): string | undefined {
  const trimmed = value.trim();
  if (base === undefined) return trimmed;
  try {
    return new URL(trimmed, base).href;
  } catch {
    return undefined;
  }
}
