import * as v from 'valibot';
import {
  aliasedObject,
  listOf,
  nonEmptyText,
  optionalText,
  requestObject,
  text,
  wholeNumber,
} from '../schema.ts';

/** Format of a page's content. */
export type ReturnFormat =
  | 'content'
  | 'markdown'
  | 'html'
  | 'text'
  | 'pageshot'
  | 'screenshot'
  | 'readerlm-v2'
  | 'vlm';

/** How the reader writes Markdown: options of Turndown, under the API's names. */
export interface MarkdownOptions {
  /** `atx` writes `# Title`, `setext` underlines it. */
  headingStyle?: 'setext' | 'atx' | null | undefined;
  /** Text of a horizontal rule, up to 128 characters. */
  hr?: string | null | undefined;
  bulletListMarker?: '-' | '+' | '*' | null | undefined;
  emDelimiter?: '_' | '*' | null | undefined;
  strongDelimiter?: '__' | '**' | null | undefined;
  /** `inlined`, `referenced` (the addresses follow at the end) or `discarded` (the text alone). */
  linkStyle?: 'inlined' | 'referenced' | 'discarded' | null | undefined;
  linkReferenceStyle?: 'full' | 'collapsed' | 'shortcut' | 'discarded' | null | undefined;
}

/**
 * Options of `r.jina.ai`; the API takes them as request headers. Options without a
 * default are left to the server. Source: the reader's open code, 2026-05.
 */
export interface ReadOptions {
  /** Format of the content; `content` is the main content as Markdown. @default 'content' */
  returnFormat?: ReturnFormat | null | undefined;
  /** CSS selectors: only these parts, wait for these, leave these out. */
  targetSelector?: string | readonly string[] | null | undefined;
  waitForSelector?: string | readonly string[] | null | undefined;
  removeSelector?: string | readonly string[] | null | undefined;
  /** Seconds to wait for the page, up to 180. */
  timeout?: number | null | undefined;
  noCache?: boolean | null | undefined;
  /** Oldest cached copy to accept, in seconds. */
  cacheTolerance?: number | null | undefined;
  /** Captions for images without alternative text. */
  withGeneratedAlt?: boolean | null | undefined;
  /** A list of the page's links at the end; `all` keeps duplicates. */
  withLinksSummary?: boolean | 'all' | null | undefined;
  withImagesSummary?: boolean | 'all' | null | undefined;
  retainLinks?: 'all' | 'none' | 'text' | 'gpt-oss' | null | undefined;
  retainImages?: 'all' | 'none' | 'alt' | 'all_p' | 'alt_p' | null | undefined;
  keepImgDataUrl?: boolean | null | undefined;
  withIframe?: boolean | null | undefined;
  withShadowDom?: boolean | null | undefined;
  proxy?: string | null | undefined;
  proxyUrl?: string | null | undefined;
  setCookie?: string | null | undefined;
  userAgent?: string | null | undefined;
  /** BCP 47 language tag of the browser. */
  locale?: string | null | undefined;
  referer?: string | null | undefined;
  /** Name of the robot whose robots.txt rules to obey. */
  robotsTxt?: string | null | undefined;
  /** Do not let the server keep the result. */
  doNotTrack?: boolean | null | undefined;
  /** Fail above this many tokens. */
  tokenBudget?: number | null | undefined;
  /** Cut the content to this many tokens, at least 500. */
  maxTokens?: number | null | undefined;
  engine?: 'auto' | 'browser' | 'curl' | 'direct' | 'cf-browser-rendering' | null | undefined;
  base?: 'initial' | 'final' | null | undefined;
  removeOverlay?: boolean | null | undefined;
  markdownChunking?: string | null | undefined;
  noGfm?: boolean | 'table' | null | undefined;
  respondTiming?: string | null | undefined;
  /** Spelling of the Markdown; sent as the seven headers `X-Md-*`. */
  markdown?: MarkdownOptions | null | undefined;
}

/** `r.jina.ai`. Exactly one of `url`, `html`, `pdf` and `file`. */
export interface ReadRequest extends ReadOptions {
  url?: string | null | undefined;
  /** A page's source. With `url`, relative links are resolved against it. */
  html?: string | null | undefined;
  /** A PDF as base64. */
  pdf?: string | null | undefined;
  /** Any document as base64. */
  file?: string | null | undefined;
  /**
   * Beyond the API: leaves of the content the passages that answer this best, within `maxTokens` or 2,000 tokens. They
   * are ranked by the foundation's reranker, otherwise by its embeddings, and stay in the order of the page.
   */
  question?: string | null | undefined;
  viewport?: { width: number; height: number } | null | undefined;
  /** Script to run in the page before it is read. */
  injectPageScript?: string | readonly string[] | null | undefined;
  /** Script to run in each frame of the page. */
  injectFrameScript?: string | readonly string[] | null | undefined;
  /** Headers that the reader sends to the page, such as `{ 'Accept-Language': 'de' }`. */
  customHeader?: Readonly<Record<string, string>> | null | undefined;
  /** What to extract, in words; for the formats that a model writes (`readerlm-v2`, `vlm`). */
  instruction?: string | null | undefined;
  /** JSON schema of the data to extract, for the same formats. */
  jsonSchema?: string | Readonly<Record<string, unknown>> | null | undefined;
}

