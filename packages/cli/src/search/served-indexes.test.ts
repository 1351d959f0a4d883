/** The same question to the same documents, wherever the index is: here, over HTTP, and from agents. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Elasticsearch } from '@elastic/elasticsearch';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { openHttpIndex, openIndex, retrieve, type SearchAnswer, type SearchOptions } from '@nearfield/search';
import { buildIndex } from '@nearfield/search/build';
import { openElasticsearch, writeElasticsearch } from '@nearfield/search/engines/elasticsearch';
import { openPostgres, type PostgresClient, writePostgres } from '@nearfield/search/engines/postgres';
import { openQdrant, writeQdrant } from '@nearfield/search/engines/qdrant';
import { openLiveIndex } from '@nearfield/search/live/node';
import { folderLoader, writeIndex } from '@nearfield/search/node';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elasticsearchServer } from '../../../search/test/engines/elasticsearch-server.ts';
import { qdrantServer } from '../../../search/test/engines/qdrant-server.ts';
import { runVerb } from '../../test/run-verb.ts';
import { searchTool } from '../mcp/search-tool.ts';
import type { PlacedIndex } from './places.ts';

const MODEL = 'all-MiniLM-L6-v2';
const RERANKER = 'minilm-reranker';
const KINDS = ['static', 'live', 'postgres', 'elasticsearch', 'qdrant'] as const;
const foundation = new HashedFoundation();
const meaning = { foundation, model: MODEL };
const directory = mkdtempSync(join(tmpdir(), 'nearfield-served-'));
const database = new PGlite({ extensions: { vector } });
const indexes: Record<string, PlacedIndex> = {};
let server: NodeServer;

const pages = [
  ['bread', 'Bread', 'Loaves stay soft in a linen bag.', 'kitchen'],
  ['cheese', 'Cheese', 'Wrap it in paper and keep it cool.', 'kitchen'],
  ['jobs', 'Jobs', 'A job that failed is run again after a delay.', 'server'],
  ['logs', 'Logs', 'Old logs are removed after thirty days.', 'server'],
] as const;
const documents = pages.map(([id, title, text, room]) => ({
  id,
  title,
  url: `/${id}/`,
  breadcrumbs: [],
  filters: { room: [room] },
  sections: [{ headings: [], anchor: '', text }],
}));

beforeAll(async () => {
  const source = { documents, meaning };
  await writeIndex(join(directory, 'static'), await buildIndex(source));
  indexes.static = await openIndex(folderLoader(join(directory, 'static')));
  const live = await openLiveIndex({ name: 'live', directory, ...meaning });
  await live.add(
    pages.map(([id, title, text, room]) => ({ id, title, text, url: `/${id}/`, filters: { room } })),
  );
  indexes.live = live;
  const client: PostgresClient = {
    query: (text, values) => database.query<Record<string, unknown>>(text, values),
  };
  await writePostgres({ client }, source);
  indexes.postgres = await openPostgres({ client });
  const elasticsearch = new Elasticsearch({ node: (await elasticsearchServer()).node });
  await writeElasticsearch({ client: elasticsearch }, source);
  indexes.elasticsearch = await openElasticsearch({ client: elasticsearch });
  const qdrant = new QdrantClient({ url: (await qdrantServer()).url, checkCompatibility: false });
  await writeQdrant({ client: qdrant }, source);
  indexes.qdrant = await openQdrant({ client: qdrant });
  server = await createNodeServer(foundation, { port: 0, indexes, reranker: RERANKER });
});
afterAll(async () => {
  await server.close();
  await database.close();
  if (indexes.live && 'close' in indexes.live) await indexes.live.close();
  rmSync(directory, { recursive: true });
});

const at = (kind: string): string => `${server.url}/v1/indexes/${kind}`;
const withoutTier = ({ tier, ...answer }: SearchAnswer): SearchAnswer => answer;
const reranker = { foundation, model: RERANKER };

describe.each(KINDS)('a %s index', (kind) => {
  it.each<[string, SearchOptions, Parameters<Awaited<ReturnType<typeof openHttpIndex>>['search']>[1]]>([
    ['by words and the model', { meaning }, {}],
    ['by words', { meaning: false }, { meaning: false }],
    [
      'explained and filtered',
      { meaning, explain: true, filters: { room: 'server' } },
      { explain: true, filters: { room: 'server' } },
    ],
    ['ranked again', { meaning, rerank: reranker }, { rerank: true }],
    [
      'with other weights',
      { meaning, weights: { fusion: { meaning: 0.2 } } },
      { weights: { fusion: { meaning: 0.2 } } },
    ],
  ])('answers over HTTP as it does here, %s', async (_, here, there) => {
    const index = await openHttpIndex(at(kind));
    let found = 0;
    for (const query of ['linen bag', 'failed jbo', 'the paper']) {
      const expected = await indexes[kind]!.search(query, here);
      found += expected.results.length;
      const answer = await index.search(query, { ...there });
      expect(withoutTier(answer)).toEqual(JSON.parse(JSON.stringify(expected)));
    }
    expect(found).toBeGreaterThan(0);
  });

  it('takes a vector that was made here, and says what ranked', async () => {
    const index = await openHttpIndex(at(kind));
    const tiers = await Promise.all([
      index.search('linen', { meaning: false }),
      index.search('linen'),
      index.search('linen', { rerank: true }),
    ]);
    expect(tiers.map(({ tier }) => tier)).toEqual(['keywords', 'model', 'reranker']);
    const own = await index.search('linen', { meaning });
    expect(withoutTier(own)).toEqual(withoutTier(tiers[1]!));
    await expect(index.search('x', { meaning: new Float32Array(3) })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'meaning',
    });
  });

  it('has facets, related documents and passages for a language model', async () => {
    const index = await openHttpIndex(at(kind));
    expect(index.facts).toMatchObject({
      id: kind,
      model: expect.stringContaining('MiniLM'),
      languages: ['en'],
    });
    expect(await index.facets()).toEqual({ room: { kitchen: 2, server: 2 } });
    const related = await index.related('bread', { limit: 2 });
    expect(related.map(({ id }) => id)).toEqual(
      (await indexes[kind]!.related('bread', { limit: 2 })).map(({ id }) => id),
    );
    await expect(index.related('nobody')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    const { sources } = await retrieve(index, 'linen bag', { tokens: 60 });
    expect(sources[0]).toMatchObject({ id: 'bread', number: 1 });
  });

  it('counts the values of a query where the index can, and filters by a range', async () => {
    const index = await openHttpIndex(at(kind));
    const counts = kind !== 'qdrant';
    expect(index.countsFacets).toBe(counts);
    const counted = index.search('linen', { meaning: false, facets: true });
    if (!counts) await expect(counted).rejects.toMatchObject({ code: 'NOT_SUPPORTED', param: 'facets' });
    else expect((await counted).facets).toEqual({ room: { kitchen: 1 } });
    const { results } = await index.search('jobs logs linen', { filters: { room: { from: 'l' } } });
    expect(results.map(({ id }) => id).sort()).toEqual(['jobs', 'logs']);
  });

  it('is searched from the command line and by agents', async () => {
    const { code, stdout } = await runVerb('search', [at(kind), 'linen bag', '--json', '--by', 'all']);
    expect([code, JSON.parse(stdout).results[0].id]).toEqual([0, 'bread']);
    const models = { foundation, embedder: MODEL, reranker: RERANKER };
    const tool = searchTool(new Map([['docs', at(kind)]]), models);
    expect(await tool.run({ query: 'linen bag', index: 'docs', limit: 1 }, {})).toMatchObject([
      { title: 'Bread' },
    ]);
  });
});
