/**
 * State of several Node processes in one PostgreSQL database: trained classifiers, batches with their lines and
 * results, and the queue of batches. The processes are one service, whichever of them is asked.
 *
 * Needs the packages `pg` and `graphile-worker` (optional peer dependencies), and PostgreSQL 12 or later.
 *
 * @module
 */
import { FoundationError } from '@nearfield/spec';
import { Connection } from './persistence/postgres/connection.ts';
import { Membership } from './persistence/postgres/membership.ts';
import { migrate } from './persistence/postgres/migrations.ts';
import { PostgresLocks } from './persistence/postgres/postgres-locks.ts';
import { PostgresQueue } from './persistence/postgres/postgres-queue.ts';
import { PostgresRecords } from './persistence/postgres/postgres-records.ts';
import type { Records } from './persistence/records.ts';
import type { SharedState } from './persistence/shared-state.ts';
import type { StateStore } from './persistence/state-store.ts';

export type { SharedState } from './persistence/shared-state.ts';

/** Options of `postgresState()`. */
export interface PostgresOptions {
  /** Such as `postgres://user:password@host:5432/database`. Parameters such as `sslmode` are those of `pg`. */
  url: string;
  /**
   * Schema of the tables, made if it does not exist. The queue has a schema of its own: this name and `_jobs`.
   *
   * @default 'nearfield'
   */
  schema?: string | undefined;
  /**
   * Maximum number of connections of this process. One of them waits for jobs.
   *
   * @default 10
   */
  connections?: number | undefined;
  /**
   * Whether this process runs batches. One that does not still makes, lists and cancels them.
   *
   * @default true
   */
  runsBatches?: boolean | undefined;
  /**
   * Milliseconds between two signs of life of this process.
   *
   * @default 5000
   */
  heartbeat?: number | undefined;
  /**
   * Milliseconds without a sign of life, after which other processes go on with what this one was doing. The same for
   * all processes.
   *
   * @default 30000
   */
  lease?: number | undefined;
}

/** Milliseconds between two looks for jobs that are to be tried again; new ones announce themselves. */
const MAX_POLL_INTERVAL = 2000;
const NAME = /^[a-z_][a-z0-9_]{0,57}$/;

/**
 * State in PostgreSQL, for `createNodeFoundation({ state })`, which closes it. Connects when it is first needed, again
 * after every outage, and makes its tables: several processes may start together.
 *
 * @example
 * const foundation = createNodeFoundation({ state: await postgresState({ url: process.env.DATABASE_URL }) });
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED; RUNTIME_NOT_AVAILABLE if a package is missing
 */
export async function postgresState({
  url,
  schema = 'nearfield',
  connections = 10,
  runsBatches = true,
  heartbeat = 5000,
  lease = 30_000,
}: PostgresOptions): Promise<SharedState> {
  check('url', /^postgres(ql)?:\/\//.test(url), 'An address begins with postgres://.');
  check('schema', NAME.test(schema), 'A schema has up to 58 small letters, digits and underscores.');
  check(
    'connections',
    Number.isInteger(connections) && connections >= 2,
    'At least 2 connections are needed.',
  );
  check('lease', heartbeat > 0 && lease >= 2 * heartbeat, 'A lease is at least two heartbeats long.');

  const connection = await Connection.create(url, schema, connections);
  const membership = new Membership(connection, { heartbeat, lease });
  const records = new PostgresRecords(connection, membership, new PostgresLocks(connection, membership));
  let opened: Promise<Records> | undefined;
  const open = (): Promise<Records> => {
    opened ??= (async () => {
      await migrate(connection, () => jobs.migrate());
      await membership.enter();
      return records;
    })().catch((error: unknown) => {
      // The next call tries again.
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const jobs = await PostgresQueue.create(connection, membership, open, {
    works: runsBatches,
    pollInterval: Math.min(MAX_POLL_INTERVAL, heartbeat),
  });
  const store: StateStore = {
    records: open,
    jobs,
    close: async () => {
      await jobs.close();
      await membership.close();
      await connection.close();
    },
  };
  return store;
}

function check(param: string, isRight: boolean, message: string): void {
  if (!isRight) throw new FoundationError({ code: 'INPUT_VALIDATION_FAILED', message, param });
}
