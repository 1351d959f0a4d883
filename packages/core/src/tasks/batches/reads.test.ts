import { type BatchStatus, type EmbeddingsResponse, findModel } from '@nearfield/spec';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryRecords } from '../../persistence/memory-records.ts';
import type { IsSound } from '../../persistence/records.ts';
import { Batches, type BatchesOptions } from './batches.ts';
import { inputKey, type JobRecord, jobKey, LIFETIME, REMEMBERED, resultKey } from './job.ts';

const MODEL = 'all-MiniLM-L6-v2';
const NOW = Date.UTC(2026, 0, 2);
const entry = findModel(MODEL)!;
const defaults = { task: null, dimensions: null, normalized: true };

/** Counts what is read. */
class CountingRecords extends MemoryRecords {
  readonly reads: string[] = [];
  lists = 0;

  override get<Value>(key: string, isSound?: IsSound<Value>): Promise<Value | undefined> {
    this.reads.push(key);
    return super.get(key, isSound);
  }

  override keys(prefix: string): Promise<string[]> {
    this.lists++;
    return super.keys(prefix);
  }

  /** Jobs and pages that were read since the last time. */
  taken(): string[] {
    this.lists = 0;
    return this.reads.splice(0);
  }
}

const open: Batches[] = [];
function create(records: MemoryRecords, options: Partial<BatchesOptions> = {}): Batches {
  const batches = new Batches({
    records: async () => records,
    retryDelay: 0,
    now: () => NOW,
    answer: async ({ request }) =>
      ({
        model: request.model,
        object: 'list',
        usage: { total_tokens: 1, prompt_tokens: 1 },
        data: [{ object: 'embedding', index: 0, embedding: Float32Array.of(1) }],
      }) as EmbeddingsResponse,
    ...options,
  });
  open.push(batches);
  return batches;
}
beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((batches) => batches.close()));
  vi.restoreAllMocks();
});

const finished = (id: string, createdAt: number): JobRecord => ({
  id,
  model: MODEL,
  entry,
  defaults,
  state: 'completed',
  createdAt,
  endedAt: createdAt + 1,
  pages: 1,
  total: 1,
  counts: { completed: 1, failed: 0, total_tokens: 1 },
  attempts: 0,
});

/** A finished job as it is stored. */
async function store(records: MemoryRecords, id: string, createdAt = NOW - 1000): Promise<void> {
  await records.put(jobKey(id), finished(id, createdAt));
  await records.put(resultKey(id, 0), {
    succeeded: [{ custom_id: '1', response: null, error: null }],
    failed: [],
    counts: finished(id, 0).counts,
  });
}

const make = (batches: Batches, id: string): Promise<BatchStatus> =>
  batches.create({
    id,
    model: MODEL,
    entry,
    defaults,
    source: { kind: 'lines', lines: [JSON.stringify({ body: { input: 'x' } })] },
  });

const settled = async (batches: Batches, id: string): Promise<BatchStatus> => {
  await batches.settle();
  return batches.get(id);
};

