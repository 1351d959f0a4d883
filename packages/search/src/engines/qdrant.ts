/**
 * Indexes in Qdrant: words as sparse vectors that Qdrant weighs by their rarity, vectors by HNSW.
 *
 * @module
 */

import type { QdrantClient } from '@qdrant/js-client-rest';
import { checksum } from '../format/sha256.ts';
import { KEYWORD_WEIGHTS } from '../keywords/bm25f.ts';
import { FIELDS } from '../keywords/postings.ts';
import type { Engine, EngineHit, EngineQuery, WrittenRow } from './engine.ts';
import { EngineIndex, type EngineOptions } from './engine-index.ts';
import { engineFailed, requireIndexName } from './errors.ts';
import { type EngineSource, writeIndex } from './write.ts';

/** Options of an index in Qdrant. */
export interface QdrantOptions {
  /** The official client; a server of version 1.10 or later. */
  readonly client: QdrantClient;
  /** Tells indexes of one server apart: a letter, then letters, digits and `_`, in lower case. @default 'site' */
  readonly name?: string;
}

/** Writes an index, in place of the one that was there under its name. */
export const writeQdrant = (options: QdrantOptions, source: EngineSource): Promise<void> =>
  writeIndex(new QdrantEngine(options), source);

/**
 * Opens an index that {@link writeQdrant} wrote.
 * @throws FoundationError RESOURCE_NOT_FOUND, CONNECTION_FAILED, SERVICE_UNAVAILABLE.
 * @example
 * const client = new QdrantClient({ url: 'http://localhost:6333' });
 * const index = await openQdrant({ client, name: 'docs' }, { foundation, model });
 */
export const openQdrant = (options: QdrantOptions, more: EngineOptions = {}): Promise<EngineIndex> =>
  EngineIndex.open(new QdrantEngine(options), `qdrant (${options.name ?? 'site'})`, more);

/** Names of the two vectors of a point. */
const MEANING = 'meaning';
const WORDS = 'words';
const SHOWN = ['passage', 'document', 'about', 'headings', 'anchor', 'text'];
/** Points of one request. */
const POINTS = 100;

type Payload = Omit<EngineHit, 'similarity'>;

class QdrantEngine implements Engine {
  readonly #client: QdrantClient;
  /** An alias of the current passages; parts have another. */
  readonly #alias: string;

  constructor({ client, name = 'site' }: QdrantOptions) {
    requireIndexName(name);
    this.#client = client;
    this.#alias = `nearfield_${name}`;
  }

