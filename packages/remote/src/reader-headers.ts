import type { ReadOptions } from '@nearfield/spec/implement';

/** Request header of each reader option. */
const HEADERS: Record<keyof ReadOptions, string> = {
  returnFormat: 'X-Return-Format',
  targetSelector: 'X-Target-Selector',
  waitForSelector: 'X-Wait-For-Selector',
  removeSelector: 'X-Remove-Selector',
  timeout: 'X-Timeout',
  noCache: 'X-No-Cache',
  cacheTolerance: 'X-Cache-Tolerance',
  withGeneratedAlt: 'X-With-Generated-Alt',
  withLinksSummary: 'X-With-Links-Summary',
  withImagesSummary: 'X-With-Images-Summary',
  retainLinks: 'X-Retain-Links',
  retainImages: 'X-Retain-Images',
  keepImgDataUrl: 'X-Keep-Img-Data-Url',
  withIframe: 'X-With-Iframe',
  withShadowDom: 'X-With-Shadow-Dom',
  proxy: 'X-Proxy',
  proxyUrl: 'X-Proxy-Url',
  setCookie: 'X-Set-Cookie',
  userAgent: 'X-User-Agent',
  locale: 'X-Locale',
  referer: 'X-Referer',
  robotsTxt: 'X-Robots-Txt',
  doNotTrack: 'DNT',
  tokenBudget: 'X-Token-Budget',
  maxTokens: 'X-Max-Tokens',
  engine: 'X-Engine',
  base: 'X-Base',
  removeOverlay: 'X-Remove-Overlay',
  markdownChunking: 'X-Markdown-Chunking',
  noGfm: 'X-No-Gfm',
  respondTiming: 'X-Respond-Timing',
};

/** Further headers of the search. */
const SEARCH_HEADERS: Record<string, string> = { site: 'X-Site', withFavicons: 'X-With-Favicons' };

/** Splits a reader request into what goes in headers and what goes in the JSON body. */
export function readerRequest(request: Record<string, unknown>): {
  headers: Record<string, string>;
  body: Record<string, unknown>;
} {
  const headers: Record<string, string> = {};
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(request)) {
    if (value === null || value === undefined) continue;
    const header = HEADERS[name as keyof ReadOptions] ?? SEARCH_HEADERS[name];
    if (header === undefined) {
      if (name !== 'noContent') body[name] = value;
    } else if (header === 'DNT') {
      headers[header] = value ? '1' : '0';
    } else {
      headers[header] = Array.isArray(value) ? value.join(', ') : String(value);
    }
  }
  if (request.noContent === true) headers['X-Respond-With'] = 'no-content';
  return { headers, body };
}
