/**
 * Jina's readers under one address: `/r/` for r.jina.ai, `/s/` for s.jina.ai, `/g/` for g.jina.ai. `POST /` is r.jina.ai's
 * too, for requests that name a page.
 */
import type { GroundRequest, ReadRequest, SearchRequest, SegmentRequest } from '@nearfield/spec';
import { bytesToBase64 } from '@nearfield/spec/implement';
import type { Body } from '../accommodate.ts';
import { type ApiContext, call } from '../context.ts';
import type { ApiService } from '../service.ts';
import { asText, headerOptions, wantsJson } from './read-request.ts';

/** Bytes of a page that the server fetches. */
const MAX_PAGE_BYTES = 32 * 1024 * 1024;
/** Bytes in which a page names its encoding, as browsers look for it. */
const ENCODING_BYTES = 1024;

/** What a request to read names. */
const SOURCES = ['url', 'html', 'pdf', 'file'] as const;

/** To be registered before the segmenter, whose path `POST /` is too. */
export function readerRoutes(service: ApiService): void {
  const { routes, foundation } = service;
  const read = async (context: ApiContext, request: ReadRequest): Promise<Response> => {
    const options = { ...headerOptions(context.req.header()), ...request } as ReadRequest;
    const page = await withPage(service, options, context);
    const answer = await service.reader.read(page, { ...call(context), foundation });
    context.get('facts').tokens += answer.data.usage?.tokens ?? 0;
    return wantsJson(context) ? service.reply(context, answer) : context.text(asText(answer.data));
  };
  routes.add('POST', '/', async (context) => {
    const body = await service.body(context);
    if (SOURCES.some((name) => body[name] != null)) return read(context, body);
    const request = await service.prepare(context, 'segment', body);
    return service.reply(
      context,
      await foundation.segment(request as unknown as SegmentRequest, call(context)),
    );
  });
  routes.add('GET', '/r/:url{.+}', (context) => read(context, { url: addressIn(context, '/r/') }));
  routes.add('POST', '/r', async (context) => read(context, await service.body(context)));
  const search = async (context: ApiContext, request: Body): Promise<Response> =>
    service.reply(context, await foundation.search(request as unknown as SearchRequest, call(context)));
  routes.add('GET', '/s', (context) => search(context, context.req.query()));
  routes.add('GET', '/s/:q{.+}', (context) => search(context, { q: context.req.param('q') }));
  routes.add('POST', '/s', async (context) => search(context, await service.body(context)));
  routes.add('POST', '/g', async (context) => {
    const { query, reference_urls: references, ...rest } = await service.body(context);
    const request = {
      ...rest,
      ...(query != null && { statement: query }),
      ...(references != null && { references }),
    } as unknown as GroundRequest;
    return service.reply(context, await foundation.ground(request, call(context)));
  });
}

/** An address as r.jina.ai has it, behind its own: with its query, and one slash less if a proxy has joined two. */
function addressIn({ req }: ApiContext, prefix: string): string {
  const { pathname, search } = new URL(req.url);
  const address = pathname.slice(prefix.length).replace(/^(https?:)\/(?!\/)/i, '$1//');
  return (/^https?:/i.test(address) ? address : `https://${address}`) + search;
}

/**
 * A request whose page is data: the server reads addresses under its own rules, and the reader none.
 * @throws FoundationError INPUT_VALIDATION_FAILED for an address that this server does not read
 */
async function withPage(
  { urls, hasReader }: ApiService,
  request: ReadRequest,
  context: ApiContext,
): Promise<ReadRequest> {
  const { url, html, pdf, file } = request;
  // A foundation that reads pages fetches them under its own rules; one that does not is to say so.
  if (!urls || !hasReader || typeof url !== 'string' || (html ?? pdf ?? file) != null) return request;
  const bytes = await urls.read(url, {
    param: 'url',
    maxBytes: MAX_PAGE_BYTES,
    signal: context.req.raw.signal,
  });
  const { url: _, ...rest } = request;
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, ENCODING_BYTES));
  if (start.startsWith('%PDF-')) return { ...rest, pdf: bytesToBase64(bytes) };
  const [, encoding = 'utf-8'] = /<meta[^>]+charset=["']?([\w-]+)/i.exec(start) ?? [];
  return { ...request, html: decoderOf(encoding).decode(bytes) };
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch {
    return new TextDecoder();
  }
}
