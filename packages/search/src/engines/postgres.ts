/**
 * Indexes in PostgreSQL with pgvector: words by a GIN index over tsvectors, vectors by HNSW.
 *
 * @module
 */

import type { CountedDocuments, Engine, EngineHit, EngineQuery, WrittenRow } from './engine.ts';
import { EngineIndex, type EngineOptions } from './engine-index.ts';
import { engineFailed, requireIndexName } from './errors.ts';
import { type EngineSource, writeIndex } from './write.ts';

/** A client, pool or database that answers queries: those of `pg`, or PGlite. */
export interface PostgresClient {
  /** Runs one statement with values for its `$1`, `$2`, … */
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** Options of an index in PostgreSQL. */
export interface PostgresOptions {
  readonly client: PostgresClient;
  /** Tells indexes of one database apart: a letter, then letters, digits and `_`, in lower case. @default 'site' */
  readonly name?: string;
  readonly close?: () => Promise<void>;
}

/** Dimensions that pgvector's HNSW takes in single precision. */
const MOST_INDEXED = 2000;
/** Positions and places of one term that PostgreSQL keeps. */
const MOST_POSITION = 16_383;
const MOST_PLACES = 256;
const WEIGHTS = ['A', 'B', 'D'];

/** Writes an index, in place of the one that was there under its name. */
export const writePostgres = (options: PostgresOptions, source: EngineSource): Promise<void> =>
  writeIndex(new PostgresEngine(options), source);

/**
 * Opens an index that {@link writePostgres} wrote.
 * @throws FoundationError RESOURCE_NOT_FOUND, CONNECTION_FAILED, SERVICE_UNAVAILABLE.
 * @example
 * const index = await openPostgres({ client: new Pool({ connectionString }), name: 'docs' }, { foundation, model });
 * const { results } = await index.search('keep bread fresh');
 */
export const openPostgres = (options: PostgresOptions, more: EngineOptions = {}): Promise<EngineIndex> =>
  EngineIndex.open(new PostgresEngine(options), `postgres (${options.name ?? 'site'})`, more);

class PostgresEngine implements Engine {
  readonly #client: PostgresClient;
  readonly #name: string;
  readonly #close: (() => Promise<void>) | undefined;
  /** The table of passages that was current when this index was opened. */
  #table: string | undefined;

  constructor({ client, name = 'site', close }: PostgresOptions) {
    requireIndexName(name);
    this.#client = client;
    this.#name = name;
    this.#close = close;
  }

