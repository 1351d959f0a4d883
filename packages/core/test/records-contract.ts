/** What records of every kind keep to. */
import { BUSY } from '@nearfield/spec/implement';
import { expect, it } from 'vitest';
import type { Records } from '../src/persistence/records.ts';

export interface RecordsUnderTest {
  /** Empty ones. */
  create: () => Records | Promise<Records>;
  /** Those that were created last, as another process sees them. Left out for records that end with their realm. */
  reopen?: (() => Records | Promise<Records>) | undefined;
}

export const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Defines the tests of one kind of records. */
export function itKeepsRecords({ create, reopen }: RecordsUnderTest): void {
  it('set aside what is not what its reader expects, keep it there, and say so', async () => {
    const records = await create();
    for (const [key, value] of [
      ['n/good', 1],
      ['n/bad', null],
      ['n/odd', { n: 1 }],
    ] as const) {
      await records.put(key, value);
    }
    const damaged = { code: 'RECORD_DAMAGED', param: 'n/bad', message: expect.stringContaining('bad') };
    await expect(records.get('n/bad', isNumber)).rejects.toMatchObject(damaged);
    // As often as it is asked for, whoever asks.
    await expect(((await reopen?.()) ?? records).get('n/bad', isNumber)).rejects.toMatchObject(damaged);
    expect(await records.get('n/good', isNumber)).toBe(1);
    expect(await records.keys('n/')).toEqual(['n/good', 'n/odd']);
    expect(await records.damaged()).toEqual(['n/bad']);
    if (reopen) expect(console.warn).toHaveBeenCalledTimes(1);

    // A new value takes its place; deleting it takes what was set aside too.
    expect(await records.update('n/bad', (n = 0) => n + 1, isNumber)).toBe(1);
    expect(await records.get('n/bad', isNumber)).toBe(1);
    expect(await records.update('n/odd', (n = 10) => n + 1, isNumber)).toBe(11);
    expect(await records.damaged()).toEqual(['n/bad', 'n/odd']);
    await records.delete('n/bad', 'n/odd');
    expect(await records.damaged()).toEqual([]);
    expect(await records.get('n/bad', isNumber)).toBeUndefined();
  });

  it('gives back what was put, vectors included, and nothing for other keys', async () => {
    const records = await create();
    const value = { name: 'ä', weights: Float32Array.of(1.5, -2), list: [1, null, 'x'] };
    await records.put('classifier/a', value);
    expect(await records.get('classifier/a')).toEqual(value);
    expect(await records.get('classifier/b')).toBeUndefined();
    expect(await records.get('classifier')).toBeUndefined();
  });

  it('keeps a value of its own', async () => {
    const records = await create();
    const value = { list: [1] };
    await records.put('a', value);
    value.list.push(2);
    const read = await records.get<typeof value>('a');
    read?.list.push(3);
    expect(await records.get('a')).toEqual({ list: [1] });
  });

  it('lists keys by their start, sorted, and deletes', async () => {
    const records = await create();
    for (const key of ['job/b', 'job/a/00000010', 'job/a/00000002', 'job/ab', 'other/x']) {
      await records.put(key, key);
    }
    expect(await records.keys('job/a/')).toEqual(['job/a/00000002', 'job/a/00000010']);
    expect(await records.keys('job/')).toEqual(['job/a/00000002', 'job/a/00000010', 'job/ab', 'job/b']);
    expect(await records.keys('none/')).toEqual([]);
    await records.delete('job/b', 'job/nobody', 'job/a/00000002');
    expect(await records.keys('job/')).toEqual(['job/a/00000010', 'job/ab']);
  });

  it('takes names of any characters', async () => {
    const records = await create();
    for (const name of ['..', '.', 'a b', 'ü%2F', '\\x', 'C:']) await records.put(`odd/${name}/v`, name);
    for (const name of ['a b', 'ü%2F', '\\x', 'C:']) {
      expect(await records.get(`odd/${name}/v`)).toBe(name);
      expect(await records.keys(`odd/${name}/`)).toEqual([`odd/${name}/v`]);
    }
  });

  it('loses no update among many at once', async () => {
    const records = await create();
    const other = (await reopen?.()) ?? records;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? records : other).update<number>('n', (n = 0) => n + 1),
      ),
    );
    expect(await records.get('n')).toBe(20);
  });

  it('leaves a value as it is where the change says so or fails', async () => {
    const records = await create();
    expect(await records.update('a', () => undefined)).toBeUndefined();
    expect(await records.keys('')).toEqual([]);
    await records.put('a', { n: 1 });
    expect(await records.update('a', () => undefined)).toEqual({ n: 1 });
    const failing = records.update('a', () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await records.get('a')).toEqual({ n: 1 });
  });

  it.runIf(reopen)('finds everything again after it was opened anew', async () => {
    await (await create()).put('a/b', new Map([[1, Uint8Array.of(7)]]));
    expect(await (await reopen?.())?.get('a/b')).toEqual(new Map([[1, Uint8Array.of(7)]]));
  });

  it('has locks that one holds at a time', async () => {
    const records = await create();
    const other = (await reopen?.()) ?? records;
    const order: string[] = [];
    let release = (): void => {};
    let entered = (): void => {};
    const held = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const first = records.locks.attempt('x', async () => {
      entered();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first');
      return 1;
    });
    await held;
    expect(await other.locks.attempt('x', async () => 2)).toBe(BUSY);
    expect(await other.locks.attempt('y', async () => 3)).toBe(3);
    const second = other.locks.wait('x', async () => order.push('second'));
    const given = AbortSignal.abort(new Error('given up'));
    await expect(other.locks.wait('x', async () => order.push('never'), given)).rejects.toThrow('given up');
    release();
    expect(await first).toBe(1);
    await second;
    expect(order).toEqual(['first', 'second']);
    expect(await records.locks.attempt('x', async () => 4)).toBe(4);
  });

  it('lets go of a lock whose action failed, and of a waiter that gave up', async () => {
    const { locks } = await create();
    await expect(locks.attempt('x', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    let release = (): void => {};
    let holder: Promise<void> = Promise.resolve();
    await new Promise<void>((entered) => {
      holder = locks.wait('x', () => {
        entered();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      });
    });
    expect(await locks.attempt('x', async () => 0)).toBe(BUSY);
    const controller = new AbortController();
    const waiter = locks.wait('x', async () => 'never', controller.signal);
    const last = locks.wait('x', async () => 'last');
    controller.abort(new Error('enough'));
    await expect(waiter).rejects.toThrow('enough');
    release();
    await holder;
    expect(await last).toBe('last');
  });
}
