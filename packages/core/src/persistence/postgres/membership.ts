import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { FoundationError } from '@nearfield/spec';
import type { Connection } from './connection.ts';

export interface MembershipOptions {
  /** Milliseconds between two signs of life. */
  heartbeat: number;
  /** Milliseconds without one, after which the others take a process for dead. */
  lease: number;
}

/** Listener for changes among the processes. */
export interface MembershipListener {
  /** Called after every sign of life, and once the database can be reached again. */
  onBeat(): Promise<void>;
  /** The others took this process for dead: what it held is theirs. It goes on under a new id. */
  onLost(): void;
  /** This process has found others dead, and freed their locks. */
  onDied(): Promise<void>;
}

/**
 * This process among those that share a database. Each has a row with its last sign of life. A row that is too old is
 * deleted by any of the others, and with it the locks that it held. Whoever writes under a lock shares its row with
 * that deletion, so that a process that was only frozen can write nothing any more under the locks that it has lost.
 *
 * A process judges others only after it has reached the database itself for a whole lease: after an outage of the
 * database every row is old.
 */
export class Membership {
  readonly #connection: Connection;
  readonly #options: MembershipOptions;
  readonly #listeners: MembershipListener[] = [];
  /** The id under which the running action holds its locks. */
  readonly #holding = new AsyncLocalStorage<string>();
  #id = randomUUID() as string;
  #isEntered = false;
  #entering: Promise<void> | undefined;
  #reachableSince: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  #beating: Promise<void> | undefined;

  constructor(connection: Connection, options: MembershipOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  get id(): string {
    return this.#id;
  }

  /** The id that writes of the running action depend on, if it holds a lock. */
  get holder(): string | undefined {
    return this.#holding.getStore();
  }

  listen(listener: MembershipListener): void {
    this.#listeners.push(listener);
  }

  /** Runs an action whose writes depend on this id. */
  hold<Result>(id: string, action: () => Promise<Result>): Promise<Result> {
    return this.#holding.run(id, action);
  }

  /** Makes sure that this process has a row. @returns its id */
  async enter(): Promise<string> {
    while (!this.#isEntered) {
      this.#entering ??= this.#enter().finally(() => {
        this.#entering = undefined;
      });
      await this.#entering;
    }
    return this.#id;
  }

  /** Shows the others that this process is gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#beating;
    if (!this.#isEntered) return;
    await this.#connection
      .query('The list of processes', `delete from ${this.#connection.quoted}.member where id = $1`, [
        this.#id,
      ])
      // The others find out.
      .catch(() => {});
  }

  async #enter(): Promise<void> {
    const { quoted } = this.#connection;
    await this.#connection.query(
      'The list of processes',
      `insert into ${quoted}.member (id) values ($1) on conflict (id) do update set seen_at = clock_timestamp()`,
      [this.#id],
    );
    this.#isEntered = true;
    this.#plan();
  }

  #plan(): void {
    if (this.#isClosed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#beating = this.#beat().finally(() => this.#plan());
    }, this.#options.heartbeat);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    try {
      if (!this.#isEntered) await this.enter();
      else await this.#refresh();
      const now = performance.now();
      this.#reachableSince ??= now;
      if (now - this.#reachableSince >= this.#options.lease) await this.#bury();
      await Promise.all(this.#listeners.map((listener) => listener.onBeat()));
    } catch {
      // The database cannot be reached: the next beat tries again.
      this.#reachableSince = undefined;
    }
  }

  async #refresh(): Promise<void> {
    const { quoted } = this.#connection;
    const { rowCount } = await this.#connection.query(
      'The list of processes',
      `update ${quoted}.member set seen_at = clock_timestamp() where id = $1`,
      [this.#id],
    );
    if (rowCount) return;
    this.#isEntered = false;
    this.#id = randomUUID();
    for (const listener of this.#listeners) listener.onLost();
    await this.enter();
  }

  /** Deletes the rows of the dead. Each of them is deleted by one process only. */
  async #bury(): Promise<void> {
    const { quoted } = this.#connection;
    const { rowCount } = await this.#connection.query(
      'The list of processes',
      `delete from ${quoted}.member
       where id <> $1 and seen_at < clock_timestamp() - $2 * interval '1 millisecond'`,
      [this.#id, this.#options.lease],
    );
    if (rowCount) await Promise.all(this.#listeners.map((listener) => listener.onDied()));
  }
}

/** A write under a lock that another process has taken over. */
export const lostLock = (key: string): FoundationError =>
  new FoundationError({
    code: 'CONFLICT_RESOURCE_BUSY',
    message: `${key} was not written: this process gave no sign of life for too long, and another one went on with its work.`,
    param: key,
  });
