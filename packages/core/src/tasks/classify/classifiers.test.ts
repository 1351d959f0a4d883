import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FoundationError } from '@nearfield/spec';
import { learn } from '@nearfield/spec/implement';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { rejection } from '../../../test/rejection.ts';
import { temporaryDirectory } from '../../../test/temporary-directory.ts';
import type { Engine } from '../../engine/engine.ts';
import { FileRecords } from '../../persistence/file-records.ts';
import { MemoryRecords } from '../../persistence/memory-records.ts';
import { type ClassifierRecord, Classifiers } from './classifiers.ts';
import { train } from './train.ts';

const role = { task: null, prompt: '' };
const at = '2026-01-02T03:04:05.000Z';

async function recordOf(id: string, labels: string[], vectors: Float32Array): Promise<ClassifierRecord> {
  const columns = vectors.length / labels.length;
  const weights = await learn({ labels: [], columns, values: new Float32Array(0) }, vectors, labels, {
    passes: 10,
    seed: 0,
  });
  return {
    id,
    model: 'm',
    role,
    access: 'private',
    weights,
    examples: labels.length,
    createdAt: at,
    updatedAt: at,
    updates: 0,
    lastCall: { id: `call-${id}`, response: { classifier_id: id, num_samples: labels.length } },
  };
}
const simple = (id: string) => recordOf(id, ['a', 'b'], Float32Array.of(1, 0, 0, 1));

const directory = temporaryDirectory('classifiers');

