import { FoundationError } from '@nearfield/spec';
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { ROOM_ADVICE } from '../record-errors.ts';

/** Seconds after which a caller may ask again while the database cannot be reached. */
const RETRY_AFTER = 5;
/** Milliseconds that a connection may take, and an answer. */
const CONNECT_TIMEOUT = 5000;
const QUERY_TIMEOUT = 30_000;

/** SQL states of a server that is not there, starts, ends, or has no connection left: they pass. */
const UNREACHABLE = /^(08...|57P0[1-5]|53300|25006)$/;
const DISK_FULL = '53100';

/**
 * Connections to a database. Failures are the contract's errors: SERVICE_UNAVAILABLE if the database cannot be
 * reached, STORAGE_QUOTA_EXCEEDED if its disk is full, STORAGE_FAILED otherwise.
 */
export class Connection {
  readonly pool: Pool;
  readonly schema: string;
  /** The schema as part of a statement. */
  readonly quoted: string;

  private constructor(pool: Pool, schema: string) {
    this.pool = pool;
    this.schema = schema;
    this.quoted = quote(schema);
    // A connection that breaks while it is idle: the pool replaces it.
    pool.on('error', () => {});
  }

  /** Connects when it is first used. @throws FoundationError RUNTIME_NOT_AVAILABLE if `pg` is not installed. */
  static async create(url: string, schema: string, connections: number): Promise<Connection> {
    const { default: pg } = await import('pg').catch((cause: unknown) => {
      throw missingPackage('pg', cause);
    });
    return new Connection(
      new pg.Pool({
        connectionString: url,
        max: connections,
        connectionTimeoutMillis: CONNECT_TIMEOUT,
        query_timeout: QUERY_TIMEOUT,
        keepAlive: true,
        application_name: 'nearfield',
      }),
      schema,
    );
  }

  query<Row extends QueryResultRow>(
    what: string,
    text: string,
    values: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> {
    return onDatabase(what, () => this.pool.query<Row>(text, [...values]));
  }

  /** Runs an action in a transaction; if it rejects, nothing of it stays. */
  async transaction<Result>(what: string, action: (client: PoolClient) => Promise<Result>): Promise<Result> {
    return onDatabase(what, async () => {
      const client = await this.pool.connect();
      let broken: Error | undefined;
      // An error of the connection rejects its query too; unheard, it would end the process.
      const onError = (error: Error): void => {
        broken = error;
      };
      client.on('error', onError);
      try {
        await client.query('begin');
        const result = await action(client);
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failed: Error) => {
          broken ??= failed;
        });
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    });
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** A name as part of a statement. */
export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

export const missingPackage = (name: string, cause: unknown): FoundationError =>
  new FoundationError({
    code: 'RUNTIME_NOT_AVAILABLE',
    message: `State in PostgreSQL needs the packages pg and graphile-worker; ${name} cannot be loaded. Install both beside this package: npm install pg graphile-worker@0.16`,
    cause,
  });

/** Runs an action on the database; failures become the contract's errors. */
export async function onDatabase<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    throw databaseError(what, error);
  }
}

function databaseError(what: string, cause: unknown): unknown {
  if (FoundationError.isInstance(cause) || !(cause instanceof Error)) return cause;
  const { code, severity } = cause as { code?: unknown; severity?: unknown };
  const state = typeof code === 'string' ? code : undefined;
  const isServers = severity !== undefined;
  const isConnection = /^E[A-Z_]+$/.test(state ?? '') || /timeout|terminated|connection/i.test(cause.message);
  if (isServers ? UNREACHABLE.test(state ?? '') : isConnection) {
    return new FoundationError({
      code: 'SERVICE_UNAVAILABLE',
      message: `The database of classifiers and batches cannot be reached now. Requests that need neither are answered. Try again in ${RETRY_AFTER} seconds.`,
      retryAfter: RETRY_AFTER,
      cause,
    });
  }
  if (!isServers) return cause;
  if (state === DISK_FULL) {
    return new FoundationError({
      code: 'STORAGE_QUOTA_EXCEEDED',
      message: `The database has no room to store ${what}. ${ROOM_ADVICE}`,
      cause,
    });
  }
  return new FoundationError({
    code: 'STORAGE_FAILED',
    message: `${what} cannot be read or written in the database (${state}: ${cause.message}). Check the rights of its user and the log of the database.`,
    cause,
  });
}