  async write(
    parts: ReadonlyMap<string, string>,
    rows: AsyncIterable<readonly WrittenRow[]>,
    dimensions: number,
  ): Promise<void> {
    if (dimensions > 0) await this.#query('CREATE EXTENSION IF NOT EXISTS vector');
    await this.#query(
      'CREATE TABLE IF NOT EXISTS nearfield_indexes (name text PRIMARY KEY, passages text NOT NULL, parts jsonb NOT NULL)',
    );
    const table = `nearfield_${this.#name}_${Date.now().toString(36)}`;
    await this.#query(
      `CREATE TABLE ${table} (passage int PRIMARY KEY, document int NOT NULL, id text NOT NULL, about jsonb NOT NULL,
       headings jsonb NOT NULL, anchor text NOT NULL, body text NOT NULL, pairs text[] NOT NULL, terms tsvector NOT NULL
       ${dimensions > 0 ? `, vector vector(${dimensions})` : ''})`,
    );
    try {
      for await (const batch of rows) {
        const vector = dimensions > 0 ? ', vector' : '';
        await this.#query(
          `INSERT INTO ${table} (passage, document, id, about, headings, anchor, body, pairs, terms${vector})
           SELECT passage, document, id, about, headings, anchor, body,
             ARRAY(SELECT jsonb_array_elements_text(pairs)), terms::tsvector
             ${dimensions > 0 ? ', vector::vector' : ''}
           FROM jsonb_to_recordset($1::jsonb) AS r(passage int, document int, id text, about jsonb, headings jsonb,
             anchor text, body text, pairs jsonb, terms text, vector text)`,
          [JSON.stringify(batch.map(recordOf))],
        );
      }
      await this.#query(`CREATE INDEX ON ${table} USING gin (terms)`);
      await this.#query(`CREATE INDEX ON ${table} USING gin (pairs)`);
      await this.#query(`CREATE INDEX ON ${table} (id)`);
      await this.#query(`CREATE INDEX ON ${table} (document)`);
      if (dimensions > 0 && dimensions <= MOST_INDEXED) {
        await this.#query(`CREATE INDEX ON ${table} USING hnsw (vector vector_cosine_ops)`);
      }
      await this.#query(`ANALYZE ${table}`);
      await this.#query(
        `INSERT INTO nearfield_indexes (name, passages, parts) VALUES ($1, $2, $3::jsonb)
         ON CONFLICT (name) DO UPDATE SET passages = EXCLUDED.passages, parts = EXCLUDED.parts`,
        [this.#name, table, JSON.stringify(Object.fromEntries(parts))],
      );
    } catch (error) {
      await this.#query(`DROP TABLE IF EXISTS ${table}`).catch(() => {});
      throw error;
    }
    await this.#dropOthers(table);
  }

  async parts(): Promise<ReadonlyMap<string, string> | undefined> {
    const row = await this.#row('passages, parts');
    if (row === undefined) return undefined;
    this.#table = row.passages as string;
    return new Map(Object.entries(row.parts as Record<string, string>));
  }

  async version(): Promise<string | undefined> {
    return (await this.#row('passages'))?.passages as string | undefined;
  }

  nearest(vector: Float32Array, query: EngineQuery): Promise<EngineHit[]> {
    // A filter behind HNSW would leave too few: what it lets through is compared one by one.
    const isFiltered = query.wanted.length > 0;
    const from = isFiltered
      ? `(SELECT * FROM ${this.#table} WHERE ${conditions(query, 3)} OFFSET 0) AS allowed`
      : this.#table;
    return this.#hits(
      `SELECT ${COLUMNS}, 1 - (vector <=> $1::vector) AS similarity FROM ${from}
       WHERE ${query.without === undefined ? 'true' : `document <> ${query.without}`}
       ORDER BY vector <=> $1::vector LIMIT $2`,
      [vectorText(vector), query.limit, ...query.wanted],
    );
  }

  matching(
    terms: readonly { readonly term: string; readonly weight: number }[],
    vector: Float32Array | undefined,
    query: EngineQuery,
  ): Promise<EngineHit[]> {
    const similarity = vector === undefined ? 'NULL::float' : '1 - (vector <=> $3::vector)';
    const first = vector === undefined ? 3 : 4;
    return this.#hits(
      `SELECT ${COLUMNS}, ${similarity} AS similarity FROM ${this.#table}
       WHERE terms @@ $1::tsquery AND ${conditions(query, first)}
       ORDER BY ts_rank('{0.4, 0.4, 0.7, 1}', terms, $1::tsquery, 1) DESC, passage LIMIT $2`,
      [
        terms.map(({ term }) => quoted(term)).join(' | '),
        query.limit,
        ...(vector === undefined ? [] : [vectorText(vector)]),
        ...query.wanted,
      ],
    );
  }

  async count({ numbers, words, leastWorth, wanted }: CountedDocuments): Promise<Map<string, number>> {
    const values: unknown[] = [numbers];
    const parameter = (value: unknown): string => `$${values.push(value)}`;
    const anyOf = (terms: readonly string[]): string =>
      `terms @@ ${parameter(terms.map(quoted).join(' | '))}::tsquery`;
    const all = words.flatMap((word) => word.flatMap(({ terms }) => terms));
    const worth = words.map(
      (word) =>
        `CASE ${word.map(({ terms, worth: own }) => `WHEN ${anyOf(terms)} THEN ${own}::float8`).join(' ')} ELSE 0 END`,
    );
    const about = ['document = ANY($1::int[])'];
    // The first condition is answered by the index of words.
    if (all.length > 0) {
      about.push(`(${anyOf(all)} AND ${worth.join(' + ')} >= ${parameter(leastWorth)}::float8)`);
    }
    const rows = await this.#query(
      `SELECT pair, count(DISTINCT document)::int AS documents FROM ${this.#table}, unnest(pairs) AS pair
       WHERE (${about.join(' OR ')}) AND ${conditions({ wanted }, values.length + 1)} GROUP BY pair`,
      [...values, ...wanted],
    );
    return new Map(rows.map(({ pair, documents }) => [String(pair), Number(documents)]));
  }

  async vectorsOf(id: string): Promise<{ document: number; vectors: Float32Array[] } | undefined> {
    const rows = await this.#query(`SELECT to_jsonb(p) AS row FROM ${this.#table} p WHERE id = $1`, [id]);
    if (rows.length === 0) return undefined;
    const found = rows.map(({ row }) => row as { document: number; vector?: string });
    const vectors = found.flatMap(({ vector }) =>
      vector === undefined ? [] : [Float32Array.from(JSON.parse(vector) as number[])],
    );
    return { document: found[0]!.document, vectors };
  }

  async close(): Promise<void> {
    await this.#close?.();
  }

  /** What is kept of the index of this name. */
  async #row(columns: string): Promise<Record<string, unknown> | undefined> {
    const [known] = await this.#query(`SELECT to_regclass('nearfield_indexes') IS NOT NULL AS known`);
    if (known!.known !== true) return undefined;
    const [row] = await this.#query(`SELECT ${columns} FROM nearfield_indexes WHERE name = $1`, [this.#name]);
    return row;
  }

  async #hits(text: string, values: unknown[]): Promise<EngineHit[]> {
    return (await this.#query(text, values)).map((row) => ({
      passage: Number(row.passage),
      document: Number(row.document),
      about: row.about as EngineHit['about'],
      headings: row.headings as string[],
      anchor: row.anchor as string,
      text: row.body as string,
      similarity: row.similarity === null ? undefined : Number(row.similarity),
    }));
  }

  /** Tables of former indexes, and of writes that were cut short. */
  async #dropOthers(table: string): Promise<void> {
    const rows = await this.#query(
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ $1 AND relname <> $2 AND pg_table_is_visible(oid)`,
      [`^nearfield_${this.#name}_[0-9a-z]{6,10}$`, table],
    );
    for (const { relname } of rows) await this.#query(`DROP TABLE IF EXISTS ${String(relname)}`);
  }

  async #query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    try {
      return (await this.#client.query(text, values)).rows;
    } catch (error) {
      throw engineFailed('PostgreSQL', error, adviceFor(error));
    }
  }
}

