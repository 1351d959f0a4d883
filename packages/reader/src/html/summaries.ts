import { absoluteAddress } from './clean.ts';

type Pairs = [text: string, url: string][];

/** Elements between two breaks. */
const BREAK = 200;

const WEB = /^https?:/i;
const plain = (text: string | null): string => (text ?? '').replace(/\s+/g, ' ').trim();

/** The links of a page in its order: their text and address. Those within the page and beyond the web are left out. */
export function* pageLinks(root: ParentNode, base: string | undefined): Generator<void, Pairs> {
  const links: Pairs = [];
  let count = 0;
  for (const link of root.querySelectorAll('a[href]')) {
    count += 1;
    if (count % BREAK === 0) yield;
    const raw = link.getAttribute('href')!;
    const url = absoluteAddress(raw, base);
    if (raw.startsWith('#') || url === undefined || (base !== undefined && !WEB.test(url))) continue;
    if (/^\s*(javascript|data|vbscript|mailto|tel|blob):/i.test(url)) continue;
    links.push([
      plain(link.textContent) || plain(link.getAttribute('title')) || plain(link.getAttribute('aria-label')),
      url,
    ]);
  }
  return links;
}

/** The pictures of a page in its order, numbered: their alternative text and address. */
export function* pageImages(root: ParentNode, base: string | undefined): Generator<void, Pairs> {
  const images: Pairs = [];
  const seen = new Set<string>();
  let count = 0;
  for (const image of root.querySelectorAll('img')) {
    count += 1;
    if (count % BREAK === 0) yield;
    const raw = image.getAttribute('src') ?? '';
    const source = raw === '' || /^data:/i.test(raw) ? (image.getAttribute('data-src') ?? '') : raw;
    const url = absoluteAddress(source, base);
    if (source === '' || url === undefined || /^(data|blob|javascript):/i.test(url) || seen.has(url))
      continue;
    seen.add(url);
    const alt = plain(image.getAttribute('alt'));
    images.push([`Image ${images.length + 1}${alt === '' ? '' : `: ${alt}`}`, url]);
  }
  return images;
}

/** As `withLinksSummary` and `withImagesSummary` say: all pairs, or an address for each text. */
export function summary(pairs: Pairs, kind: boolean | 'all'): Pairs | Record<string, string> {
  if (kind === 'all') return pairs;
  const seen = new Set<string>();
  const unique: Pairs = [];
  for (const [text, url] of pairs) {
    if (seen.has(url)) continue;
    seen.add(url);
    unique.push([text, url]);
  }
  return Object.fromEntries(unique);
}
