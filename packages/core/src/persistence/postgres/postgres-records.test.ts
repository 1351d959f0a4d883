/* Against a real server. Two states of the same schema stand for two processes. */
import { PostgresServer } from '@nearfield/postgres-server';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { itKeepsRecords } from '../../../test/records-contract.ts';
import { type PostgresOptions, postgresState } from '../../postgres.ts';
import { type JobWorker, type StateStore, storeOf } from '../state-store.ts';

const HEARTBEAT = 50;
const LEASE = 1000;

let server: PostgresServer;
let admin: pg.Pool;
let schemas = 0;
const open = new Set<StateStore>();

const state = async (options: Partial<PostgresOptions> = {}): Promise<StateStore> => {
  const made = storeOf(
    await postgresState({
      url: server.url,
      schema: `s${schemas}`,
      heartbeat: HEARTBEAT,
      lease: LEASE,
      connections: 4,
      ...options,
    }),
  )!;
  open.add(made);
  return made;
};
const close = async (each: StateStore): Promise<void> => {
  open.delete(each);
  await each.close();
};
const fresh = (options?: Partial<PostgresOptions>): Promise<StateStore> => {
  schemas++;
  return state(options);
};
const count = async (table: string): Promise<number> => {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::int as count from s${schemas}${table}`,
  );
  return rows[0]!.count;
};

beforeAll(async () => {
  server = await PostgresServer.create();
  admin = new pg.Pool({ connectionString: server.url, max: 2 });
  admin.on('error', () => {});
});
afterAll(async () => {
  await admin.end();
  await server.remove();
});
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const each of [...open]) await close(each);
});

describe('records in PostgreSQL', () => {
  itKeepsRecords({
    create: async () => (await fresh()).records(),
    reopen: async () => (await state()).records(),
  });

  it('keep the bytes of what is damaged', async () => {
    const records = await (await fresh()).records();
    await records.put('job/a', 1);
    await admin.query(`update s${schemas}.record set value = '\\x00ff' where key = 'job/a'`);
    await expect(records.get('job/a')).rejects.toMatchObject({
      code: 'RECORD_DAMAGED',
      message: expect.stringContaining(`s${schemas}.damaged_record`),
    });
    const { rows } = await admin.query(`select key, value from s${schemas}.damaged_record`);
    expect(rows).toEqual([{ key: 'job/a', value: Buffer.from([0, 0xff]) }]);
    expect(await records.keys('')).toEqual([]);
  });

  it('are made once by processes that start together, and stay when they start again', async () => {
    const many = [await fresh(), ...(await Promise.all(Array.from({ length: 5 }, () => state())))];
    const [first, ...others] = await Promise.all(many.map((each) => each.records()));
    await first!.put('a', 'kept');
    for (const each of others) expect(await each.get('a')).toBe('kept');
    expect(await count('.migration')).toBe(1);
    await Promise.all(many.map(close));
    expect(await (await (await state()).records()).get('a')).toBe('kept');
    expect(await count('.migration')).toBe(1);
  });

  it('leave a schema of a later version alone', async () => {
    const first = await fresh();
    await (await first.records()).put('a', 1);
    await close(first);
    await admin.query(`insert into s${schemas}.migration (version, since) values (9, 9)`);
    await expect((await state()).records()).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('newer version'),
    });
    // One that only added something is no obstacle.
    await admin.query(`update s${schemas}.migration set since = 1 where version = 9`);
    expect(await (await (await state()).records()).get('a')).toBe(1);
  });

  it('use no more connections than they are given', async () => {
    const records = await (await fresh({ connections: 3 })).records();
    await Promise.all(Array.from({ length: 50 }, (_, index) => records.update(`k${index % 5}`, () => index)));
    const { rows } = await admin.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity where application_name = 'nearfield'`,
    );
    expect(rows[0]!.count).toBeLessThanOrEqual(3);
  });

  it('say that a database is out of reach, and go on when it is back', async () => {
    const records = await (await fresh()).records();
    await records.put('a', 1);
    await server.stop();
    const failed = { code: 'SERVICE_UNAVAILABLE', status: 503, retryAfter: expect.any(Number) };
    await expect(records.get('a')).rejects.toMatchObject(failed);
    await expect(records.put('a', 2)).rejects.toMatchObject(failed);
    await expect(records.update('a', () => 3)).rejects.toMatchObject(failed);
    await expect(records.locks.attempt('x', async () => 1)).rejects.toMatchObject(failed);
    await expect((await state()).records()).rejects.toMatchObject(failed);
    await server.start();
    expect(await records.get('a')).toBe(1);
    expect(await records.locks.attempt('x', async () => 1)).toBe(1);
  });

  it.each([
    ['url', { url: 'mysql://x' }],
    ['schema', { schema: 'a"b' }],
    ['connections', { connections: 1 }],
    ['lease', { heartbeat: 100, lease: 150 }],
  ])('refuse a wrong %s', async (param, options) => {
    await expect(state(options)).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param });
  });
});

