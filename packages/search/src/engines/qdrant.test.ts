import { QdrantClient } from '@qdrant/js-client-rest';
import { expect, it } from 'vitest';
import { qdrantServer } from '../../test/engines/qdrant-server.ts';
import { engineSuite } from '../../test/engines/suite.ts';
import { openQdrant, writeQdrant } from './qdrant.ts';

const server = await qdrantServer();
const client = new QdrantClient({ url: server.url, checkCompatibility: false });

engineSuite({
  name: 'Qdrant',
  write: (name, source) => writeQdrant({ client, name }, source),
  open: (name, options) => openQdrant({ client, name }, options),
  places: async () => server.collections(),
});

it('says that a server is away', async () => {
  const away = new QdrantClient({ url: 'http://127.0.0.1:1', checkCompatibility: false });
  await expect(openQdrant({ client: away })).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
});
