import { Client } from '@elastic/elasticsearch';
import { expect, it } from 'vitest';
import { elasticsearchServer } from '../../test/engines/elasticsearch-server.ts';
import { engineSuite } from '../../test/engines/suite.ts';
import { openElasticsearch, writeElasticsearch } from './elasticsearch.ts';

const server = await elasticsearchServer();
const client = new Client({ node: server.node });

engineSuite({
  name: 'Elasticsearch',
  write: (name, source) => writeElasticsearch({ client, name }, source),
  open: (name, options) => openElasticsearch({ client, name }, options),
  places: async () => server.indexes(),
});

it('says that a server is away', async () => {
  const away = new Client({ node: 'http://127.0.0.1:1', maxRetries: 0 });
  await expect(openElasticsearch({ client: away })).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
});