/** A page. Links and images are an object (text → URL) or a list of pairs. */
export interface Page {
  title: string;
  url: string;
  content: string;
  description?: string | undefined;
  publishedTime?: string | undefined;
  html?: string | undefined;
  text?: string | undefined;
  screenshotUrl?: string | undefined;
  pageshotUrl?: string | undefined;
  links?: Record<string, string> | [text: string, url: string][] | undefined;
  images?: Record<string, string> | [text: string, url: string][] | undefined;
  warning?: string | undefined;
  /** The content in pieces, with `markdownChunking`. */
  chunks?: string[] | undefined;
  metadata?: Record<string, unknown> | undefined;
  external?: Record<string, unknown> | undefined;
  usage?: { tokens: number } | undefined;
}

/** Answer of `read`. */
export interface ReadResponse {
  code: number;
  status: number;
  data: Page;
  meta?: { usage?: { tokens: number } | undefined } | undefined;
}

/** `s.jina.ai`. */
export interface SearchRequest extends ReadOptions {
  /** The query. */
  q: string;
  /** Country, such as `de`. */
  gl?: string | null | undefined;
  location?: string | null | undefined;
  /** Language, such as `en`. */
  hl?: string | null | undefined;
  /** Results per page. */
  num?: number | null | undefined;
  page?: number | null | undefined;
  /** Only results of these sites. */
  site?: string | readonly string[] | null | undefined;
  /** Results without the pages' contents. @default false */
  noContent?: boolean | null | undefined;
  withFavicons?: boolean | null | undefined;
}

/** A search result; `content` is empty with `noContent`. */
export interface SearchResult extends Page {
  favicon?: string | undefined;
  date?: string | undefined;
}

/** Answer of `search`. */
export interface SearchResponse {
  code: number;
  status: number;
  data: SearchResult[];
  meta?: { usage?: { tokens: number } | undefined } | undefined;
}

/** `g.jina.ai`. */
export interface GroundRequest {
  /** The statement to check. */
  statement: string;
  /** Only these sites or pages are used as sources. */
  references?: readonly string[] | null | undefined;
  noCache?: boolean | null | undefined;
  /** BCP 47 language tag. */
  locale?: string | null | undefined;
}

/** A source, and whether it supports the statement. */
export interface GroundReference {
  url: string;
  keyQuote: string;
  isSupportive: boolean;
}

/** Answer of `ground`. */
export interface GroundResponse {
  code: number;
  status: number;
  data: {
    /** 0 (unlikely) to 1 (very likely true). */
    factuality: number;
    result: boolean;
    reason: string;
    references: GroundReference[];
    usage?: { tokens: number } | undefined;
  };
}

const optionalFlag = (name: string) => v.nullish(v.boolean(`${name} must be true or false.`));
const selector = (name: string) =>
  v.nullish(v.union([text(name), listOf(text(name))], `${name} must be a selector or a list of selectors.`));
const oneOf = <const Options extends readonly string[]>(name: string, options: Options) =>
  v.nullish(v.picklist(options, `${name} must be one of ${options.join(', ')}.`));
const summary = (name: string) =>
  v.nullish(v.union([v.boolean(), v.literal('all')], `${name} must be true, false or all.`));