describe('Classifiers', () => {
  const create = (limits = {}) => {
    const records = new MemoryRecords();
    return new Classifiers(async () => records, limits);
  };

  it('lists what it keeps with the fields of the API', async () => {
    const classifiers = create();
    await classifiers.add(await simple('one'));
    await classifiers.used('one');
    await classifiers.used('one');
    const [summary, ...others] = await classifiers.list();
    expect(others).toEqual([]);
    expect(summary).toEqual({
      classifier_id: 'one',
      user_id: '00000000-0000-0000-0000-000000000000',
      model: 'm',
      labels: ['a', 'b'],
      access: 'private',
      updated_number: 0,
      used_number: 2,
      created_at: at,
      updated_at: at,
      used_at: expect.stringMatching(/^\d{4}-.*Z$/),
      is_active: true,
      is_latest: true,
      metadata_: { num_samples: 2, dimensions: 2 },
    });
  });

  it('does not know what is not there, whatever its name', async () => {
    const classifiers = create();
    for (const id of ['nobody', '', '../../etc', 'a/b', 'x'.repeat(200), '\u0000']) {
      for (const call of [classifiers.get(id), classifiers.delete(id), classifiers.export(id)]) {
        expect(await rejection(call)).toMatchObject({ code: 'RESOURCE_NOT_FOUND', status: 404 });
      }
    }
  });

  it('changes one classifier for one call at a time', async () => {
    const classifiers = create();
    await classifiers.add(await simple('one'));
    let release = (): void => {};
    const entered = new Promise<void>((resolve) => {
      const first = classifiers.modify('one', async (record) => {
        resolve();
        await new Promise<void>((done) => {
          release = done;
        });
        return { ...record, updates: 1 };
      });
      first.catch(() => {});
    });
    await entered;
    const busy = { code: 'CONFLICT_RESOURCE_BUSY', status: 409, retryable: true };
    expect(await rejection(classifiers.modify('one', async (record) => record))).toMatchObject(busy);
    expect(await rejection(classifiers.delete('one'))).toMatchObject(busy);
    expect(await rejection(classifiers.import(await classifiers.export('one'), role))).toMatchObject(busy);
    // Reading goes on with what was there before.
    expect((await classifiers.get('one')).updates).toBe(0);
    release();
    await expect.poll(async () => (await classifiers.get('one')).updates).toBe(1);
    expect(await classifiers.delete('one')).toMatchObject({ classifier_id: 'one' });
    expect(await classifiers.list()).toEqual([]);
  });

  it('stays as it was when a change fails', async () => {
    const classifiers = create();
    await classifiers.add(await simple('one'));
    const before = await classifiers.export('one');
    await rejection(
      classifiers.modify('one', async (record) => {
        record.weights.values.fill(0);
        record.updates = 9;
        throw new Error('The device was lost.');
      }),
    );
    expect(await classifiers.export('one')).toEqual(before);
  });

  it('holds its limits, also against calls that come together', async () => {
    const classifiers = create({ classifiers: 3, labels: 2 });
    const added = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e'].map(async (id) => classifiers.add(await simple(id))),
    );
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await classifiers.list()).toHaveLength(3);
    expect(await rejection(classifiers.add(await simple('f')))).toMatchObject({
      code: 'AUTHZ_RESOURCE_LIMIT_EXCEEDED',
      status: 403,
    });
    expect(() => classifiers.requireLabels(['a', 'b', 'a'])).not.toThrow();
    expect(() => classifiers.requireLabels(['a', 'b', 'c'])).toThrow(/3 labels, maximum 2/);
  });

  it('imports what it exported, in its own place or elsewhere', async () => {
    const [here, there] = [create({ classifiers: 1 }), create({ classifiers: 1 })];
    await here.add(await simple('one'));
    await here.used('one');
    const exported = JSON.parse(JSON.stringify(await here.export('one')));
    expect(await there.import(exported, role)).toEqual(exported.classifier);
    expect(await there.export('one')).toEqual(exported);
    // At the limit it may still replace itself, but not come as another.
    await here.import(exported, role);
    const other = { ...exported, classifier: { ...exported.classifier, classifier_id: 'two' } };
    expect(await rejection(here.import(other, role))).toMatchObject({
      code: 'AUTHZ_RESOURCE_LIMIT_EXCEEDED',
    });
  });

  it.each([
    ['weights', (exported) => ({ ...exported, columns: 3 })],
    ['weights', (exported) => ({ ...exported, weights: 'AAAAAA==' })],
    [undefined, (exported) => ({ ...exported, weights: '§' })],
    ['weights', (exported) => ({ ...exported, columns: 1, weights: 'AADAfwAAgD8=' })],
    [
      'classifier.labels',
      (exported) => ({ ...exported, classifier: { ...exported.classifier, labels: ['a', 'a'] } }),
    ],
    [
      'classifier.labels',
      (exported) => ({ ...exported, classifier: { ...exported.classifier, labels: [] } }),
    ],
    [
      'classifier.classifier_id',
      (exported) => ({ ...exported, classifier: { ...exported.classifier, classifier_id: '../x' } }),
    ],
  ] as [string | undefined, (exported: Awaited<ReturnType<Classifiers['export']>>) => typeof exported][])(
    'refuses an import whose %s does not fit',
    async (param, change) => {
      const classifiers = create();
      await classifiers.add(await simple('one'));
      const error = await rejection(classifiers.import(change(await classifiers.export('one')), role));
      expect(FoundationError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
      expect(error.param).toBe(param);
    },
  );

  it('keeps weights to the bit, in files, through export and import and another process', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }), {
          minLength: 2,
          maxLength: 5,
        }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(),
        async (labels, columns, seed) => {
          const path = join(directory, String(run++));
          const open = () => {
            const records = new FileRecords(path);
            return new Classifiers(async () => records);
          };
          const vectors = Float32Array.from({ length: labels.length * columns }, (_, index) =>
            Math.fround(Math.sin((index + 1) * (seed + 1))),
          );
          const record = await recordOf('id-1', labels, vectors);
          await open().add(record);
          const exported = await open().export('id-1');
          expect((await open().get('id-1')).weights).toEqual(record.weights);
          await open().delete('id-1');
          await open().import(JSON.parse(JSON.stringify(exported)), role);
          expect((await open().get('id-1')).weights).toEqual(record.weights);
          expect(await open().export('id-1')).toEqual(exported);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('answers a call that is sent again instead of doing it twice', async () => {
    const classifiers = create();
    await classifiers.add(await simple('one'));
    expect(await classifiers.madeBy('one', 'call-one')).toMatchObject({ id: 'one' });
    expect(await classifiers.madeBy('one', 'call-two')).toBeUndefined();
    expect(await classifiers.madeBy('two', 'call-one')).toBeUndefined();
  });

  it('writes no example anywhere', async () => {
    const path = join(directory, 'private');
    const records = new FileRecords(path);
    await new Classifiers(async () => records).add(await simple('one'));
    const files = await readdir(join(path, 'values'), { recursive: true, withFileTypes: true });
    const kept = files.filter((file) => file.isFile());
    expect(kept.map(({ name }) => name)).toEqual(['one.record']);
    const bytes = await readFile(join(kept[0]!.parentPath, kept[0]!.name));
    expect(bytes.length).toBeLessThan(1000);
  });
});

