import { absoluteAddress } from './clean.ts';

/** What a page's head says. */
export interface Metadata {
  title: string;
  description: string;
  publishedTime: string | undefined;
  /** Addresses of `link` elements by what they are, such as `canonical` and `alternate`. */
  external: Record<string, Record<string, Record<string, string>>>;
  /** `meta` elements by name, and `lang`. */
  metadata: Record<string, string>;
}

const LINKS = /^(alternate|canonical|icon|apple-touch-icon|manifest|amphtml|next|prev)$/;

/** Reads the head of a page. @param base the address that relative ones are resolved against */
export function readMetadata(document: Document, base: string | undefined): Metadata {
  const metadata: Record<string, string> = {};
  const { documentElement } = document;
  const language = documentElement?.getAttribute('lang');
  if (language) metadata.lang = language;
  for (const element of document.querySelectorAll('meta[content]')) {
    const name = element.getAttribute('property') ?? element.getAttribute('name');
    const content = element.getAttribute('content')?.trim();
    if (name && content && !Object.hasOwn(metadata, name)) metadata[name] = content;
  }
  const external: Metadata['external'] = {};
  for (const element of document.querySelectorAll('link[rel][href]')) {
    const kind = element.getAttribute('rel')!.toLowerCase().trim();
    const href = absoluteAddress(element.getAttribute('href')!, base);
    if (!LINKS.test(kind) || href === undefined || !/^(https?:|[^:]*$)/i.test(href)) continue;
    external[kind] ??= {};
    external[kind][href] = Object.fromEntries(
      ['type', 'title', 'hreflang', 'media', 'sizes']
        .map((name) => [name, element.getAttribute(name)] as const)
        .filter((entry): entry is [string, string] => entry[1] !== null),
    );
  }
  return {
    title:
      plain(document.querySelector('title')?.textContent) ||
      metadata['og:title'] ||
      plain(document.querySelector('h1')?.textContent),
    description: metadata.description ?? metadata['og:description'] ?? metadata['twitter:description'] ?? '',
    publishedTime: publishedTime(document, metadata),
    external,
    metadata,
  };
}

const plain = (text: string | null | undefined): string => (text ?? '').replace(/\s+/g, ' ').trim();

function publishedTime(document: Document, metadata: Readonly<Record<string, string>>): string | undefined {
  const named =
    metadata['article:published_time'] ??
    metadata['og:published_time'] ??
    metadata.datePublished ??
    metadata.date ??
    metadata['dc.date'] ??
    document.querySelector('[itemprop="datePublished"]')?.getAttribute('content') ??
    document.querySelector('[itemprop="datePublished"]')?.getAttribute('datetime');
  if (named) return named;
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    const found = /"datePublished"\s*:\s*"([^"\\]{4,40})"/.exec(script.textContent ?? '')?.[1];
    if (found) return found;
  }
  return undefined;
}
