import type { PostgresOptions } from '@nearfield/core/postgres';
import { FoundationError } from '@nearfield/spec';
import { type CommandContext, type OptionTable, type OptionValues, UsageError } from './command.ts';

/** Options of commands whose processes may share their state. */
export const DATABASE_OPTIONS = {
  database: {
    type: 'string',
    value: 'URL',
    help: 'keep classifiers and batches in PostgreSQL, for any\nnumber of servers; or the environment variable\nNEARFIELD_DATABASE; needs pg and graphile-worker',
  },
  'database-schema': { type: 'string', value: 'NAME', help: 'default nearfield' },
  'database-connections': { type: 'string', value: 'COUNT', help: 'of this process, at most; default 10' },
  'database-lease': {
    type: 'string',
    value: 'SECONDS',
    help: 'silence after which the other servers go on with\nthis one’s batches; default 30',
  },
} as const satisfies OptionTable;

/** Signs of life in a lease: some may be late. */
const HEARTBEATS = 6;

/** The database that the options or the environment name. @throws UsageError */
export function databaseOf(
  values: OptionValues<typeof DATABASE_OPTIONS>,
  env: CommandContext['env'],
): PostgresOptions | undefined {
  const url = values.database ?? env.NEARFIELD_DATABASE;
  const { 'database-schema': schema, 'database-connections': connections, 'database-lease': lease } = values;
  if (!url) {
    if (schema ?? connections ?? lease)
      throw new UsageError('--database-… options belong to --database URL.');
    return undefined;
  }
  const milliseconds = lease === undefined ? undefined : number('database-lease', lease) * 1000;
  return {
    url,
    schema,
    connections: connections === undefined ? undefined : number('database-connections', connections),
    ...(milliseconds !== undefined && { lease: milliseconds, heartbeat: milliseconds / HEARTBEATS }),
  };
}

function number(option: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} takes a whole number from 1; it is '${text}'.`);
}

/** The schema of the tables where no option names one. */
export const DEFAULT_SCHEMA = 'nearfield';

/** Connections for what the server itself keeps, callers' counts and webhooks; each statement is short. */
const SMALL_CONNECTIONS = 2;
/** Milliseconds for a connection, and for an answer. */
const SMALL_TIMEOUT = 2000;

/** Connections for what all servers share besides batches. @throws FoundationError RUNTIME_NOT_AVAILABLE if `pg` is missing */
export async function smallPool(url: string) {
  const { default: pg } = await import('pg').catch((cause: unknown) => {
    throw new FoundationError({
      code: 'RUNTIME_NOT_AVAILABLE',
      message: '--database needs the package pg: npm install pg',
      cause,
    });
  });
  const pool = new pg.Pool({
    connectionString: url,
    max: SMALL_CONNECTIONS,
    connectionTimeoutMillis: SMALL_TIMEOUT,
    query_timeout: SMALL_TIMEOUT,
    keepAlive: true,
    // They keep no thread alive that has nothing else to do.
    allowExitOnIdle: true,
    application_name: 'nearfield',
  });
  // A connection that breaks while it is idle: the pool replaces it.
  pool.on('error', () => {});
  return pool;
}
