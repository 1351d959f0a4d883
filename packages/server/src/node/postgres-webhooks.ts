import type { Webhook, WebhookStore } from '../webhooks.ts';
import { DUPLICATES } from './postgres-windows.ts';

/** The part of `pg`'s `Pool` in use. */
interface RowPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Milliseconds between two looks. */
const LOOK_EVERY = 2000;
/** Calls that one server takes at a time. */
const MOST_CLAIMED = 20;

/** Keeps calls of webhooks in PostgreSQL, for all servers of a database: whichever is free makes them. */
export class PostgresWebhooks implements WebhookStore {
  readonly lookEvery = LOOK_EVERY;
  readonly #pool: RowPool;
  readonly #schema: string;
  readonly #table: string;
  #made: Promise<void> | undefined;

  constructor({ pool, schema }: { pool: RowPool; schema: string }) {
    this.#pool = pool;
    this.#schema = schema;
    this.#table = `"${schema}"."webhook"`;
  }

  async put({ id, due, ...rest }: Webhook): Promise<void> {
    await this.#ready();
    await this.#pool.query(
      `insert into ${this.#table} (id, due, webhook) values ($1, $2, $3)
       on conflict (id) do update set due = excluded.due, webhook = excluded.webhook`,
      [id, due, JSON.stringify(rest)],
    );
  }

  async claim(now: number, until: number): Promise<{ due: Webhook[]; kept: number }> {
    await this.#ready();
    const { rows } = await this.#pool.query(
      `update ${this.#table} set due = $2 where id in (
         select id from ${this.#table} where due <= $1 order by due limit ${MOST_CLAIMED} for update skip locked
       ) returning id, webhook`,
      [now, until],
    );
    const due = (rows as { id: string; webhook: Omit<Webhook, 'id' | 'due'> }[]).map(({ id, webhook }) => ({
      ...webhook,
      id,
      due: until,
    }));
    const { rows: counted } = await this.#pool.query(`select 1 from ${this.#table} limit 1`);
    return { due, kept: counted.length };
  }

  async delete(id: string): Promise<void> {
    await this.#ready();
    await this.#pool.query(`delete from ${this.#table} where id = $1`, [id]);
  }

  async #ready(): Promise<void> {
    this.#made ??= this.#make().catch((error: unknown) => {
      // The next call tries again.
      this.#made = undefined;
      throw error;
    });
    await this.#made;
  }

  async #make(): Promise<void> {
    for (const statement of [
      `create schema if not exists "${this.#schema}"`,
      `create table if not exists ${this.#table} (id text primary key, due bigint not null, webhook jsonb not null)`,
    ]) {
      // Servers that start together make it together; PostgreSQL lets one of them win, by an error for the others.
      await this.#pool.query(statement).catch((error: unknown) => {
        if (!DUPLICATES.has((error as { code?: unknown }).code)) throw error;
      });
    }
  }
}
