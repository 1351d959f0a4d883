/**
 * The part of Qdrant's REST interface that the engine uses, after its reference for version 1.10 and later: collections,
 * aliases, points with named and sparse vectors, queries, scrolling. Searches are exact; sparse queries weigh by idf.
 */
import { cosine, known, startServer } from './server.ts';

interface Sparse {
  indices: number[];
  values: number[];
}
interface Point {
  id: number;
  vector: Record<string, number[] | Sparse>;
  payload: Record<string, unknown>;
}
interface Collection {
  readonly vectors: Record<string, { size: number; distance: string }>;
  readonly sparse: Record<string, { modifier?: string }>;
  readonly fields: Map<string, string>;
  readonly points: Map<number, Point>;
}
interface Condition {
  key?: string;
  match?: { value?: unknown; any?: unknown[] };
  has_id?: number[];
}
interface Filter {
  must?: Condition[];
  must_not?: Condition[];
}

export async function qdrantServer() {
  const collections = new Map<string, Collection>();
  const aliases = new Map<string, string>();
  const resolve = (name: string): Collection => {
    const found = collections.get(aliases.get(name) ?? name);
    if (found === undefined) throw new Error(`Collection ${name} doesn't exist`);
    return found;
  };

  const holds = ({ fields }: Collection, condition: Condition, { id, payload }: Point): boolean => {
    const { key, match, has_id } = known<Condition>(condition, 'key', 'match', 'has_id');
    if (has_id !== undefined) return has_id.includes(id);
    // Strict mode: only fields with an index are filtered by.
    if (!fields.has(key!)) throw new Error(`Index required but not found for "${key}"`);
    const own = [payload[key!]].flat();
    const { value, any = [value] } = known<NonNullable<Condition['match']>>(match, 'value', 'any');
    return own.some((each) => any.includes(each));
  };
  const passes = (collection: Collection, filter: Filter | undefined, point: Point): boolean => {
    const { must = [], must_not = [] } = known<Filter>(filter ?? {}, 'must', 'must_not');
    return (
      must.every((each) => holds(collection, each, point)) &&
      !must_not.some((each) => holds(collection, each, point))
    );
  };
  const shown = (wanted: boolean | string[] | undefined, payload: Point['payload']) =>
    Array.isArray(wanted)
      ? Object.fromEntries(wanted.map((name) => [name, payload[name]]))
      : wanted === true
        ? payload
        : null;

  const query = (name: string, body: unknown) => {
    type Query = {
      query: number[] | Sparse;
      using: string;
      limit: number;
      filter?: Filter;
      with_payload: string[];
    };
    const asked = known<Query>(body, 'query', 'using', 'limit', 'filter', 'with_payload');
    const collection = resolve(name);
    const all = [...collection.points.values()];
    const scored: { id: number; version: number; score: number; payload: unknown }[] = [];
    for (const point of all) {
      if (!passes(collection, asked.filter, point)) continue;
      const own = point.vector[asked.using];
      let score: number | undefined;
      if (Array.isArray(asked.query)) {
        const vector = collection.vectors[asked.using];
        if (vector === undefined) throw new Error(`Not existing vector name error: ${asked.using}`);
        if (vector.size !== asked.query.length) throw new Error('Vector dimension error');
        score = cosine(asked.query, own as number[]);
      } else {
        if (collection.sparse[asked.using]?.modifier !== 'idf') throw new Error('no such sparse vector');
        score = sparseScore(asked.query, own as Sparse, all, asked.using);
        if (score === 0) continue;
      }
      scored.push({ id: point.id, version: 0, score, payload: shown(asked.with_payload, point.payload) });
    }
    scored.sort((left, right) => right.score - left.score);
    return { points: scored.slice(0, asked.limit) };
  };

  const sparseScore = (wanted: Sparse, own: Sparse, all: readonly Point[], using: string): number =>
    wanted.indices.reduce((sum, number, at) => {
      const place = own.indices.indexOf(number);
      if (place < 0) return sum;
      const df = all.filter(({ vector }) => (vector[using] as Sparse).indices.includes(number)).length;
      const idf = Math.log(1 + (all.length - df + 0.5) / (df + 0.5));
      return sum + wanted.values[at]! * own.values[place]! * idf;
    }, 0);

  const result = (value: unknown) => ({ body: { result: value, status: 'ok', time: 0 } });
  const url = await startServer(({ method, path, body }) => {
    const [, kind, name = '', ...rest] = path.split('/');
    const route = `${method} ${kind}${rest.length > 0 ? `/${rest.join('/')}` : ''}`;
    if (path === '/aliases' || route === 'GET aliases') {
      return result({
        aliases: [...aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name })),
      });
    }
    if (method === 'POST' && path === '/collections/aliases') {
      type Action = {
        delete_alias?: { alias_name: string };
        create_alias?: { alias_name: string; collection_name: string };
      };
      for (const { delete_alias, create_alias } of (body as { actions: Action[] }).actions) {
        if (delete_alias !== undefined && !aliases.delete(delete_alias.alias_name))
          throw new Error('no alias');
        if (create_alias !== undefined) aliases.set(create_alias.alias_name, create_alias.collection_name);
      }
      return result(true);
    }
    if (kind !== 'collections') return { status: 404, body: { status: { error: route } } };
    if (route === 'PUT collections') {
      type Created = { vectors: Collection['vectors']; sparse_vectors?: Collection['sparse'] };
      const { vectors, sparse_vectors = {} } = known<Created>(body, 'vectors', 'sparse_vectors');
      if (collections.has(name)) throw new Error('already exists');
      collections.set(name, { vectors, sparse: sparse_vectors, fields: new Map(), points: new Map() });
      return result(true);
    }
    if (route === 'DELETE collections') return result(collections.delete(name));
    if (route === 'PUT collections/index') {
      const { field_name, field_schema } = body as { field_name: string; field_schema: string };
      resolve(name).fields.set(field_name, field_schema);
      return result({ operation_id: 0, status: 'completed' });
    }
    if (route === 'PUT collections/points') {
      const collection = resolve(name);
      for (const point of (body as { points: Point[] }).points) {
        for (const [vector, values] of Object.entries(point.vector)) {
          if (Array.isArray(values)) {
            if (collection.vectors[vector]?.size !== values.length) throw new Error('Vector dimension error');
          } else if (collection.sparse[vector] === undefined) throw new Error(`no vector ${vector}`);
          else if (new Set(values.indices).size !== values.indices.length)
            throw new Error('indices must be unique');
        }
        collection.points.set(point.id, point);
      }
      return result({ operation_id: 0, status: 'completed' });
    }
    if (route === 'POST collections/points/query') return result(query(name, body));
    if (route === 'POST collections/points/scroll') {
      type Scroll = {
        limit: number;
        offset?: number;
        filter?: Filter;
        with_payload?: boolean | string[];
        with_vector?: string[];
      };
      const {
        limit,
        offset = 0,
        filter,
        with_payload,
        with_vector,
      } = known<Scroll>(body, 'limit', 'offset', 'filter', 'with_payload', 'with_vector');
      const collection = resolve(name);
      const found = [...collection.points.values()]
        .filter((point) => point.id >= offset && passes(collection, filter, point))
        .sort((left, right) => left.id - right.id);
      const points = found.slice(0, limit).map(({ id, payload, vector }) => ({
        id,
        payload: shown(with_payload, payload),
        ...(with_vector
          ? {
              vector: Object.fromEntries(
                with_vector.flatMap((each) => (vector[each] ? [[each, vector[each]]] : [])),
              ),
            }
          : {}),
      }));
      return result({ points, next_page_offset: found[limit]?.id ?? null });
    }
    return { status: 404, body: { status: { error: route } } };
  });
  return { url, collections: (): string[] => [...collections.keys()] };
}
