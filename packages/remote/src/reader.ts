import type { CallOptions, GroundResponse, ReadResponse, SearchResponse } from '@nearfield/spec';
import {
  GroundBodySchema,
  GroundRequestSchema,
  notSupported,
  parse,
  type parseResponse,
  ReadBodySchema,
  type ReadOptions,
  ReadRequestSchema,
  SearchBodySchema,
  SearchRequestSchema,
} from '@nearfield/spec/implement';
import { type Addresses, type AddressOptions, isJina } from './addresses.ts';
import type { Call, Transport } from './transport.ts';

/** Request header of each reader option. */
const HEADERS: Record<Exclude<keyof ReadOptions, 'markdown'>, string> = {
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

/** `X-Md-Heading-Style` of `headingStyle`. */
const markdownHeader = (option: string): string =>
  `X-Md-${option.replace(/^./, (first) => first.toUpperCase()).replaceAll(/(?<=[a-z])[A-Z]/g, '-$&')}`;

/** Splits a reader request into what goes in headers and what goes in the JSON body. */
function readerRequest(request: Record<string, unknown>): {
  headers: Record<string, string>;
  body: Record<string, unknown>;
} {
  const headers: Record<string, string> = {};
  const body: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(request)) {
    if (value === null || value === undefined) continue;
    const header = HEADERS[name as keyof typeof HEADERS] ?? SEARCH_HEADERS[name];
    if (name === 'question') {
      throw notSupported(
        name,
        'the API reads whole pages.',
        'Rank the content with rerank(), or read locally.',
      );
    }
    if (name === 'markdown') {
      for (const [option, spelling] of Object.entries(value)) {
        if (spelling != null) headers[markdownHeader(option)] = String(spelling);
      }
    } else if (header === undefined) {
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

/** Answers of the services beside the API. */
export interface Services {
  read: ReadResponse;
  search: SearchResponse;
  ground: GroundResponse;
}

type Schema<Output> = Parameters<typeof parseResponse<Output>>[0];

/** Each service: the option that holds its address, and the shapes of its requests and answers. */
const SERVICES: {
  readonly [Name in keyof Services]: {
    option: keyof AddressOptions;
    request: Parameters<typeof parse>[0];
    answer: Schema<Services[Name]>;
  };
} = {
  read: { option: 'readerUrl', request: ReadRequestSchema, answer: ReadBodySchema },
  search: { option: 'searchUrl', request: SearchRequestSchema, answer: SearchBodySchema },
  ground: { option: 'groundUrl', request: GroundRequestSchema, answer: GroundBodySchema },
};

/**
 * The request of a service.
 * @throws FoundationError INPUT_VALIDATION_FAILED; NOT_SUPPORTED for a service without an address
 */
export function serviceCall(addresses: Addresses, name: keyof Services, request: object): Call {
  const parsed = parse(SERVICES[name].request, request) as Record<string, unknown>;
  const address = addresses[name];
  if (!address) {
    throw notSupported(
      name,
      `${addresses.base.origin} is not Jina's API.`,
      `Set ${SERVICES[name].option} to the service to use, such as https://${name[0]}.jina.ai.`,
    );
  }
  // The reader answers a few requests per minute without a key.
  const needsKey = name !== 'read' && isJina(address);
  return {
    what: name,
    url: new URL(address),
    method: 'POST',
    needsKey,
    isRepeatable: true,
    ...readerRequest(parsed),
  };
}

/** The answer of a service. */
export async function ask<Name extends keyof Services>(
  transport: Transport,
  addresses: Addresses,
  name: Name,
  request: object,
  options?: CallOptions,
): Promise<Services[Name]> {
  return transport.json(serviceCall(addresses, name, request), SERVICES[name].answer, options);
}
