import * as v from 'valibot';
import type { GroundResponse, Page, ReadResponse, SearchResponse } from '../endpoints/reader.ts';

const TokensSchema = v.looseObject({ tokens: v.number() });
const PairsSchema = v.union([v.record(v.string(), v.string()), v.array(v.tuple([v.string(), v.string()]))]);

/** A page, also as one event of a streamed reading. */
export const PageSchema: v.GenericSchema<unknown, Page> = v.looseObject({
  title: v.optional(v.nullable(v.string(), ''), ''),
  url: v.optional(v.nullable(v.string(), ''), ''),
  content: v.optional(v.nullable(v.string(), ''), ''),
  description: v.optional(v.string()),
  publishedTime: v.optional(v.string()),
  html: v.optional(v.string()),
  text: v.optional(v.string()),
  screenshotUrl: v.optional(v.string()),
  pageshotUrl: v.optional(v.string()),
  links: v.optional(PairsSchema),
  images: v.optional(PairsSchema),
  warning: v.optional(v.string()),
  chunks: v.optional(v.array(v.string())),
  metadata: v.optional(v.record(v.string(), v.unknown())),
  external: v.optional(v.record(v.string(), v.unknown())),
  usage: v.optional(TokensSchema),
});

const MetaSchema = v.optional(v.looseObject({ usage: v.optional(TokensSchema) }));

/** Answer of `r.jina.ai` with `Accept: application/json`. */
export const ReadBodySchema: v.GenericSchema<unknown, ReadResponse> = v.looseObject({
  code: v.number(),
  status: v.number(),
  data: PageSchema,
  meta: MetaSchema,
});

/** Answer of `s.jina.ai` with `Accept: application/json`. */
export const SearchBodySchema: v.GenericSchema<unknown, SearchResponse> = v.looseObject({
  code: v.number(),
  status: v.number(),
  data: v.array(PageSchema),
  meta: MetaSchema,
});

/** Answer of `g.jina.ai` with `Accept: application/json`. */
export const GroundBodySchema: v.GenericSchema<unknown, GroundResponse> = v.looseObject({
  code: v.number(),
  status: v.number(),
  data: v.looseObject({
    factuality: v.number(),
    result: v.boolean(),
    reason: v.string(),
    references: v.array(v.looseObject({ url: v.string(), keyQuote: v.string(), isSupportive: v.boolean() })),
    usage: v.optional(TokensSchema),
  }),
});
