/**
 * Indexes in Elasticsearch: words by its BM25, vectors by its kNN search.
 *
 * @module
 */

import type { Client, estypes } from '@elastic/elasticsearch';
import {
  countRequest,
  documentOf,
  FIELDS,
  filtersOf,
  type PairCounts,
  passagesMapping,
  SHOWN,
  type Source,
} from './elasticsearch-requests.ts';
import type { CountedDocuments, Engine, EngineHit, EngineQuery, WrittenRow } from './engine.ts';
import { EngineIndex, type EngineOptions } from './engine-index.ts';
import { engineFailed, requireIndexName } from './errors.ts';
import { type EngineSource, writeIndex } from './write.ts';

/** Options of an index in Elasticsearch. */
export interface ElasticsearchOptions {
  /** The official client, version 8 or later. */
  readonly client: Client;
  /** Tells indexes of one cluster apart: a letter, then letters, digits and `_`, in lower case. @default 'site' */
  readonly name?: string;
}

/** Writes an index, in place of the one that was there under its name. */
export const writeElasticsearch = (options: ElasticsearchOptions, source: EngineSource): Promise<void> =>
  writeIndex(new ElasticsearchEngine(options), source);

/**
 * Opens an index that {@link writeElasticsearch} wrote.
 * @throws FoundationError RESOURCE_NOT_FOUND, CONNECTION_FAILED, SERVICE_UNAVAILABLE.
 * @example
 * const client = new Client({ node: 'http://localhost:9200' });
 * const index = await openElasticsearch({ client, name: 'docs' }, { foundation, model });
 */
export const openElasticsearch = (
  options: ElasticsearchOptions,
  more: EngineOptions = {},
): Promise<EngineIndex> =>
  EngineIndex.open(new ElasticsearchEngine(options), `elasticsearch (${options.name ?? 'site'})`, more);

const MOST_CANDIDATES = 10_000;

class ElasticsearchEngine implements Engine {
  readonly #client: Client;
  /** An alias of the current passages; parts have another. */
  readonly #alias: string;

  constructor({ client, name = 'site' }: ElasticsearchOptions) {
    requireIndexName(name);
    this.#client = client;
    this.#alias = `nearfield-${name}`;
  }

