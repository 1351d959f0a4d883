import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterAll, expect, it } from 'vitest';
import { engineSuite } from '../../test/engines/suite.ts';
import { openPostgres, type PostgresClient, writePostgres } from './postgres.ts';

const database = new PGlite({ extensions: { vector } });
afterAll(() => database.close());
const client: PostgresClient = {
  query: async (text, values) => database.query<Record<string, unknown>>(text, values),
};

engineSuite({
  name: 'PostgreSQL with pgvector',
  write: (name, source) => writePostgres({ client, name }, source),
  open: (name, options) => openPostgres({ client, name }, options),
  places: async () => {
    const { rows } = await database.query<{ relname: string }>(
      `SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'nearfield%'`,
    );
    return rows.map(({ relname }) => relname);
  },
});

it('finds words and vectors by its indexes', async () => {
  const { rows: tables } = await database.query<{ passages: string }>(
    `SELECT passages FROM nearfield_indexes WHERE name = 'docs'`,
  );
  const table = tables[0]!.passages;
  await database.exec('SET enable_seqscan = off');
  const plan = async (text: string): Promise<string> =>
    JSON.stringify((await database.query(`EXPLAIN ${text}`)).rows);
  const zeros = `[${Array(384).fill(0.05).join(',')}]`;
  expect(await plan(`SELECT 1 FROM ${table} ORDER BY vector <=> '${zeros}' LIMIT 5`)).toMatch(/vector_idx/);
  expect(await plan(`SELECT 1 FROM ${table} WHERE terms @@ '''loaf'''::tsquery`)).toMatch(/terms_idx/);
  expect(await plan(`SELECT 1 FROM ${table} WHERE pairs && ARRAY['x']`)).toMatch(/pairs_idx/);
});

it('says what to do where the extension is missing or the server is away', async () => {
  const missing = Object.assign(new Error('extension "vector" is not available'), { code: '0A000' });
  await expect(openPostgres({ client: { query: () => Promise.reject(missing) } })).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('pgvector'),
  });
  const away = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
  await expect(openPostgres({ client: { query: () => Promise.reject(away) } })).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringContaining('Check its address'),
  });
});
