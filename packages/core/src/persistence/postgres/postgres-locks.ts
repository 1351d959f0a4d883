import { BUSY, type Locks } from '@nearfield/spec/implement';
import { RealmLocks } from '@nearfield/storage';
import { delay } from '../../async/abort.ts';
import type { Connection } from './connection.ts';
import type { Membership, MembershipListener } from './membership.ts';

/** Milliseconds between two looks at a lock that another process holds: the first, and the most. */
const FIRST_LOOK = 10;
const MAX_LOOK = 250;

/** Locks among the processes of a database: rows that end with the holder's membership. */
export class PostgresLocks implements Locks, MembershipListener {
  readonly #connection: Connection;
  readonly #membership: Membership;
  /** Among the calls of this process, so that one of them at a time asks the database. */
  readonly #realm = new RealmLocks();
  /** Locks that could not be given back while the database was out of reach. */
  readonly #kept = new Set<string>();

  constructor(connection: Connection, membership: Membership) {
    this.#connection = connection;
    this.#membership = membership;
    membership.listen(this);
  }

  attempt<Result>(name: string, action: () => Promise<Result>): Promise<Result | typeof BUSY> {
    return this.#realm.attempt(name, async (): Promise<Result | typeof BUSY> => {
      const holder = await this.#take(name);
      return holder === undefined ? BUSY : this.#hold(name, holder, action);
    }) as Promise<Result | typeof BUSY>;
  }

  wait<Result>(name: string, action: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#realm.wait(
      name,
      async () => {
        for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 2, MAX_LOOK)) {
          signal?.throwIfAborted();
          const holder = await this.#take(name);
          if (holder !== undefined) return this.#hold(name, holder, action);
          await delay(pause, signal);
        }
      },
      signal,
    );
  }

  async onBeat(): Promise<void> {
    for (const kept of [...this.#kept]) {
      const { name, holder } = JSON.parse(kept) as { name: string; holder: string };
      await this.#giveBack(name, holder);
      this.#kept.delete(kept);
    }
  }

  onLost(): void {
    // The rows are gone with the membership.
    this.#kept.clear();
  }

  async onDied(): Promise<void> {
    // Their rows are gone: waiting processes find the locks free.
  }

  /** @returns the id under which the lock was granted; undefined if it is taken */
  async #take(name: string): Promise<string | undefined> {
    const id = await this.#membership.enter();
    await this.onBeat();
    const { quoted } = this.#connection;
    const { rowCount } = await this.#connection.query(
      `The lock of ${name}`,
      `insert into ${quoted}.lock (name, holder)
       select $1, id from ${quoted}.member where id = $2 for key share
       on conflict (name) do nothing`,
      [name, id],
    );
    return rowCount ? id : undefined;
  }

  async #hold<Result>(name: string, holder: string, action: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#membership.hold(holder, action);
    } finally {
      await this.#giveBack(name, holder).catch(() => this.#kept.add(JSON.stringify({ name, holder })));
    }
  }

  async #giveBack(name: string, holder: string): Promise<void> {
    await this.#connection.query(
      `The lock of ${name}`,
      `delete from ${this.#connection.quoted}.lock where name = $1 and holder = $2`,
      [name, holder],
    );
  }
}