describe('damaged classifiers', () => {
  const damages: [string, (record: ClassifierRecord) => unknown][] = [
    ['null', () => null],
    ['no weights', ({ weights: _, ...rest }) => rest],
    [
      'too few weights',
      (record) => ({ ...record, weights: { ...record.weights, values: new Float32Array(3) } }),
    ],
    [
      'weights that are no numbers',
      (record) => ({
        ...record,
        weights: { ...record.weights, values: new Float32Array(4).fill(Number.NaN) },
      }),
    ],
    ['a time that is none', (record) => ({ ...record, createdAt: 'yesterday' })],
    ['no last call', (record) => ({ ...record, lastCall: undefined })],
  ];

  it.each(damages)('are set aside, named, and can be deleted: %s', async (_, damage) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const records = new FileRecords(join(directory, `damaged-${damages.length}-${_}`));
    const classifiers = new Classifiers(async () => records);
    await classifiers.add(await simple('good'));
    await records.put('classifier/bad', damage(await simple('bad')));
    await records.put('classifier-use/good', { count: 'x' });
    expect((await classifiers.list()).map((each) => [each.classifier_id, each.used_number])).toEqual([
      ['good', 0],
    ]);
    const failed = { code: 'RECORD_DAMAGED', message: expect.stringContaining('bad') };
    expect(await rejection(classifiers.get('bad'))).toMatchObject(failed);
    expect(await rejection(classifiers.export('bad'))).toMatchObject(failed);
    expect(await rejection(classifiers.modify('bad', async (record) => record))).toMatchObject(failed);
    await classifiers.used('good');
    expect((await classifiers.list())[0]).toMatchObject({ used_number: 1 });
    expect(await classifiers.delete('bad')).toMatchObject({ classifier_id: 'bad' });
    expect(await rejection(classifiers.get('bad'))).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    expect(await records.damaged()).toEqual(['classifier-use/good']);
    vi.restoreAllMocks();
  });

  it('can be deleted before anybody has looked at them', async () => {
    const records = new FileRecords(join(directory, 'unseen'));
    const classifiers = new Classifiers(async () => records);
    await classifiers.add(await simple('bad'));
    await writeFile(join(directory, 'unseen', 'values', 'classifier', 'bad.record'), '');
    await classifiers.delete('bad');
    expect(await rejection(classifiers.delete('bad'))).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('are told apart from those of a newer version, which can be deleted only', async () => {
    const records = new MemoryRecords();
    const classifiers = new Classifiers(async () => records);
    await records.put('classifier/later', { format: 2 });
    expect(await classifiers.list()).toEqual([]);
    expect(await rejection(classifiers.get('later'))).toMatchObject({ code: 'STORAGE_FAILED' });
    expect(await records.keys('classifier/')).toEqual(['classifier/later']);
    await classifiers.delete('later');
    expect(await records.keys('')).toEqual([]);
  });

  it('carry the version of their format, and are read without', async () => {
    const records = new MemoryRecords();
    const classifiers = new Classifiers(async () => records);
    await classifiers.add(await simple('new'));
    expect(await records.get('classifier/new')).toMatchObject({ format: 1 });
    await records.put('classifier/old', await simple('old'));
    expect(await classifiers.get('old')).toMatchObject({ id: 'old' });
  });
});

describe('where classifiers are kept', () => {
  it('is said by a training whose classifier is in memory only, and not by others', async () => {
    const reason = 'IndexedDB cannot be used.';
    const answers: unknown[] = [];
    for (const records of [new MemoryRecords(reason), new MemoryRecords()]) {
      const classifiers = new Classifiers(async () => records);
      await classifiers.add(await simple('a'));
      // A call that is sent again is answered without an engine.
      const call = { callId: 'call-a', classifierId: 'a', items: [], labels: [], iterations: 1 };
      answers.push(await train({} as Engine, call, {}, classifiers));
    }
    const answer = { classifier_id: 'a', num_samples: 2 };
    expect(answers).toEqual([{ ...answer, nearfield: { kept: 'memory', reason } }, answer]);
  });
});
