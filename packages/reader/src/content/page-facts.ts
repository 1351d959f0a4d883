/** What a page says about itself, in its head. */
export interface PageFacts {
  title: string;
  description: string;
  /** `og:type`, such as `article`. */
  kind: string;
  /** Names of the types in its JSON-LD and microdata, in lower case. */
  types: ReadonlySet<string>;
  /** Number of parts of the address's path; −1 without an address. */
  pathDepth: number;
}

/** Reads the head of a page. @param url its address, if known */
export function pageFacts(document: Document, url: string | undefined): PageFacts {
  const meta = (names: string): string =>
    document.querySelector(names)?.getAttribute('content')?.trim() ?? '';
  const types = new Set<string>();
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    for (const [, names = ''] of (script.textContent ?? '').matchAll(/"@type"\s*:\s*(\[[^\]]*\]|"[^"]*")/g)) {
      for (const [, name = ''] of names.matchAll(/"([^"]+)"/g)) types.add(name.toLowerCase());
    }
  }
  for (const element of document.querySelectorAll('[itemtype]')) {
    const name = element.getAttribute('itemtype')?.split('/').at(-1);
    if (name) types.add(name.toLowerCase());
  }
  return {
    title:
      meta('meta[property="og:title"]') ||
      (document.querySelector('title')?.textContent ?? '').replace(/\s+/g, ' ').trim(),
    description: meta('meta[name="description"]') || meta('meta[property="og:description"]'),
    kind: meta('meta[property="og:type"]').toLowerCase(),
    types,
    pathDepth: url ? pathDepth(url) : -1,
  };
}

function pathDepth(url: string): number {
  try {
    return new URL(url).pathname.split('/').filter((part) => part !== '').length;
  } catch {
    return -1;
  }
}
