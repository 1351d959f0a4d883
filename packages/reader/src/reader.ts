import {
  FoundationError,
  type Page,
  type PageReader,
  type ReaderCallOptions,
  type ReadRequest,
  type ReadResponse,
} from '@nearfield/spec';
import { type ParsedReadRequest, parse, ReadRequestSchema } from '@nearfield/spec/implement';
import { bytesOf } from './base64.ts';
import { chunks } from './chunks.ts';
import { decodeText, isPdf, isPlainText } from './document-kind.ts';
import { summary } from './html/summaries.ts';
import { loadByFetch } from './load.ts';
import type { LoadedDocument, ReaderOptions } from './options.ts';
import { bestPassages } from './passages.ts';
import { refuseForPdf, refuseUnsupported } from './refusals.ts';
import { countTokens, cutToTokens } from './tokens.ts';

/** Largest document that is loaded, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Tokens of the passages that answer a question, without `maxTokens`. */
const PASSAGE_TOKENS = 2000;

/** What a document is, before options of the answer are applied. */
interface Read {
  page: Page;
  links: [text: string, url: string][];
  images: [text: string, url: string][];
}

/**
 * A reader of web pages and PDFs that works in this page or process: `createLocal({ reader: createReader() })`, or by
 * itself. The parts that read HTML and PDF are loaded with the first document of their kind.
 *
 * @example
 * const { data } = await createReader().read({ html: '<h1>Bread</h1><p>Keep it dry.</p>' });
 */
export function createReader(options: ReaderOptions = {}): PageReader {
  return { read: (request, call) => read(request, options, call ?? {}) };
}

async function read(
  request: ReadRequest,
  options: ReaderOptions,
  call: ReaderCallOptions,
): Promise<ReadResponse> {
  call.signal?.throwIfAborted();
  const parsed = parse(ReadRequestSchema, request);
  refuseUnsupported(parsed);
  const { foundation, ...callOptions } = call;
  const { timeout = parsed.timeout == null ? undefined : parsed.timeout * 1000 } = call;
  const limit = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  const signals = [call.signal, limit].filter((signal) => signal !== undefined);
  const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  try {
    const found = await document(parsed, options, signal);
    return await answer(found, parsed, options, { ...callOptions, foundation, signal });
  } catch (error) {
    if (!limit?.aborted || call.signal?.aborted) throw error;
    throw new FoundationError({
      code: 'SERVICE_TIMEOUT',
      message: `The document was not read within ${timeout} milliseconds.`,
      cause: error,
    });
  }
}

async function document(
  request: ParsedReadRequest,
  options: ReaderOptions,
  signal: AbortSignal | undefined,
): Promise<Read> {
  const url = request.url ?? undefined;
  if (request.html != null) return html(request.html, url, request, signal);
  const loaded = await bytes(request, options, signal);
  const address = loaded.url ?? url;
  if (isPdf(loaded.bytes)) return pdf(loaded.bytes, address, request, options, signal);
  const text = decodeText(loaded);
  if (!isPlainText(loaded, text)) return html(text, address, request, signal);
  return { page: { title: '', url: address ?? '', content: text.trim() }, links: [], images: [] };
}

async function bytes(
  request: ParsedReadRequest,
  { load = loadByFetch }: ReaderOptions,
  signal: AbortSignal | undefined,
): Promise<LoadedDocument> {
  const { url, pdf: asPdf, file } = request;
  if (asPdf != null) return { bytes: bytesOf(asPdf, 'pdf') };
  if (file != null) return { bytes: bytesOf(file, 'file') };
  return load(url!, { signal, headers: headersOf(request), maxBytes: MAX_BYTES });
}

function headersOf({
  locale,
  userAgent,
  referer,
  doNotTrack,
  customHeader,
}: ParsedReadRequest): Record<string, string> {
  const headers: Record<string, string> = {
    Accept: 'text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8',
    ...customHeader,
  };
  if (locale) headers['Accept-Language'] = locale;
  if (userAgent) headers['User-Agent'] = userAgent;
  if (referer) headers.Referer = referer;
  if (doNotTrack) headers.DNT = '1';
  return headers;
}

async function html(
  source: string,
  url: string | undefined,
  request: ParsedReadRequest,
  signal: AbortSignal | undefined,
): Promise<Read> {
  const { readHtml } = await import('./html/index.ts');
  const format = (request.returnFormat ?? 'content') as 'content' | 'markdown' | 'text' | 'html';
  const base = request.base === 'initial' ? (request.url ?? url) : url;
  const { content, links, images, title, description, publishedTime, warning, metadata, external } =
    await readHtml(source, { ...request, url: base, format, signal });
  const page: Page = { title, description, url: url ?? '', content, metadata, external };
  if (format === 'text' || format === 'html') page[format] = content;
  if (publishedTime !== undefined) page.publishedTime = publishedTime;
  if (warning !== undefined) page.warning = warning;
  return { page, links, images };
}

async function pdf(
  data: Uint8Array,
  url: string | undefined,
  request: ParsedReadRequest,
  { pdf: settings }: ReaderOptions,
  signal: AbortSignal | undefined,
): Promise<Read> {
  refuseForPdf(request);
  const isPlain = request.returnFormat === 'text';
  const { readPdf } = await import('./pdf/index.ts');
  const { title, description, publishedTime, metadata, markdown, links, warning } = await readPdf(data, {
    ...settings,
    style: { ...request, isPlain },
    signal,
  });
  const page: Page = { title, description, url: url ?? '', content: markdown, metadata };
  if (isPlain) page.text = markdown;
  if (publishedTime !== undefined) page.publishedTime = publishedTime;
  if (warning !== undefined) page.warning = warning;
  return { page, links: links.map(([text, address]) => [text, address]), images: [] };
}

/** Applies what the request says about the answer: question, budget, summaries, chunks. */
async function answer(
  { page, links, images }: Read,
  request: ParsedReadRequest,
  { reranker = 'minilm-reranker', embedder = 'all-MiniLM-L6-v2' }: ReaderOptions,
  { foundation, ...options }: ReaderCallOptions,
): Promise<ReadResponse> {
  const { question, maxTokens, tokenBudget, markdownChunking, withLinksSummary, withImagesSummary } = request;
  let { content } = page;
  if (question != null) {
    const budget = maxTokens ?? PASSAGE_TOKENS;
    content = await bestPassages(content, question, budget, { reranker, embedder }, foundation, options);
  }
  if (maxTokens != null) content = await cutToTokens(content, maxTokens, foundation, options);
  const tokens = await countTokens(content, foundation, options);
  if (tokenBudget != null && tokens > tokenBudget) {
    throw new FoundationError({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      message: `The content has ${tokens} tokens, more than the tokenBudget of ${tokenBudget}. Raise it, or cut the content with maxTokens.`,
      param: 'tokenBudget',
    });
  }
  const usage = { tokens };
  const data: Page = {
    ...page,
    content,
    ...(withLinksSummary && { links: summary(links, withLinksSummary) }),
    ...(withImagesSummary && { images: summary(images, withImagesSummary) }),
    ...(markdownChunking != null && { chunks: chunks(content, markdownChunking) }),
    usage,
  };
  return { code: 200, status: 20_000, data, meta: { usage } };
}
