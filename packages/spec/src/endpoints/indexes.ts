import * as v from 'valibot';
import { flag, nonEmptyText, requestObject, text, wholeNumber } from '../schema.ts';

/** Documents of an answer at most, and letters of a query. */
const MOST = { documents: 100, letters: 4000, dimensions: 16_384 } as const;

/** `POST /v1/indexes/:id/search`: beyond the API, a search in an index that a server has. */
export interface IndexSearchRequest {
  query: string;
  /** Documents, from 1 to 100. @default 10 */
  limit?: number | null | undefined;
  /** For each name, values of which a document must have one. */
  filters?: IndexFilters | null | undefined;
  /** Whether the documents of the query are counted by filter name and value. @default false */
  facets?: boolean | null | undefined;
  /** Whether results say what each part gave to their scores. @default false */
  explain?: boolean | null | undefined;
  /** Whether words are looked for. @default true */
  keywords?: boolean | null | undefined;
  /**
   * Meaning of the query: `true` by the index's model at the server, and where it has none by the query table; `table`
   * by the table alone; the query's vector; or `false`.
   * @default true
   */
  meaning?: boolean | 'table' | readonly number[] | null | undefined;
  /** Whether the server's reranker ranks the first 20 again. @default false */
  rerank?: boolean | null | undefined;
  /** Numbers of the ranking that are to be others, as in the options of `search()`. */
  weights?: IndexWeights | null | undefined;
}

/** A value, values of which a document must have one, or a range, by the filter's name. */
export type IndexFilters = Readonly<
  Record<
    string,
    | string
    | number
    | boolean
    | readonly (string | number | boolean)[]
    | { from?: number | string; to?: number | string }
  >
>;

/** Weights by group and name; those of fields are one level deeper. */
export type IndexWeights = Record<string, Record<string, number | Record<string, number>>>;

/** `POST /v1/indexes/:id/related`: documents that are like one. */
export interface IndexRelatedRequest {
  /** Id of the document. */
  id: string;
  /** Documents, from 1 to 100. @default 10 */
  limit?: number | null | undefined;
  filters?: IndexFilters | null | undefined;
}

const number = v.pipe(v.number('a weight is a number.'), v.finite('a weight is a finite number.'));
const limit = v.nullish(wholeNumber('limit', 1, MOST.documents), 10);
const value = v.union([v.string(), v.number(), v.boolean()]);
const bound = v.exactOptional(v.union([v.number(), v.string()]));
const filters = v.nullish(
  v.record(
    v.string(),
    v.union(
      [value, v.array(value), v.strictObject({ from: bound, to: bound })],
      'a filter is a value, a list of values or a range with from and to.',
    ),
  ),
  {},
);

export const IndexSearchRequestSchema = requestObject({
  query: v.pipe(
    text('query'),
    v.maxLength(MOST.letters, `query holds at most ${MOST.letters} characters. Ask a shorter question.`),
  ),
  limit,
  filters,
  explain: flag('explain', false),
  keywords: flag('keywords', true),
  meaning: v.nullish(
    v.union(
      [
        v.boolean(),
        v.literal('table'),
        v.pipe(v.array(v.pipe(v.number(), v.finite())), v.minLength(1), v.maxLength(MOST.dimensions)),
      ],
      'meaning is true, false, "table" or the query’s vector.',
    ),
    true,
  ),
  rerank: flag('rerank', false),
  facets: flag('facets', false),
  weights: v.nullish(
    v.record(v.string(), v.record(v.string(), v.union([number, v.record(v.string(), number)]))),
  ),
});

export const IndexRelatedRequestSchema = requestObject({ id: nonEmptyText('id'), limit, filters });