describe('locks in PostgreSQL', () => {
  it('of a process that was taken for dead are free, and it can write nothing under them any more', async () => {
    const frozen = await (await fresh()).records();
    const other = await (await state()).records();
    const order: string[] = [];
    const run = frozen.locks.attempt('job', async () => {
      await frozen.put('page', 'mine');
      // Frozen for longer than a lease, as far as the others can tell.
      await admin.query(`delete from s${schemas}.member where id = (select holder from s${schemas}.lock)`);
      await other.locks.wait('job', async () => {
        await other.put('page', 'taken over');
        order.push('other');
      });
      const lost = { code: 'CONFLICT_RESOURCE_BUSY' };
      await expect(frozen.put('page', 'too late')).rejects.toMatchObject(lost);
      await expect(frozen.update('page', () => 'too late')).rejects.toMatchObject(lost);
      await expect(frozen.delete('page')).rejects.toMatchObject(lost);
      order.push('frozen');
    });
    await run;
    expect(order).toEqual(['other', 'frozen']);
    expect(await frozen.get('page')).toBe('taken over');
    // It goes on as a new member.
    await expect.poll(() => frozen.locks.attempt('job', async () => 'again')).toBe('again');
    expect(await frozen.locks.attempt('job', async () => frozen.put('page', 'new'))).toBeUndefined();
    expect(await other.get('page')).toBe('new');
  });

  it('of a process that gives no sign of life are free after a lease', async () => {
    const other = await (await fresh()).records();
    await other.locks.attempt('any', async () => {});
    await admin.query(
      `insert into s${schemas}.member (id, seen_at) values ('dead', now() - interval '1 day')`,
    );
    await admin.query(`insert into s${schemas}.lock (name, holder) values ('job', 'dead')`);
    expect(await other.locks.wait('job', async () => 'mine')).toBe('mine');
    expect(await count('.member')).toBe(1);
  });
});

describe('the queue in PostgreSQL', () => {
  /** Takes jobs, and ends them when it is told to. */
  class Worker implements JobWorker {
    readonly began: string[] = [];
    readonly #ends = new Map<string, () => void>();
    run(id: string, signal: AbortSignal): Promise<void> {
      this.began.push(id);
      return new Promise((resolve, reject) => {
        this.#ends.set(id, resolve);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    async resume(): Promise<void> {}
    end(id: string): void {
      this.#ends.get(id)!();
    }
  }

  it('gives each job to one process, and those of one that closes to another', async () => {
    const states = [await fresh(), await state()];
    const workers = [new Worker(), new Worker()];
    await Promise.all(states.map((each) => each.records()));
    for (const [index, each] of states.entries()) each.jobs.work(workers[index]!);
    const began = (): string[] => workers.flatMap((worker) => worker.began).sort();
    // As often as they are added.
    for (let round = 0; round < 3; round++) {
      for (const [index, id] of ['a', 'b', 'c'].entries()) await states[index % 2]!.jobs.add(id);
    }
    await expect.poll(began).toEqual(['a', 'b']);
    expect(workers.map((worker) => worker.began.length)).toEqual([1, 1]);
    expect(await count('_jobs.jobs')).toBe(3);
    const [first] = workers[0]!.began;
    workers[0]!.end(first!);
    await expect.poll(began).toEqual(['a', 'b', 'c']);
    // The first one has the third job now, and closes.
    await close(states[0]!);
    const [second] = workers[1]!.began;
    workers[1]!.end(second!);
    await expect.poll(() => workers[1]!.began).toEqual([second, 'c']);
    workers[1]!.end('c');
    await expect.poll(() => count('_jobs.jobs')).toBe(0);
    expect(began()).toEqual(['a', 'b', 'c', 'c']);
  });

  it('adds what it could not add while the database was out of reach', async () => {
    const one = await fresh();
    await one.records();
    const worker = new Worker();
    await server.stop();
    await one.jobs.add('late');
    await server.start();
    await expect.poll(() => count('_jobs.jobs')).toBe(1);
    one.jobs.work(worker);
    await expect.poll(() => worker.began).toEqual(['late']);
    // It outlives its worker's connections too.
    await server.stop();
    await server.start();
    worker.end('late');
    await one.jobs.add('next');
    await expect.poll(() => worker.began.includes('next')).toBe(true);
    worker.end('next');
  });
});
