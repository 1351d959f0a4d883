import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import type { MakeWindow } from '../limiter.ts';

/** The part of `pg`'s `Pool` in use. */
export interface QueryPool {
  /** Runs one statement. */
  query(text: string): Promise<unknown>;
}

/** Options of `postgresWindows()`. */
export interface PostgresWindowsOptions {
  pool: QueryPool;
  /** Schema of the table, made if it does not exist. */
  schema: string;
}

const TABLE = 'rate_limit';
const HOUR = 3_600_000;

/**
 * Counts for `createLimiter` that all servers of a database share. Callers are known by a hash: keys are not stored.
 * While the database is out of reach each server counts by itself.
 *
 * @example
 * const pool = new pg.Pool({ connectionString, max: 2 });
 * createLimiter({ requestsPerMinute: 60, windows: postgresWindows({ pool, schema: 'nearfield' }) });
 */
export function postgresWindows({ pool, schema }: PostgresWindowsOptions): MakeWindow {
  const table = `"${schema}"."${TABLE}"`;
  let made: Promise<void> | undefined;
  const make = async (): Promise<void> => {
    // Servers that start together make it together; PostgreSQL lets one of them win, by an error for the others.
    await pool.query(`create schema if not exists "${schema}"`).catch(ignoreDuplicate);
    await pool
      .query(
        `create table if not exists ${table} (key varchar(255) primary key, points integer not null default 0, expire bigint)`,
      )
      .catch(ignoreDuplicate);
    // Callers of an earlier hour, who may never come back.
    await pool.query(`delete from ${table} where expire < ${Date.now() - HOUR}`);
  };
  const ready = async (): Promise<void> => {
    made ??= make();
    await made.catch(() => {
      made = undefined;
    });
  };
  return (name, points, duration) => {
    const limiter = new RateLimiterPostgres({
      storeClient: pool,
      storeType: 'client',
      schemaName: schema,
      tableName: TABLE,
      tableCreated: true,
      keyPrefix: name,
      points,
      duration,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration }),
    });
    return {
      get: async (caller) => {
        await ready();
        return limiter.get(hashOf(caller));
      },
      consume: async (caller, count) => {
        await ready();
        return limiter.consume(hashOf(caller), count);
      },
      penalty: async (caller, count) => {
        await ready();
        return limiter.penalty(hashOf(caller), count);
      },
    };
  };
}

const hashOf = (caller: string | number): string =>
  createHash('sha256').update(String(caller)).digest('base64url');

/** Errors of PostgreSQL for what another session has just made. */
export const DUPLICATES: ReadonlySet<unknown> = new Set(['23505', '42P06', '42P07']);

function ignoreDuplicate(error: unknown): void {
  if (!DUPLICATES.has((error as { code?: unknown }).code)) throw error;
}