const COLUMNS = 'passage, document, about, headings, anchor, body';

/** @param first number of the first parameter */
function conditions({ wanted, without }: Pick<EngineQuery, 'wanted' | 'without'>, first: number): string {
  const pairs = wanted.map((_, at) => `pairs && $${first + at}::text[]`);
  if (without !== undefined) pairs.push(`document <> ${without}`);
  return pairs.length === 0 ? 'true' : pairs.join(' AND ');
}

const vectorText = (vector: Float32Array): string => `[${vector.join(',')}]`;

/** A lexeme of a tsvector or tsquery. */
const quoted = (term: string): string => `'${term.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

function recordOf({ passage, document, about, headings, anchor, text, pairs, places, vector }: WrittenRow) {
  const terms = [...places].map(([term, fields]) => {
    const positions = fields.flatMap((own, field) =>
      own.map((place) => `${Math.min(MOST_POSITION, place + 1)}${WEIGHTS[field]}`),
    );
    return `${quoted(term)}:${positions.slice(0, MOST_PLACES).join(',')}`;
  });
  return {
    passage,
    document,
    id: about.id,
    about,
    headings,
    anchor,
    body: text.replaceAll('\u0000', ''),
    pairs,
    terms: terms.join(' '),
    ...(vector === undefined ? {} : { vector: vectorText(vector) }),
  };
}

function adviceFor(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (code === '0A000' || code === '58P01' || code === '42704') {
    return 'Install the extension pgvector on the server.';
  }
  if (code === '42501')
    return 'Let an administrator run CREATE EXTENSION vector, and give this user the right to create tables.';
  if (code === '42P01') return 'The index was written anew since it was opened: open it again.';
  return 'Look at the server’s log.';
}

export { EngineIndex, type EngineOptions } from './engine-index.ts';
export type { EngineSource, WriteProgress } from './write.ts';