  get #partsAlias(): string {
    return `${this.#alias}_parts`;
  }

  async write(
    parts: ReadonlyMap<string, string>,
    rows: AsyncIterable<readonly WrittenRow[]>,
    dimensions: number,
  ): Promise<void> {
    const stamp = Date.now().toString(36);
    const passages = `${this.#alias}_${stamp}`;
    const partsCollection = `${this.#partsAlias}_${stamp}`;
    await this.#on(async (client) => {
      await client.createCollection(passages, {
        vectors: dimensions > 0 ? { [MEANING]: { size: dimensions, distance: 'Cosine' } } : {},
        sparse_vectors: { [WORDS]: { modifier: 'idf' } },
      });
      await client.createCollection(partsCollection, { vectors: {} });
      try {
        for (const [field_name, field_schema] of [
          ['pairs', 'keyword'],
          ['id', 'keyword'],
          ['document', 'integer'],
        ] as const) {
          await client.createPayloadIndex(passages, { field_name, field_schema, wait: true });
        }
        for await (const batch of rows) {
          for (let at = 0; at < batch.length; at += POINTS) {
            const points = batch.slice(at, at + POINTS).map(pointOf);
            await client.upsert(passages, { wait: true, points });
          }
        }
        let id = 0;
        for (const [name, text] of parts) {
          await client.upsert(partsCollection, {
            wait: true,
            points: [{ id: id++, vector: {}, payload: { name, text } }],
          });
        }
        const { aliases } = await client.getAliases();
        const old = aliases.filter(
          ({ alias_name: name }) => name === this.#alias || name === this.#partsAlias,
        );
        await client.updateCollectionAliases({
          actions: [
            ...old.map(({ alias_name }) => ({ delete_alias: { alias_name } })),
            { create_alias: { collection_name: passages, alias_name: this.#alias } },
            { create_alias: { collection_name: partsCollection, alias_name: this.#partsAlias } },
          ],
        });
        for (const { collection_name } of old) await client.deleteCollection(collection_name);
      } catch (error) {
        await client.deleteCollection(passages).catch(() => {});
        await client.deleteCollection(partsCollection).catch(() => {});
        throw error;
      }
    });
  }

  async parts(): Promise<ReadonlyMap<string, string> | undefined> {
    return this.#on(async (client) => {
      const { aliases } = await client.getAliases();
      if (!aliases.some(({ alias_name }) => alias_name === this.#partsAlias)) return undefined;
      const parts = new Map<string, string>();
      let offset: Awaited<ReturnType<QdrantClient['scroll']>>['next_page_offset'];
      do {
        const page = await client.scroll(this.#partsAlias, {
          limit: POINTS,
          with_payload: true,
          ...(offset === undefined || offset === null ? {} : { offset: offset as number }),
        });
        for (const { payload } of page.points) parts.set(String(payload!.name), String(payload!.text));
        offset = page.next_page_offset;
      } while (offset !== undefined && offset !== null);
      return parts;
    });
  }

  async version(): Promise<string | undefined> {
    return this.#on(async (client) => {
      const { aliases } = await client.getAliases();
      return aliases.find(({ alias_name: name }) => name === this.#partsAlias)?.collection_name;
    });
  }

  nearest(vector: Float32Array, query: EngineQuery): Promise<EngineHit[]> {
    return this.#hits({ query: [...vector], using: MEANING, limit: query.limit, filter: filterOf(query) });
  }

  async matching(
    terms: readonly { readonly term: string; readonly weight: number }[],
    vector: Float32Array | undefined,
    query: EngineQuery,
  ): Promise<EngineHit[]> {
    const sparse = sparseOf(new Map(terms.map(({ term, weight }) => [term, weight])));
    const hits = await this.#hits({
      query: sparse,
      using: WORDS,
      limit: query.limit,
      filter: filterOf(query),
    });
    if (vector === undefined || hits.length === 0) return hits.map(withoutSimilarity);
    return this.#hits({
      query: [...vector],
      using: MEANING,
      limit: hits.length,
      filter: { must: [{ has_id: hits.map(({ passage }) => passage) }] },
    });
  }

  async vectorsOf(id: string): Promise<{ document: number; vectors: Float32Array[] } | undefined> {
    return this.#on(async (client) => {
      const { points } = await client.scroll(this.#alias, {
        filter: { must: [{ key: 'id', match: { value: id } }] },
        with_payload: ['document'],
        with_vector: [MEANING],
        limit: 1000,
      });
      if (points.length === 0) return undefined;
      const vectors = points.flatMap(({ vector }) => {
        const own = (vector as Record<string, number[] | undefined> | undefined)?.[MEANING];
        return own === undefined ? [] : [Float32Array.from(own)];
      });
      return { document: Number(points[0]!.payload!.document), vectors };
    });
  }

  /** The client is its owner's. */
  async close(): Promise<void> {}

  #hits(query: Parameters<QdrantClient['query']>[1]): Promise<EngineHit[]> {
    return this.#on(async (client) => {
      const { points } = await client.query(this.#alias, { ...query, with_payload: SHOWN });
      return points.map(({ payload, score }) => ({ ...(payload as unknown as Payload), similarity: score }));
    });
  }

  async #on<Result>(action: (client: QdrantClient) => Promise<Result>): Promise<Result> {
    try {
      return await action(this.#client);
    } catch (error) {
      throw engineFailed('Qdrant', error, 'Check that it is of version 1.10 or later.');
    }
  }
}

const withoutSimilarity = ({ similarity, ...hit }: EngineHit): EngineHit => hit;

const filterOf = ({ wanted, without }: EngineQuery) => ({
  must: wanted.map((pairs) => ({ key: 'pairs', match: { any: [...pairs] } })),
  must_not: without === undefined ? [] : [{ key: 'document', match: { value: without } }],
});

/** Terms as numbers of 32 bits; two that fall together only make a candidate more. */
function sparseOf(weights: ReadonlyMap<string, number>): { indices: number[]; values: number[] } {
  const encoder = new TextEncoder();
  const byNumber = new Map<number, number>();
  for (const [term, weight] of weights) {
    const number = checksum(encoder.encode(term), 0);
    byNumber.set(number, Math.max(weight, byNumber.get(number) ?? 0));
  }
  return { indices: [...byNumber.keys()], values: [...byNumber.values()] };
}

function pointOf({ passage, document, about, headings, anchor, text, pairs, places, vector }: WrittenRow) {
  const { k1, fields } = KEYWORD_WEIGHTS;
  const weights = new Map<string, number>();
  for (const [term, positions] of places) {
    const frequency = FIELDS.reduce((sum, field, at) => sum + fields[field] * positions[at]!.length, 0);
    weights.set(term, frequency / (k1 + frequency));
  }
  return {
    id: passage,
    vector: {
      [WORDS]: sparseOf(weights),
      ...(vector === undefined ? {} : { [MEANING]: [...vector] }),
    },
    payload: { passage, document, id: about.id, about, headings, anchor, text, pairs: [...pairs] },
  };
}

export { EngineIndex, type EngineOptions } from './engine-index.ts';
export type { EngineSource, WriteProgress } from './write.ts';
