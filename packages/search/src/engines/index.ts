/**
 * Indexes in PostgreSQL, Elasticsearch or Qdrant, by their address.
 *
 * @module
 */

import { FoundationError } from '@nearfield/spec';
import { invalid } from '../errors.ts';
import type { EngineIndex, EngineOptions } from './engine-index.ts';
import type { EngineSource } from './write.ts';

/**
 * Writes an index to the engine at an address, in place of the one that was there under its name.
 *
 * @param url `postgres://user@host/database`, `http://host:9200` or `http://host:6333`. `?name=` tells several indexes
 *   apart; `?engine=elasticsearch` or `?engine=qdrant` says which, where the port is another.
 * @throws FoundationError INPUT_VALIDATION_FAILED for an address of no engine; RUNTIME_NOT_AVAILABLE where its client is
 *   not installed; CONNECTION_FAILED, SERVICE_UNAVAILABLE; what the foundation throws.
 * @example
 * await writeTo('postgres://localhost/site', { documents, meaning: { foundation, model: 'all-MiniLM-L6-v2' } });
 */
export async function writeTo(url: string, source: EngineSource): Promise<void> {
  const engine = engineAt(url);
  switch (engine.kind) {
    case 'postgres': {
      const { writePostgres } = await import('./postgres.ts');
      const pool = await poolOf(engine.url);
      try {
        return await writePostgres({ client: pool, name: engine.name }, source);
      } finally {
        await pool.end();
      }
    }
    case 'elasticsearch': {
      const { writeElasticsearch } = await import('./elasticsearch.ts');
      return writeElasticsearch({ client: await elasticsearchClient(engine.url), name: engine.name }, source);
    }
    case 'qdrant': {
      const { writeQdrant } = await import('./qdrant.ts');
      return writeQdrant({ client: await qdrantClient(engine.url), name: engine.name }, source);
    }
  }
}

/**
 * Opens the index at an address that {@link writeTo} wrote.
 * @throws FoundationError as `writeTo()`; RESOURCE_NOT_FOUND where there is none.
 * @example
 * const index = await openAt('postgres://localhost/site', { foundation, model: 'all-MiniLM-L6-v2' });
 */
export async function openAt(url: string, options: EngineOptions = {}): Promise<EngineIndex> {
  const engine = engineAt(url);
  switch (engine.kind) {
    case 'postgres': {
      const { openPostgres } = await import('./postgres.ts');
      const client = await poolOf(engine.url);
      try {
        return await openPostgres({ client, name: engine.name, close: () => client.end() }, options);
      } catch (error) {
        await client.end();
        throw error;
      }
    }
    case 'elasticsearch': {
      const { openElasticsearch } = await import('./elasticsearch.ts');
      return openElasticsearch({ client: await elasticsearchClient(engine.url), name: engine.name }, options);
    }
    case 'qdrant': {
      const { openQdrant } = await import('./qdrant.ts');
      return openQdrant({ client: await qdrantClient(engine.url), name: engine.name }, options);
    }
  }
}

/** Whether a text is the address of an engine. */
export const isEngineAddress = (text: string): boolean => /^(postgres|postgresql|https?):\/\//.test(text);

interface EngineAddress {
  readonly kind: 'postgres' | 'elasticsearch' | 'qdrant';
  /** Without what is ours. */
  readonly url: string;
  readonly name: string;
}

const PORTS: Readonly<Record<string, EngineAddress['kind']>> = { '9200': 'elasticsearch', '6333': 'qdrant' };
const KINDS = ['postgres', 'elasticsearch', 'qdrant'] as const;

/** @throws FoundationError INPUT_VALIDATION_FAILED. */
export function engineAt(address: string): EngineAddress {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const name = url?.searchParams.get('name') ?? 'site';
  const named = url?.searchParams.get('engine');
  const kind = /^postgres(ql)?:$/.test(url?.protocol ?? '')
    ? 'postgres'
    : (KINDS.find((each) => each === named) ?? PORTS[url?.port ?? '']);
  if (url === undefined || !isEngineAddress(address) || kind === undefined) {
    throw invalid(
      'url',
      `"${address}" is no address of an engine. Write postgres://host/database, http://host:9200 (Elasticsearch) or http://host:6333 (Qdrant); add ?engine=elasticsearch or ?engine=qdrant where the port is another.`,
    );
  }
  url.searchParams.delete('name');
  url.searchParams.delete('engine');
  return { kind, url: url.href, name };
}

const poolOf = async (connectionString: string) => {
  const { Pool } = (await client(() => import('pg'), 'pg')).default;
  return new Pool({ connectionString });
};

const elasticsearchClient = async (node: string) => {
  const { Client } = await client(() => import('@elastic/elasticsearch'), '@elastic/elasticsearch');
  return new Client({ node });
};

const qdrantClient = async (url: string) => {
  const { QdrantClient } = await client(() => import('@qdrant/js-client-rest'), '@qdrant/js-client-rest');
  return new QdrantClient({ url });
};

async function client<Module>(load: () => Promise<Module>, name: string): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw new FoundationError({
      code: 'RUNTIME_NOT_AVAILABLE',
      message: `The package ${name} cannot be loaded, which speaks to this engine. Install it beside @nearfield/search.`,
      cause,
    });
  }
}

export { EngineIndex, type EngineOptions } from './engine-index.ts';
export type { EngineSource, WriteProgress } from './write.ts';
