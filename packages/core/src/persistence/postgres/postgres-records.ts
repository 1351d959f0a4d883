import { deserialize, serialize } from 'node:v8';
import type { PoolClient } from 'pg';
import { isDamage, recordDamaged, warnOfDamage } from '../record-errors.ts';
import type { IsSound, Records } from '../records.ts';
import type { Connection } from './connection.ts';
import { lostLock, type Membership } from './membership.ts';
import type { PostgresLocks } from './postgres-locks.ts';

/** After every other character, in the order of bytes. */
const LAST = '\u{10FFFF}';

type Query = (text: string, values: unknown[]) => Promise<{ rowCount: number | null }>;

/** Records in a table. Writes under a lock are refused once another process has taken the lock over. */
export class PostgresRecords implements Records {
  readonly kind = 'postgresql';
  readonly locks: PostgresLocks;
  readonly #connection: Connection;
  readonly #membership: Membership;

  constructor(connection: Connection, membership: Membership, locks: PostgresLocks) {
    this.#connection = connection;
    this.#membership = membership;
    this.locks = locks;
  }

  async get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined> {
    const { rows } = await this.#connection.query<{ value: Buffer | null; aside: boolean }>(
      key,
      `select (select value from ${this.#record} where key = $1) as value,
         exists (select from ${this.#damaged} where key = $1) as aside`,
      [key],
    );
    const { value: bytes, aside } = rows[0]!;
    if (!bytes) {
      if (aside) throw this.#isDamaged(key);
      return undefined;
    }
    const read = readValue<Value>(bytes, isSound);
    if (read.isSound) return read.value;
    await this.#connection.transaction(key, (client) => this.#setAside(client, key, bytes));
    const error = this.#isDamaged(key, read.cause);
    if (isDamage(error)) warnOfDamage(error);
    throw error;
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.#put((text, values) => this.#connection.query(key, text, values), key, value);
  }

  update<Value>(
    key: string,
    change: (value: Value | undefined) => Value | undefined,
    isSound?: IsSound<Value>,
  ): Promise<Value | undefined> {
    return this.#connection.transaction(key, async (client) => {
      // A row that does not exist yet cannot be locked.
      await client.query('select pg_advisory_xact_lock(hashtextextended($1, 1))', [
        `${this.#connection.schema}/${key}`,
      ]);
      const { rows } = await client.query<{ value: Buffer }>(
        `select value from ${this.#record} where key = $1 for update`,
        [key],
      );
      const bytes = rows[0]?.value;
      const read = bytes && readValue<Value>(bytes, isSound);
      if (read && !read.isSound) await this.#setAside(client, key, bytes);
      const before = read?.isSound ? read.value : undefined;
      const after = change(before);
      if (after === undefined || after === before) return before;
      await this.#put((text, values) => client.query(text, values), key, after);
      return after;
    });
  }

  async delete(...keys: string[]): Promise<void> {
    const { holder } = this.#membership;
    const { rows } = await this.#connection.query<{ allowed: boolean }>(
      keys[0] ?? 'records',
      `with fence as materialized (${this.#fence('$2')}),
         gone as (delete from ${this.#record} where key = any($1) and exists (select from fence)),
         aside as (delete from ${this.#damaged} where key = any($1) and exists (select from fence))
       select exists (select from fence) as allowed`,
      [keys, holder ?? null],
    );
    if (!rows[0]!.allowed) throw lostLock(keys[0] ?? 'records');
  }

  async keys(prefix: string): Promise<string[]> {
    const { rows } = await this.#connection.query<{ key: string }>(
      `The list of ${prefix || 'records'}`,
      `select key from ${this.#record} where key >= $1 and key < $2 and starts_with(key, $1)`,
      [prefix, prefix + LAST],
    );
    return rows.map(({ key }) => key).sort();
  }

  async damaged(): Promise<string[]> {
    const { rows } = await this.#connection.query<{ key: string }>(
      'The list of damaged records',
      `select key from ${this.#damaged}`,
    );
    return rows.map(({ key }) => key).sort();
  }

  get #record(): string {
    return `${this.#connection.quoted}.record`;
  }

  get #damaged(): string {
    return `${this.#connection.quoted}.damaged_record`;
  }

  /** One row, unless the holder of the lock under which this happens is taken for dead. */
  #fence(parameter: string): string {
    const { quoted } = this.#connection;
    return this.#membership.holder === undefined
      ? `select 1 where ${parameter}::text is null`
      : `select 1 from ${quoted}.member where id = ${parameter} for key share`;
  }

  async #put(query: Query, key: string, value: unknown): Promise<void> {
    const { rowCount } = await query(
      `with fence as materialized (${this.#fence('$3')})
       insert into ${this.#record} (key, value) select $1, $2 from fence
       on conflict (key) do update set value = excluded.value, updated_at = now()`,
      [key, serialize(value), this.#membership.holder ?? null],
    );
    if (!rowCount) throw lostLock(key);
  }

  /** Moves a value aside, over an earlier one of this key, unless it has been replaced meanwhile. */
  async #setAside(client: PoolClient, key: string, bytes: Buffer): Promise<void> {
    await client.query(
      `with gone as (delete from ${this.#record} where key = $1 and value = $2 returning key, value)
       insert into ${this.#damaged} (key, value) select key, value from gone
       on conflict (key) do update set value = excluded.value, set_aside_at = now()`,
      [key, bytes],
    );
  }

  #isDamaged(key: string, cause?: unknown): Error {
    return recordDamaged(key, `the table ${this.#connection.schema}.damaged_record`, cause);
  }
}

/** A stored value, if it is what its reader expects. */
function readValue<Value>(
  bytes: Buffer,
  isSound: IsSound<Value> | undefined,
): { isSound: true; value: Value } | { isSound: false; cause?: unknown } {
  try {
    const value: unknown = deserialize(bytes);
    return !isSound || isSound(value) ? { isSound: true, value: value as Value } : { isSound: false };
  } catch (cause) {
    return { isSound: false, cause };
  }
}
