import { FoundationError } from '@nearfield/spec';
import type { PoolClient } from 'pg';
import { type Connection, onDatabase } from './connection.ts';

/**
 * Changes of the schema, oldest first; one that was released never changes. They add: processes of the version before
 * work on while those of the next one start. `since` is the first version of the schema whose processes can work with
 * it afterwards.
 */
const MIGRATIONS: readonly { since: number; statements: (schema: string) => string }[] = [
  {
    since: 1,
    statements: (schema) => `
      create table ${schema}.record (
        key text collate "C" primary key,
        value bytea not null,
        updated_at timestamptz not null default now()
      );
      create table ${schema}.damaged_record (
        key text collate "C" primary key,
        value bytea not null,
        set_aside_at timestamptz not null default now()
      );
      create table ${schema}.member (
        id text primary key,
        seen_at timestamptz not null default clock_timestamp()
      );
      create table ${schema}.lock (
        name text collate "C" primary key,
        holder text not null references ${schema}.member on delete cascade,
        granted_at timestamptz not null default clock_timestamp()
      );
      create index lock_holder on ${schema}.lock (holder);
    `,
  },
];

/**
 * Brings the schema to this version. Processes that start together do it one after the other: the first one makes the
 * changes, the others find them made.
 * @param more what is migrated under the same lock
 * @throws FoundationError STORAGE_FAILED for a schema that a later version has changed beyond this one
 */
export async function migrate(
  { pool, schema, quoted }: Connection,
  more: () => Promise<void>,
): Promise<void> {
  await onDatabase(`The schema ${schema}`, async () => {
    const client = await pool.connect();
    const ignore = (): void => {};
    client.on('error', ignore);
    const lock = `nearfield/${schema}`;
    try {
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lock]);
      try {
        await apply(client, schema, quoted);
        await more();
      } finally {
        await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lock]);
      }
      client.off('error', ignore);
      client.release();
    } catch (error) {
      // The lock ends with its connection.
      client.release(true);
      throw error;
    }
  });
}

async function apply(client: PoolClient, schema: string, quoted: string): Promise<void> {
  // A user without the right to make schemas is given one by somebody else.
  const { rowCount } = await client.query('select from pg_namespace where nspname = $1', [schema]);
  if (!rowCount) await client.query(`create schema if not exists ${quoted}`);
  await client.query(
    `create table if not exists ${quoted}.migration (
       version integer primary key, since integer not null, applied_at timestamptz not null default now()
     )`,
  );
  const { rows } = await client.query<{ version: number; since: number }>(
    `select version, since from ${quoted}.migration order by version desc limit 1`,
  );
  const { version = 0, since = 0 } = rows[0] ?? {};
  if (since > MIGRATIONS.length) {
    throw new FoundationError({
      code: 'STORAGE_FAILED',
      message: `The schema ${schema} was made by a newer version of Nearfield (version ${version} of the schema; this one knows ${MIGRATIONS.length}). Start that version, or name another schema. Nothing was changed.`,
    });
  }
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < version) continue;
    await client.query('begin');
    try {
      await client.query(migration.statements(quoted));
      await client.query(`insert into ${quoted}.migration (version, since) values ($1, $2)`, [
        index + 1,
        migration.since,
      ]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  }
}