const readOptions = {
  returnFormat: oneOf('returnFormat', [
    'content',
    'markdown',
    'html',
    'text',
    'pageshot',
    'screenshot',
    'readerlm-v2',
    'vlm',
  ]),
  targetSelector: selector('targetSelector'),
  waitForSelector: selector('waitForSelector'),
  removeSelector: selector('removeSelector'),
  timeout: v.nullish(wholeNumber('timeout', 1, 180)),
  noCache: optionalFlag('noCache'),
  cacheTolerance: v.nullish(wholeNumber('cacheTolerance', 0)),
  withGeneratedAlt: optionalFlag('withGeneratedAlt'),
  withLinksSummary: summary('withLinksSummary'),
  withImagesSummary: summary('withImagesSummary'),
  retainLinks: oneOf('retainLinks', ['all', 'none', 'text', 'gpt-oss']),
  retainImages: oneOf('retainImages', ['all', 'none', 'alt', 'all_p', 'alt_p']),
  keepImgDataUrl: optionalFlag('keepImgDataUrl'),
  withIframe: optionalFlag('withIframe'),
  withShadowDom: optionalFlag('withShadowDom'),
  proxy: optionalText('proxy'),
  proxyUrl: optionalText('proxyUrl'),
  setCookie: optionalText('setCookie'),
  userAgent: optionalText('userAgent'),
  locale: optionalText('locale'),
  referer: optionalText('referer'),
  robotsTxt: optionalText('robotsTxt'),
  doNotTrack: optionalFlag('doNotTrack'),
  tokenBudget: v.nullish(wholeNumber('tokenBudget', 1)),
  maxTokens: v.nullish(wholeNumber('maxTokens', 500)),
  engine: oneOf('engine', ['auto', 'browser', 'curl', 'direct', 'cf-browser-rendering']),
  base: oneOf('base', ['initial', 'final']),
  removeOverlay: optionalFlag('removeOverlay'),
  markdownChunking: optionalText('markdownChunking'),
  noGfm: v.nullish(v.union([v.boolean(), v.literal('table')], 'noGfm must be true, false or table.')),
  respondTiming: optionalText('respondTiming'),
  markdown: v.nullish(
    v.strictObject({
      headingStyle: oneOf('markdown.headingStyle', ['setext', 'atx']),
      hr: v.nullish(
        v.pipe(nonEmptyText('markdown.hr'), v.maxLength(128, 'markdown.hr has at most 128 characters.')),
      ),
      bulletListMarker: oneOf('markdown.bulletListMarker', ['-', '+', '*']),
      emDelimiter: oneOf('markdown.emDelimiter', ['_', '*']),
      strongDelimiter: oneOf('markdown.strongDelimiter', ['__', '**']),
      linkStyle: oneOf('markdown.linkStyle', ['inlined', 'referenced', 'discarded']),
      linkReferenceStyle: oneOf('markdown.linkReferenceStyle', [
        'full',
        'collapsed',
        'shortcut',
        'discarded',
      ]),
    }),
  ),
};

const webUrl = v.pipe(
  nonEmptyText('url'),
  v.url('url must be a URL, such as https://example.com.'),
  v.regex(/^https?:/i, 'url must begin with http:// or https://.'),
);

/** Structure of a read request. */
export const ReadRequestSchema = v.pipe(
  requestObject({
    ...readOptions,
    url: v.nullish(webUrl),
    html: optionalText('html'),
    pdf: optionalText('pdf'),
    file: optionalText('file'),
    question: v.nullish(nonEmptyText('question')),
    viewport: v.nullish(
      v.object({ width: wholeNumber('viewport.width', 1), height: wholeNumber('viewport.height', 1) }),
    ),
    injectPageScript: v.nullish(v.union([text('injectPageScript'), listOf(text('injectPageScript'))])),
    injectFrameScript: v.nullish(v.union([text('injectFrameScript'), listOf(text('injectFrameScript'))])),
    customHeader: v.nullish(
      v.record(v.string(), text('customHeader'), 'customHeader must be an object of strings.'),
    ),
    instruction: optionalText('instruction'),
    jsonSchema: v.nullish(
      v.union([v.string(), v.record(v.string(), v.unknown())], 'jsonSchema must be a JSON schema.'),
    ),
  }),
  v.check((request) => {
    const contents = [request.html, request.pdf, request.file].filter((content) => content != null);
    // A URL beside HTML is the HTML's own address.
    return contents.length === 1
      ? request.url == null || request.html != null
      : contents.length === 0 && request.url != null;
  }, 'Provide one of url, html, pdf and file.'),
);

/** A checked request of `read`, defaults applied. */
export type ParsedReadRequest = v.InferOutput<typeof ReadRequestSchema>;

/** Structure of a search request. */
export const SearchRequestSchema = aliasedObject(
  {
    ...readOptions,
    q: nonEmptyText('q'),
    gl: optionalText('gl'),
    location: optionalText('location'),
    hl: optionalText('hl'),
    num: v.nullish(wholeNumber('num', 1)),
    page: v.nullish(wholeNumber('page', 0)),
    site: selector('site'),
    noContent: optionalFlag('noContent'),
    withFavicons: optionalFlag('withFavicons'),
  },
  { query: 'q' },
);

/** A checked request of `search`, defaults applied. */
export type ParsedSearchRequest = v.InferOutput<typeof SearchRequestSchema>;

/** Structure of a ground request. `query` and `reference_urls` are older names. */
export const GroundRequestSchema = aliasedObject(
  {
    statement: nonEmptyText('statement'),
    references: v.nullish(
      listOf(nonEmptyText('reference'), { message: 'references must be a list of URLs.' }),
    ),
    noCache: optionalFlag('noCache'),
    locale: optionalText('locale'),
  },
  { query: 'statement', reference_urls: 'references', bypass_cache: 'noCache', browser_locale: 'locale' },
);

/** A checked request of `ground`, defaults applied. */
export type ParsedGroundRequest = v.InferOutput<typeof GroundRequestSchema>;
