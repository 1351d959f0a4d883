/**
 * The part of Elasticsearch's REST interface that the engine uses, after its reference for version 8: indices, aliases,
 * bulk, search by kNN (exact here), BM25 (k1 1.2, b 0.75) and script_score.
 */
import { cosine, known, startServer } from './server.ts';

type Document = Record<string, unknown>;
interface Index {
  readonly properties: Record<string, Property>;
  readonly documents: Map<string, Document>;
  /** Documents that a search sees: those that were there at the last refresh. */
  visible: readonly [string, Document][];
}
interface Property {
  type?: string;
  dims?: number;
  similarity?: string;
  analyzer?: string;
  properties?: Record<string, Property>;
}
type Query = Record<string, never>;

const valueAt = (document: Document, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Document | undefined)?.[name], document);
const tokens = (document: Document, field: string): string[] =>
  String(valueAt(document, field) ?? '')
    .split(/\s+/)
    .filter((token) => token !== '');

export async function elasticsearchServer() {
  const indexes = new Map<string, Index>();
  const aliases = new Map<string, Set<string>>();
  const resolve = (name: string): Index[] => {
    const names = aliases.get(name) ?? (indexes.has(name) ? [name] : []);
    if ([...names].length === 0) throw new Error(`no such index [${name}]`);
    return [...names].map((each) => indexes.get(each)!);
  };

  const mappingOf = (index: Index, field: string): Property => {
    const found = field
      .split('.')
      .reduce<Property | undefined>((property, name) => property?.properties?.[name], {
        properties: index.properties,
      });
    if (found === undefined) throw new Error(`No mapping found for [${field}]`);
    return found;
  };

  /** Score of a document, or undefined where it does not match. */
  const score = (index: Index, query: Query, document: Document): number | undefined => {
    const [kind, ...more] = Object.keys(query);
    if (kind === undefined || more.length > 0) throw new Error('a query has one kind');
    const inner = (query as Record<string, Document>)[kind]!;
    if (kind === 'match_all') return 1;
    if (kind === 'term' || kind === 'terms') {
      const [[field, wanted]] = Object.entries(inner) as [[string, unknown]];
      const { type, analyzer } = mappingOf(index, field);
      const isText = type === 'text' && analyzer === 'whitespace';
      if (!isText && !['keyword', 'integer'].includes(type!)) throw new Error(`[${field}] is no keyword`);
      const own = isText ? tokens(document, field) : [valueAt(document, field)].flat();
      const values = [wanted].flat();
      if ((kind === 'terms') !== Array.isArray(wanted)) throw new Error(`[${kind}] query malformed`);
      return own.some((value) => values.includes(value)) ? 1 : undefined;
    }
    if (kind === 'bool') {
      type Bool = { must?: Query[]; filter?: Query[]; must_not?: Query[]; should?: Query[] };
      const {
        must = [],
        filter = [],
        must_not = [],
        should = [],
      } = known<Bool>(inner, 'must', 'filter', 'must_not', 'should');
      if (filter.some((each) => score(index, each, document) === undefined)) return undefined;
      if (must_not.some((each) => score(index, each, document) !== undefined)) return undefined;
      let sum = 0;
      for (const each of must) {
        const own = score(index, each, document);
        if (own === undefined) return undefined;
        sum += own;
      }
      const optional = should.flatMap((each) => score(index, each, document) ?? []);
      // One has to match where nothing else does.
      if (should.length > 0 && must.length + filter.length === 0 && optional.length === 0) return undefined;
      return optional.reduce((all, own) => all + own, sum);
    }
    if (kind === 'constant_score') {
      const { filter, boost = 1 } = known<{ filter: Query; boost?: number }>(inner, 'filter', 'boost');
      return score(index, filter, document) === undefined ? undefined : Math.fround(boost);
    }
    if (kind === 'dis_max') {
      const { queries } = known<{ queries: Query[] }>(inner, 'queries');
      const matched = queries.flatMap((each) => score(index, each, document) ?? []);
      return matched.length === 0 ? undefined : Math.max(...matched);
    }
    if (kind === 'function_score') {
      const { query: inside, min_score } = known<{ query: Query; min_score: number }>(
        inner,
        'query',
        'min_score',
      );
      const own = score(index, inside, document);
      return own === undefined || Math.fround(own) < Math.fround(min_score) ? undefined : own;
    }
    if (kind === 'multi_match') {
      type Match = { query: string; fields: string[]; type: string };
      const { query: text, fields, type } = known<Match>(inner, 'query', 'fields', 'type');
      if (type !== 'most_fields') throw new Error(`type [${type}]`);
      let sum = 0;
      for (const each of fields) {
        const [field = '', boost = '1'] = each.split('^');
        if (mappingOf(index, field).analyzer !== 'whitespace')
          throw new Error(`[${field}] has another analyzer`);
        sum += Number(boost) * bm25(index, field, text.split(/\s+/), document);
      }
      return sum > 0 ? sum : undefined;
    }
    if (kind === 'script_score') {
      type Script = { query: Query; script: { source: string; params: { vector: number[] } } };
      const { query: matched, script } = known<Script>(inner, 'query', 'script');
      const field = /^cosineSimilarity\(params\.vector, '(\w+)'\) \+ 1\.0$/.exec(script.source)?.[1];
      if (field === undefined) throw new Error(`compile error in [${script.source}]`);
      if (score(index, matched, document) === undefined) return undefined;
      return cosine(script.params.vector, vectorOf(index, field, document, script.params.vector)) + 1;
    }
    throw new Error(`unknown query [${kind}]`);
  };

  const vectorOf = (index: Index, field: string, document: Document, wanted: number[]): number[] => {
    const { type, dims, similarity } = mappingOf(index, field);
    if (type !== 'dense_vector' || similarity !== 'cosine') throw new Error(`[${field}] is no vector`);
    if (wanted.length !== dims)
      throw new Error(`the query vector has ${wanted.length} dimensions, not ${dims}`);
    return valueAt(document, field) as number[];
  };

  const bm25 = (index: Index, field: string, terms: string[], document: Document): number => {
    const all = index.visible.map(([, each]) => tokens(each, field));
    const mean = all.reduce((sum, each) => sum + each.length, 0) / Math.max(1, all.length);
    const own = tokens(document, field);
    return [...new Set(terms)].reduce((sum, term) => {
      const frequency = own.filter((each) => each === term).length;
      if (frequency === 0) return sum;
      const df = all.filter((each) => each.includes(term)).length;
      const idf = Math.log(1 + (all.length - df + 0.5) / (df + 0.5));
      return sum + (idf * frequency) / (frequency + 1.2 * (0.25 + (0.75 * own.length) / mean));
    }, 0);
  };

  const search = (name: string, body: unknown) => {
    type Search = { query?: Query; knn?: Document; size?: number; _source?: string[]; aggs?: Document };
    const {
      query,
      knn,
      size = 10,
      _source,
      aggs,
    } = known<Search>(body, 'query', 'knn', 'size', '_source', 'aggs');
    if (size > 10_000) throw new Error('Result window is too large');
    const found: { _id: string; _score: number; _source: Document }[] = [];
    for (const index of resolve(name)) {
      for (const [_id, document] of index.visible) {
        let _score: number | undefined;
        if (knn !== undefined) {
          type Knn = {
            field: string;
            query_vector: number[];
            k: number;
            num_candidates: number;
            filter: Query[];
          };
          const wanted = known<Knn>(knn, 'field', 'query_vector', 'k', 'num_candidates', 'filter');
          if (wanted.k > wanted.num_candidates) throw new Error('[num_candidates] cannot be less than [k]');
          if (wanted.filter.some((each) => score(index, each, document) === undefined)) continue;
          const vector = vectorOf(index, wanted.field, document, wanted.query_vector);
          _score = (1 + cosine(wanted.query_vector, vector)) / 2;
        } else _score = score(index, query!, document);
        if (_score === undefined) continue;
        const source = _source
          ? Object.fromEntries(_source.map((field) => [field, document[field]]))
          : document;
        found.push({ _id, _score, _source: source });
      }
    }
    found.sort((left, right) => right._score - left._score);
    return {
      hits: { total: { value: found.length, relation: 'eq' }, hits: found.slice(0, size) },
      ...(aggs === undefined ? {} : { aggregations: aggregate(resolve(name)[0]!, aggs, found) }),
    };
  };

  /** Buckets of a keyword's values, and in each the distinct values of another field: exact here. */
  const aggregate = (index: Index, aggs: Document, found: readonly { _source: Document }[]) => {
    type Terms = { terms: { field: string; size: number }; aggs: Record<string, Cardinality> };
    type Cardinality = { cardinality: { field: string; precision_threshold: number } };
    return Object.fromEntries(
      Object.entries(aggs).map(([name, wanted]) => {
        const { terms, aggs: inner } = known<Terms>(wanted, 'terms', 'aggs');
        if (mappingOf(index, terms.field).type !== 'keyword')
          throw new Error(`[${terms.field}] is no keyword`);
        if (terms.size > 65_535) throw new Error('Trying to create too many buckets');
        const [[sub, { cardinality }]] = Object.entries(inner) as [[string, Cardinality]];
        if (cardinality.precision_threshold > 40_000) throw new Error('precision_threshold is too large');
        const values = new Map<string, { documents: number; distinct: Set<unknown> }>();
        for (const { _source: source } of found) {
          for (const value of [valueAt(source, terms.field)].flat() as string[]) {
            const bucket = values.get(value) ?? { documents: 0, distinct: new Set() };
            values.set(value, bucket);
            bucket.documents++;
            bucket.distinct.add(valueAt(source, cardinality.field));
          }
        }
        const buckets = [...values]
          .sort(([, left], [, right]) => right.documents - left.documents)
          .slice(0, terms.size)
          .map(([key, { documents, distinct }]) => ({
            key,
            doc_count: documents,
            [sub]: { value: distinct.size },
          }));
        return [name, { doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets }];
      }),
    );
  };

  const node = await startServer(
    ({ method, path, body, parameters }) => {
      const [first = '', second, third] = path.slice(1).split('/');
      const route = `${method} ${first.startsWith('_') ? path : ['', 'INDEX', second, third].filter((each) => each !== undefined).join('/')}`;
      if (route === 'PUT /INDEX') {
        const { mappings } = known<{ mappings: { dynamic: boolean; properties?: Record<string, Property> } }>(
          body,
          'mappings',
        );
        if (indexes.has(first)) throw new Error(`index [${first}] already exists`);
        indexes.set(first, { properties: mappings.properties ?? {}, documents: new Map(), visible: [] });
        return { body: { acknowledged: true, index: first } };
      }
      if (route === 'DELETE /INDEX') {
        if (parameters.get('ignore_unavailable') !== 'true') throw new Error('expected ignore_unavailable');
        for (const name of first.split(',')) indexes.delete(name);
        return { body: { acknowledged: true } };
      }
      if (route === 'POST /_bulk') {
        const lines = body as Document[];
        const items = [];
        for (let at = 0; at < lines.length; at += 2) {
          const { _index, _id } = (lines[at] as { index: { _index: string; _id: string } }).index;
          indexes.get(_index)!.documents.set(_id, lines[at + 1]!);
          items.push({ index: { _index, _id, status: 201 } });
        }
        return { body: { errors: false, items, took: 1 } };
      }
      if (route === 'GET /INDEX/_refresh' || route === 'POST /INDEX/_refresh') {
        for (const name of first.split(',')) {
          const index = indexes.get(name)!;
          index.visible = [...index.documents];
        }
        return { body: {} };
      }
      if (route.startsWith('HEAD /_alias/')) return { status: aliases.has(second!) ? 200 : 404, body: {} };
      if (route.startsWith('GET /_alias/')) {
        return {
          body: Object.fromEntries([...aliases.get(second!)!].map((name) => [name, { aliases: {} }])),
        };
      }
      if (route === 'POST /_aliases') {
        type Action = { remove_index?: { index: string }; add?: { index: string; alias: string } };
        for (const { remove_index, add } of (body as { actions: Action[] }).actions) {
          if (remove_index !== undefined) {
            indexes.delete(remove_index.index);
            for (const names of aliases.values()) names.delete(remove_index.index);
          }
          if (add !== undefined)
            aliases.set(add.alias, new Set([...(aliases.get(add.alias) ?? []), add.index]));
        }
        return { body: { acknowledged: true } };
      }
      if (route === 'POST /INDEX/_search') return { body: search(first, body) };
      return { status: 404, body: { error: { type: 'unknown', reason: route }, status: 404 } };
    },
    { 'x-elastic-product': 'Elasticsearch' },
  );
  return { node, indexes: (): string[] => [...indexes.keys()] };
}