  get #partsAlias(): string {
    return `${this.#alias}-parts`;
  }

  async write(
    parts: ReadonlyMap<string, string>,
    rows: AsyncIterable<readonly WrittenRow[]>,
    dimensions: number,
  ): Promise<void> {
    const stamp = Date.now().toString(36);
    const passagesIndex = `${this.#alias}-${stamp}`;
    const partsIndex = `${this.#partsAlias}-${stamp}`;
    await this.#on(async (client) => {
      await client.indices.create({ index: passagesIndex, mappings: passagesMapping(dimensions) });
      await client.indices.create({ index: partsIndex, mappings: { dynamic: false } });
      try {
        for await (const batch of rows) {
          await this.#bulk(
            client,
            batch.flatMap((row) => [
              { index: { _index: passagesIndex, _id: String(row.passage) } },
              documentOf(row),
            ]),
          );
        }
        for (const [name, text] of parts) {
          await this.#bulk(client, [{ index: { _index: partsIndex, _id: name } }, { name, text }]);
        }
        await client.indices.refresh({ index: [passagesIndex, partsIndex] });
        const old = await this.#current(client);
        await client.indices.updateAliases({
          actions: [
            ...old.map((index) => ({ remove_index: { index } })),
            { add: { index: passagesIndex, alias: this.#alias } },
            { add: { index: partsIndex, alias: this.#partsAlias } },
          ],
        });
      } catch (error) {
        await client.indices
          .delete({ index: [passagesIndex, partsIndex], ignore_unavailable: true })
          .catch(() => {});
        throw error;
      }
    });
  }

  async parts(): Promise<ReadonlyMap<string, string> | undefined> {
    return this.#on(async (client) => {
      if (!(await client.indices.existsAlias({ name: this.#partsAlias }))) return undefined;
      const { hits } = await client.search<{ name: string; text: string }>({
        index: this.#partsAlias,
        query: { match_all: {} },
        size: 10_000,
      });
      return new Map(hits.hits.map(({ _source: part }) => [part!.name, part!.text]));
    });
  }

  async version(): Promise<string | undefined> {
    return this.#on(async (client) => {
      if (!(await client.indices.existsAlias({ name: this.#partsAlias }))) return undefined;
      return Object.keys(await client.indices.getAlias({ name: this.#partsAlias }))[0];
    });
  }

  nearest(vector: Float32Array, query: EngineQuery): Promise<EngineHit[]> {
    return this.#hits(
      {
        knn: {
          field: 'vector',
          query_vector: [...vector],
          k: query.limit,
          num_candidates: Math.min(MOST_CANDIDATES, query.limit * 2),
          filter: filtersOf(query),
        },
        size: query.limit,
      },
      // The score of a cosine c is (1 + c) / 2.
      (score) => 2 * score - 1,
    );
  }

  async matching(
    terms: readonly { readonly term: string; readonly weight: number }[],
    vector: Float32Array | undefined,
    query: EngineQuery,
  ): Promise<EngineHit[]> {
    const words = terms.map(({ term }) => term).join(' ');
    const hits = await this.#hits(
      {
        query: {
          bool: {
            must: [{ multi_match: { query: words, fields: FIELDS, type: 'most_fields' } }],
            filter: filtersOf(query),
          },
        },
        size: query.limit,
      },
      () => undefined,
    );
    if (vector === undefined || hits.length === 0) return hits;
    return this.#hits(
      {
        query: {
          script_score: {
            query: { bool: { filter: [{ terms: { passage: hits.map(({ passage }) => passage) } }] } },
            // Scores may not be negative.
            script: {
              source: "cosineSimilarity(params.vector, 'vector') + 1.0",
              params: { vector: [...vector] },
            },
          },
        },
        size: hits.length,
      },
      (score) => score - 1,
    );
  }

  async count(documents: CountedDocuments): Promise<Map<string, number>> {
    return this.#on(async (client) => {
      const { aggregations } = await client.search<Source, { pairs: PairCounts }>({
        index: this.#alias,
        size: 0,
        ...countRequest(documents),
      });
      return new Map(aggregations!.pairs.buckets.map(({ key, documents: { value } }) => [key, value]));
    });
  }

  async vectorsOf(id: string): Promise<{ document: number; vectors: Float32Array[] } | undefined> {
    return this.#on(async (client) => {
      const { hits } = await client.search<Source>({
        index: this.#alias,
        query: { bool: { filter: [{ term: { id } }] } },
        _source: ['document', 'vector'],
        size: 1000,
      });
      const found = hits.hits.map(({ _source: source }) => source!);
      if (found.length === 0) return undefined;
      const vectors = found.flatMap(({ vector }) =>
        vector === undefined ? [] : [Float32Array.from(vector)],
      );
      return { document: found[0]!.document, vectors };
    });
  }

  /** The client is its owner's. */
  async close(): Promise<void> {}

  #hits(
    search: Pick<estypes.SearchRequest, 'knn' | 'query' | 'size'>,
    similarityOf: (score: number) => number | undefined,
  ): Promise<EngineHit[]> {
    return this.#on(async (client) => {
      const { hits } = await client.search<Source>({ index: this.#alias, _source: SHOWN, ...search });
      return hits.hits.map(({ _source: source, _score: score }) => ({
        ...source!,
        similarity: similarityOf(score ?? 0),
      }));
    });
  }

  async #bulk(client: Client, operations: object[]): Promise<void> {
    const { errors, items } = await client.bulk({ operations });
    if (!errors) return;
    const failed = items.map((item) => item.index?.error).find((error) => error !== undefined);
    throw new Error(failed?.reason ?? 'a document was refused');
  }

  /** Indexes behind the aliases. */
  async #current(client: Client): Promise<string[]> {
    const names: string[] = [];
    for (const name of [this.#alias, this.#partsAlias]) {
      if (await client.indices.existsAlias({ name })) {
        names.push(...Object.keys(await client.indices.getAlias({ name })));
      }
    }
    return names;
  }

  async #on<Result>(action: (client: Client) => Promise<Result>): Promise<Result> {
    try {
      return await action(this.#client);
    } catch (error) {
      throw engineFailed('Elasticsearch', error, 'Check that it is of version 8 or later.');
    }
  }
}

export { EngineIndex, type EngineOptions } from './engine-index.ts';
export type { EngineSource, WriteProgress } from './write.ts';
