/** Elasticsearch's documents and queries of passages: how they are written, filtered and counted. */
import type { estypes } from '@elastic/elasticsearch';
import type { CountedDocuments, EngineHit, EngineQuery, WrittenRow } from './engine.ts';

/** Stored fields of a passage. */
export interface Source extends Omit<EngineHit, 'similarity'> {
  readonly vector?: number[];
}

/** Passages by pair, and the documents among them. */
export interface PairCounts {
  readonly buckets: readonly { readonly key: string; readonly documents: { readonly value: number } }[];
}

const TERMS = ['terms.title', 'terms.headings', 'terms.text'];
/** Fields of terms, with what a field counts: as in our own ranking. */
export const FIELDS = ['terms.title^2.5', 'terms.headings^1.8', 'terms.text'];
export const SHOWN = ['passage', 'document', 'about', 'headings', 'anchor', 'text'];
/** Pairs of filters of one answer, and documents of one value that are counted exactly: the most that it does. */
const MOST_PAIRS = 65_535;
const MOST_EXACT = 40_000;

/** Fields of a passage, for the index that {@link passagesMapping} describes. */
export function documentOf({
  passage,
  document,
  about,
  headings,
  anchor,
  text,
  pairs,
  places,
  vector,
}: WrittenRow) {
  const [title, heads, body] = [0, 1, 2].map((field) =>
    [...places].flatMap(([term, positions]) => positions[field]!.map(() => term)).join(' '),
  );
  return {
    passage,
    document,
    id: about.id,
    about,
    headings,
    anchor,
    text,
    pairs,
    terms: { title, headings: heads, text: body },
    ...(vector === undefined ? {} : { vector: [...vector] }),
  };
}

/** Conditions that a passage has to meet. */
export const filtersOf = ({ wanted, without }: Pick<EngineQuery, 'wanted' | 'without'>) => [
  ...wanted.map((pairs) => ({ terms: { pairs: [...pairs] } })),
  ...(without === undefined ? [] : [{ bool: { must_not: [{ term: { document: without } }] } }]),
];

/** Fields of an index of passages. @param dimensions 0: they have no vectors */
export function passagesMapping(dimensions: number): estypes.MappingTypeMapping {
  const words = { type: 'text', analyzer: 'whitespace' } as const;
  return {
    dynamic: false,
    properties: {
      passage: { type: 'integer' },
      document: { type: 'integer' },
      id: { type: 'keyword' },
      pairs: { type: 'keyword' },
      terms: { properties: { title: words, headings: words, text: words } },
      ...(dimensions > 0
        ? { vector: { type: 'dense_vector', dims: dimensions, index: true, similarity: 'cosine' } }
        : {}),
    },
  };
}

/** Counts documents by pair: those that are named, and those whose words are worth enough. */
export function countRequest({
  numbers,
  words,
  leastWorth,
  wanted,
}: CountedDocuments): Pick<estypes.SearchRequest, 'query' | 'aggs'> {
  const has = (terms: readonly string[], worth: number): estypes.QueryDslQueryContainer => ({
    constant_score: {
      filter: { bool: { should: TERMS.map((field) => ({ terms: { [field]: [...terms] } })) } },
      boost: worth,
    },
  });
  const worth = words.map(
    (word): estypes.QueryDslQueryContainer => ({
      dis_max: { queries: word.map(({ terms, worth: own }) => has(terms, own)) },
    }),
  );
  const named: estypes.QueryDslQueryContainer = {
    constant_score: { filter: { terms: { document: [...numbers] } }, boost: leastWorth + 1 },
  };
  return {
    query: {
      function_score: {
        query: { bool: { should: [named, ...worth], filter: filtersOf({ wanted }) } },
        // Without words nothing has a score but the documents that are named.
        min_score: leastWorth || 1,
      },
    },
    aggs: {
      pairs: {
        terms: { field: 'pairs', size: MOST_PAIRS },
        aggs: { documents: { cardinality: { field: 'document', precision_threshold: MOST_EXACT } } },
      },
    },
  };
}