describe('what is read for a call', () => {
  it('is what the call is about, however many jobs there are', async () => {
    const records = new CountingRecords();
    for (let job = 0; job < 500; job++) await store(records, `old-${job}`, NOW - 1000 - job);
    const batches = create(records);
    await batches.get('old-7');
    // Once, to go on with what was left unfinished.
    expect(records.taken().length).toBeLessThanOrEqual(502);

    await batches.get('old-7');
    expect(records.lists).toBe(0);
    expect(records.taken()).toEqual([jobKey('old-7')]);

    expect((await batches.list(20)).map(({ batch_id: id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, job) => `old-${job}`),
    );
    expect(records.lists).toBe(1);
    expect(records.taken()).toHaveLength(20);

    expect((await batches.lines('old-3', 'succeeded', 0)).lines).toHaveLength(1);
    expect(records.taken()).toEqual([jobKey('old-3'), resultKey('old-3', 0)]);

    await make(batches, 'new');
    await settled(batches, 'new');
    // Its own record, some times, and its one page.
    const read = records.taken();
    expect(read.filter((key) => key !== jobKey('new'))).toEqual([inputKey('new', 0)]);
    expect(read.length).toBeLessThan(12);
  });

  it('finds what another process made: at once in a list or by its id, and after a while by itself', async () => {
    let time = NOW;
    const records = new CountingRecords();
    const batches = create(records, { now: () => time });
    expect(await batches.list(5)).toEqual([]);
    await store(records, 'theirs');
    expect(await batches.list(5)).toMatchObject([{ batch_id: 'theirs' }]);
    await records.put(jobKey('left'), { ...finished('left', NOW), state: 'pending' });
    await records.put(inputKey('left', 0), [JSON.stringify({ body: { input: 'x' } })]);
    await batches.get('theirs');
    await batches.settle();
    expect(await records.get(jobKey('left'))).toMatchObject({ state: 'pending' });
    time += 61_000;
    await batches.settle();
    expect(await records.get(jobKey('left'))).toMatchObject({ state: 'completed' });
  });

  it('expires and forgets jobs on time, without being asked about them', async () => {
    let time = NOW;
    const records = new CountingRecords();
    for (let job = 0; job < 20; job++) await store(records, `old-${job}`, NOW - job * 1000);
    const batches = create(records, { now: () => time });
    await batches.get('old-0');
    records.taken();
    time = NOW + LIFETIME - 5000;
    await batches.get('old-0');
    expect((await records.keys('batch-result/')).length).toBe(5);
    // Those that were due, and the one that was asked for.
    expect(new Set(records.taken()).size).toBe(16);
    time = NOW + REMEMBERED - 5000;
    await batches.list(1);
    expect(await records.keys('batch/')).toHaveLength(5);
  });
});

describe('damaged records', () => {
  const damages: [string, unknown][] = [
    ['null', null],
    ['a string', 'x'],
    ['a time that is none', { ...finished('bad', NOW), createdAt: Number.NaN }],
    ['a time beyond all dates', { ...finished('bad', NOW), createdAt: 1e300 }],
    ['a state that is none', { ...finished('bad', NOW), state: 'odd' }],
    ['no counts', { ...finished('bad', NOW), counts: undefined }],
    ['no id', { ...finished('bad', NOW), id: undefined }],
  ];

  it.each(damages)('leave other jobs alone: %s', async (_, value) => {
    const records = new MemoryRecords();
    await store(records, 'good');
    await records.put(jobKey('bad'), value);
    await records.put(inputKey('bad', 0), ['a']);
    const batches = create(records);
    expect(await batches.list(10)).toMatchObject([{ batch_id: 'good' }]);
    await make(batches, 'new');
    expect(await settled(batches, 'new')).toMatchObject({ status: 'completed' });
    await expect(batches.get('bad')).rejects.toMatchObject({
      code: 'RECORD_DAMAGED',
      message: expect.stringContaining('The stored data of bad is damaged'),
    });
    expect(await records.damaged()).toEqual([jobKey('bad')]);
    // What is left is kept until somebody says that it may go.
    expect(await records.keys('batch-input/')).toEqual([inputKey('bad', 0)]);
    expect(await batches.cancel('bad')).toMatchObject({ batch_id: 'bad', status: 'cancelled' });
    expect(await records.damaged()).toEqual([]);
    expect(await records.keys('batch-input/')).toEqual([]);
    await expect(batches.get('bad')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('end the job whose page they are, and say so', async () => {
    const records = new MemoryRecords();
    await records.put(jobKey('cut'), { ...finished('cut', NOW), state: 'pending', pages: 1 });
    await records.put(inputKey('cut', 0), 'not a page');
    const batches = create(records);
    await make(batches, 'new');
    expect(await settled(batches, 'cut')).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('damaged and was set aside'),
    });
    expect(await batches.get('new')).toMatchObject({ status: 'completed' });
  });

  it('of results are named, and do not end the reading of other jobs', async () => {
    const records = new MemoryRecords();
    await store(records, 'good');
    await store(records, 'cut');
    await records.put(resultKey('cut', 0), { succeeded: 'x' });
    const batches = create(records);
    await expect(batches.lines('cut', 'succeeded', 0)).rejects.toMatchObject({ code: 'RECORD_DAMAGED' });
    expect((await batches.lines('good', 'succeeded', 0)).lines).toHaveLength(1);
    expect(await batches.get('cut')).toMatchObject({ status: 'completed' });
  });

  it('are told apart from those of a newer version, which stay where they are', async () => {
    const records = new MemoryRecords();
    await store(records, 'good');
    const later = { format: 2, something: 'else' };
    await records.put(jobKey('later'), later);
    const batches = create(records);
    expect(await batches.list(10)).toMatchObject([{ batch_id: 'good' }]);
    await expect(batches.get('later')).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('newer version'),
    });
    expect(await records.get(jobKey('later'))).toEqual(later);
    expect(await records.damaged()).toEqual([]);
  });
});

describe('where records are kept', () => {
  it('is said by a job that is kept in memory only, and not by others', async () => {
    const reason = 'IndexedDB cannot be used.';
    const batches = create(new MemoryRecords(reason));
    expect(await make(batches, 'a')).toMatchObject({ nearfield: { kept: 'memory', reason } });
    expect(await batches.list(1)).toMatchObject([{ nearfield: { kept: 'memory', reason } }]);
    expect(await make(create(new MemoryRecords()), 'b')).not.toHaveProperty('nearfield');
  });

  it('is written into a record with the version of its format', async () => {
    const records = new MemoryRecords();
    await make(create(records), 'a');
    expect(await records.get(jobKey('a'))).toMatchObject({ format: 1 });
  });
});
