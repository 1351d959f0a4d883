import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { indexOf, tableFoundation, textDocument } from '../../test/index-of.ts';
import { countingFoundation, MODEL, sampleDocuments } from '../../test/live.ts';
import { minilmQueryTable, smallQueryTable } from '../../test/query-table.ts';
import { temporaryDirectory } from '../../test/temporary-directory.ts';
import type { SourceDocument } from '../documents/types.ts';
import type { LiveIndex } from './live-index.ts';
import { type FileIndexOptions, openLiveIndex } from './node.ts';

const directory = temporaryDirectory('live');
let count = 0;
const open: LiveIndex[] = [];
afterEach(async () => {
  for (const index of open.splice(0)) await index.close();
});

const fresh = (): string => `index ${++count}`;
const opened = async (name: string, more: Partial<FileIndexOptions> = {}): Promise<LiveIndex> => {
  const index = await openLiveIndex({
    name,
    directory,
    foundation: countingFoundation().foundation,
    model: MODEL,
    ...more,
  });
  open.push(index);
  return index;
};
const keywordsOnly = { foundation: undefined, model: undefined } as unknown as Partial<FileIndexOptions>;
const found = async (index: LiveIndex, query: string): Promise<string[]> =>
  (await index.search(query)).results.map(({ id }) => id);

it('finds by meaning among a few documents, in their order, though none can stand out', async () => {
  const foundation = tableFoundation(minilmQueryTable());
  const index = await opened(fresh(), { directory: undefined, foundation });
  await index.add({ id: 'bread', text: 'Loaves stay soft in a linen bag.' });
  expect(await found(index, 'keep a sourdough fresh')).toEqual(['bread']);
  await index.add([
    { id: 'tax', text: 'The tax is due in the spring.' },
    { id: 'dog', text: 'The dog barks at night.' },
  ]);
  const order = await found(index, 'keep a sourdough fresh');
  expect([order[0], order.length]).toEqual(['bread', 3]);
});

describe.each([
  ['in files', directory as string | undefined],
  ['in memory', undefined],
])('a live index %s', (_, place) => {
  it('finds what was added, changed and removed, by words and by meaning', async () => {
    const index = await opened(fresh(), { directory: place });
    await index.add(sampleDocuments(40));
    expect(index.counts).toEqual({ documents: 40, passages: 40, pending: 0 });
    const { results, meaning, problems } = await index.search('tune the violin of number27', {
      explain: true,
    });
    expect(results[0]).toMatchObject({ id: 'd27', title: 'violin 27', url: '/27' });
    expect(results[0]!.passages[0]).toMatchObject({ text: 'How to tune the violin of number27.' });
    expect(results[0]!.passages[0]!.explanation!.keywords).toBeGreaterThan(0.3);
    expect(results[0]!.passages[0]!.explanation!.meaning).toBeGreaterThan(0.3);
    expect(results[0]!.passages[0]!.highlights).not.toHaveLength(0);
    expect([meaning, problems]).toEqual(['full', []]);

    await index.update({ id: 'd27', text: 'A lighthouse keeper.' });
    expect((await found(index, 'lighthouse'))[0]).toBe('d27');
    expect(await index.get('d27')).toMatchObject({
      title: 'violin 27',
      metadata: { number: 27 },
      sections: [{ text: 'A lighthouse keeper.' }],
    });
    expect(await index.remove(['d27', 'nowhere'])).toBe(1);
    expect(await found(index, 'lighthouse')).not.toContain('d27');
    expect(await index.get('d27')).toBeUndefined();
    expect(await index.ids()).toHaveLength(39);
  });

  it('filters, counts facets and finds what is alike', async () => {
    const index = await opened(fresh(), { directory: place });
    await index.add(sampleDocuments(64));
    const { results } = await index.search('keep the', { filters: { half: 'odd' }, limit: 50 });
    expect(
      results
        .slice(0, 4)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['d1', 'd3', 'd5', 'd7']);
    expect(results.every(({ url }) => Number(url.slice(1)) % 2 === 1)).toBe(true);
    expect(await index.facets()).toMatchObject({
      subject: { bread: 8, violin: 8 },
      half: { even: 32, odd: 32 },
    });
    const alike = await index.related('d3', { limit: 5, filters: { subject: ['violin', 'bread'] } });
    expect(alike).toHaveLength(5);
    expect(alike.map(({ title }) => title.split(' ')[0])).toEqual(Array(5).fill('violin'));
    expect(alike.map(({ id }) => id)).not.toContain('d3');
    await expect(index.related('nowhere')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  it('refuses what cannot be right, and leaves nothing of it behind', async () => {
    const index = await opened(fresh(), { directory: place });
    await index.add({ id: 'a', text: 'One.' });
    const refused = { code: 'INPUT_VALIDATION_FAILED' };
    await expect(
      index.add([
        { id: 'b', text: 'Two.' },
        { id: 'a', text: 'Again.' },
      ]),
    ).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('update()'),
    });
    await expect(
      index.add([
        { id: 'b', text: 'x' },
        { id: 'b', text: 'y' },
      ]),
    ).rejects.toMatchObject(refused);
    await expect(index.add({ id: 'b' })).rejects.toMatchObject(refused);
    await expect(index.add({ id: '', text: 'x' })).rejects.toMatchObject(refused);
    await expect(index.add({ id: 'b', text: 'x', metadata: 1n as never })).rejects.toMatchObject(refused);
    await expect(index.add({ id: 'b', image: new Blob(['x']) })).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
    });
    await expect(index.search('x', { limit: 0 })).rejects.toMatchObject(refused);
    await expect(index.search('x', { meaning: new Float32Array(3) })).rejects.toMatchObject(refused);
    expect(await index.ids()).toEqual(['a']);
  });

  it('exports and imports as one file, which notices damage', async () => {
    const counted = countingFoundation();
    const from = await opened(fresh(), { directory: place });
    await from.add(sampleDocuments(20));
    await from.add({ id: 'picture-less', text: 'Ünïcode, 日本語 and emoji 🥖.' });
    const file = await from.export();
    const to = await opened(fresh(), { directory: place, foundation: counted.foundation });
    await to.add({ id: 'd1', text: 'What was there before.' });
    const embedded = counted.inputs.length;
    expect(await to.import(file)).toBe(21);
    // Vectors came with the file.
    expect(counted.inputs.length).toBe(embedded);
    for (const query of ['bread', 'tune the violin', 'emoji']) {
      const left = await from.search(query);
      const right = await to.search(query);
      expect(right.results.map(({ id }) => id)).toEqual(left.results.map(({ id }) => id));
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    for (const broken of [
      bytes.slice(0, -1),
      bytes.slice(0, bytes.length / 2),
      bytes.with(bytes.length >> 1, 7),
      bytes.slice(5),
    ]) {
      await expect(to.import(new Blob([broken]))).rejects.toMatchObject({ code: 'INTEGRITY_MISMATCH' });
    }
    expect(to.counts.documents).toBe(21);
  });
});

describe('a live index', () => {
  it('ranks as a static index of the same documents', async () => {
    const table = minilmQueryTable();
    const foundation = tableFoundation(table);
    const documents: SourceDocument[] = [
      textDocument('bread', 'Fresh bread', 'Keep a loaf in a linen bag. Never in the refrigerator.'),
      textDocument('server', 'Restart a server', 'Restarting loses no jobs. The queue is kept on disk.'),
      textDocument('garden', 'Watering', 'Water the beds in the morning, before it gets hot.'),
      textDocument('jobs', 'Failed jobs', 'A job that failed is retried three times, then set aside.'),
      textDocument(
        'violin',
        'Tuning a violin',
        'Turn the pegs slowly. Strings break when they are turned fast.',
      ),
    ];
    const { index: fixed } = await indexOf({ documents, meaning: { foundation, model: MODEL } });
    const live = await opened(fresh(), { foundation });
    // In another order, with detours: what was there before must not be seen.
    await live.add([...documents].reverse().map((each) => ({ ...each, title: 'Something else' })));
    await live.add({ id: 'gone', title: 'bread bread bread', text: 'server job' });
    await live.remove('gone');
    await live.update(documents);
    const model = { foundation, model: MODEL };
    for (const query of ['keep bread', 'retry a job', 'restarted srever', 'morning', 'strings', 'brea']) {
      for (const meaning of [false, model]) {
        const left = await fixed.search(query, { meaning, explain: true });
        const right = await live.search(query, { meaning, explain: true });
        expect(right.results[0]?.id).toBe(left.results[0]?.id);
        expect(right.results.map(({ id }) => id).sort()).toEqual(left.results.map(({ id }) => id).sort());
        expect(right.corrected).toBe(left.corrected);
        for (const { id, score, passages } of right.results) {
          const same = left.results.find((each) => each.id === id)!;
          expect(score).toBeCloseTo(same.score, 1);
          expect(passages[0]!.highlights).toEqual(same.passages[0]!.highlights);
          const [ours, theirs] = [passages[0]!, same.passages[0]!].map(
            ({ explanation }) => explanation!.words,
          );
          expect(ours!.map(({ term }) => term)).toEqual(theirs!.map(({ term }) => term));
          // A static index keeps long lengths in steps, and similarities of the best in more bits than the others.
          for (const [each, { score: own }] of ours!.entries())
            expect(own).toBeCloseTo(theirs![each]!.score, 1);
        }
      }
    }
  });

  it('corrects mistyped words, not those that the language has, as a static index does', async () => {
    const table = smallQueryTable();
    const foundation = tableFoundation(table);
    const documents = [textDocument('page', 'Drawing', 'Render the carpet when buttons are pressed.')];
    const { index: fixed } = await indexOf({ documents, meaning: { foundation, model: MODEL, table } });
    const live = await opened(fresh(), { foundation });
    await live.add(documents);
    const corrected = {
      rendr: 'render',
      carpt: 'carpet',
      sender: undefined,
      car: undefined,
      button: undefined,
    };
    for (const [typed, stands] of Object.entries(corrected)) {
      foundation.texts.length = 0;
      expect((await live.search(`the ${typed}`)).corrected).toBe(stands && `the ${stands}`);
      expect((await fixed.search(`the ${typed}`)).corrected).toBe(stands && `the ${stands}`);
      expect(foundation.texts.at(-1)).toBe(`the ${stands ?? typed}`);
    }
  });

  it('comes back with all that it had, and embeds nothing twice', async () => {
    const name = fresh();
    const first = await opened(name);
    await first.add(sampleDocuments(30));
    await first.remove('d5');
    const before = await first.search('observe the planet');
    await first.close();
    open.length = 0;
    const counted = countingFoundation();
    const again = await opened(name, { foundation: counted.foundation });
    expect(again.counts).toEqual({ documents: 29, passages: 29, pending: 0 });
    expect(await again.search('observe the planet')).toEqual(before);
    // The model's check and the query.
    expect(counted.inputs).toHaveLength(3);
    await again.update({ id: 'd4', url: '/elsewhere', filters: { subject: 'new' } });
    expect(counted.inputs).toHaveLength(3);
    expect((await again.search('number4', { filters: { subject: 'new' } })).results[0]!.url).toBe(
      '/elsewhere',
    );
  });

  it('stores before it embeds, and embeds on when it is opened again', async () => {
    const name = fresh();
    const counted = countingFoundation();
    let release = (): void => {};
    counted.foundation.hold = new Promise((resolve) => {
      release = resolve;
    });
    const first = await opened(name, { foundation: counted.foundation });
    await first.add(sampleDocuments(10), { until: 'stored' });
    expect(first.counts.pending).toBe(10);
    const { meaning, results } = await first.search('garden', { meaning: false });
    expect([meaning, results[0]!.title]).toEqual(['none', 'garden 2']);
    await first.close();
    open.length = 0;
    release();
    const again = await opened(name);
    await again.embedded();
    expect(again.counts.pending).toBe(0);
    expect((await again.search('garden')).meaning).toBe('full');
  });

  it('ends a call by its signal, and keeps what was stored', async () => {
    const counted = countingFoundation();
    counted.foundation.hold = new Promise(() => {});
    const index = await opened(fresh(), { foundation: counted.foundation });
    const controller = new AbortController();
    const steps: unknown[] = [];
    const adding = index.add(sampleDocuments(3), {
      signal: controller.signal,
      onProgress: (progress) => {
        steps.push(progress);
        if (progress.stored === 3) controller.abort(new DOMException('enough', 'AbortError'));
      },
    });
    await expect(adding).rejects.toMatchObject({ name: 'AbortError' });
    expect(steps[0]).toEqual({ stored: 3, embedded: 0, of: 3 });
    expect(await index.ids()).toHaveLength(3);
    await expect(index.add(sampleDocuments(3, 3), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await index.ids()).toHaveLength(3);
  });

  it('says what the model threw, and tries again with the next call', async () => {
    const counted = countingFoundation();
    counted.foundation.failWith = new Error('no model today');
    const index = await opened(fresh(), { foundation: counted.foundation });
    await expect(index.add(sampleDocuments(2))).rejects.toThrow('no model today');
    expect(index.counts).toMatchObject({ documents: 2, pending: 2 });
    await index.embedded();
    expect(index.counts.pending).toBe(0);
  });

  it('refuses another model with what to do, or embeds again', async () => {
    const name = fresh();
    const first = await opened(name);
    await first.add(sampleDocuments(5));
    await first.close();
    open.length = 0;
    await expect(opened(name, { model: 'jina-embeddings-v2-base-en' })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
      param: 'model',
      message: expect.stringMatching(/all-MiniLM-L6-v2.*jina-embeddings-v2-base-en.*embed-again/),
    });
    const again = await opened(name, { model: 'jina-embeddings-v2-base-en', onOtherModel: 'embed-again' });
    await again.embedded();
    expect(again.counts).toMatchObject({ documents: 5, pending: 0 });
    expect((await again.search('garden')).meaning).toBe('full');
  });

  it('notices a model that goes by the right name and makes other vectors', async () => {
    const name = fresh();
    await (await opened(name)).add(sampleDocuments(5));
    const index = await opened(name, { foundation: tableFoundation(minilmQueryTable()) });
    const { meaning, problems } = await index.search('garden');
    expect([meaning, problems[0]!.code]).toEqual(['none', 'SELF_CHECK_FAILED']);
    await expect(index.add(sampleDocuments(1, 9))).rejects.toMatchObject({ code: 'SELF_CHECK_FAILED' });
  });

  it('finds by words alone without a model', async () => {
    const index = await opened(fresh(), keywordsOnly);
    await index.add(sampleDocuments(10));
    const { results, meaning } = await index.search('plamet');
    expect([results[0]!.id, meaning]).toEqual(['d5', 'none']);
    expect(index.counts.pending).toBe(0);
  });

  it('hears of what another process wrote', async () => {
    const name = fresh();
    const [one, two] = [await opened(name), await opened(name)];
    await one.add(sampleDocuments(12));
    expect((await found(two, 'number7'))[0]).toBe('d7');
    await Promise.all([
      one.add(sampleDocuments(5, 100)),
      two.add(sampleDocuments(5, 200)),
      one.remove('d1'),
      two.update({ id: 'd2', text: 'changed by the other' }),
    ]);
    await Promise.all([one.embedded(), two.embedded()]);
    expect((await one.ids()).sort()).toEqual((await two.ids()).sort());
    expect((await found(one, 'changed by the other'))[0]).toBe('d2');
    await expect(two.add(sampleDocuments(1, 100))).rejects.toMatchObject({ param: 'id' });
  });

  it('gives room back, for all who have it open', async () => {
    const name = fresh();
    const [one, two] = [await opened(name, keywordsOnly), await opened(name, keywordsOnly)];
    const long = 'x'.repeat(400_000);
    await one.add([
      { id: 'a', text: `first ${long}` },
      { id: 'b', text: 'stays' },
    ]);
    for (let version = 0; version < 6; version++)
      await one.update({ id: 'a', text: `version${version} ${long}` });
    const folder = join(directory, encodeURIComponent(name));
    const [log] = (await readdir(folder)).filter((file) => file.startsWith('log-'));
    expect((await stat(join(folder, log!))).size).toBeLessThan(2_000_000);
    expect(await found(two, 'version5')).toEqual(['a']);
    expect(await found(two, 'stays')).toEqual(['b']);
    await two.update({ id: 'b', text: 'written by the other' });
    expect(await found(one, 'written')).toEqual(['b']);
  });

  it('numbers its passages anew when many are gone', async () => {
    const index = await opened(fresh());
    await index.add(sampleDocuments(2000));
    await index.remove(Array.from({ length: 1500 }, (_, at) => `d${at}`));
    expect(index.counts).toMatchObject({ documents: 500, passages: 500 });
    expect((await found(index, 'number1999'))[0]).toBe('d1999');
    expect((await index.search('number3 ', { meaning: false })).results).toEqual([]);
    await index.add(sampleDocuments(1, 3));
    expect((await found(index, 'number3 '))[0]).toBe('d3');
    expect((await index.related('d1999', { limit: 1 }))[0]!.title).toMatch(/^glacier/);
  });

  it('keeps a damaged log aside and all that is sound in use', async () => {
    const name = fresh();
    const index = await opened(name, keywordsOnly);
    for (const document of sampleDocuments(6)) await index.add(document);
    await index.close();
    open.length = 0;
    const folder = join(directory, encodeURIComponent(name));
    const [log] = (await readdir(folder)).filter((file) => file.startsWith('log-'));
    const bytes = await readFile(join(folder, log!));
    bytes[Math.floor(bytes.length / 2)]! ^= 255;
    await writeFile(join(folder, log!), bytes);
    const again = await opened(name, keywordsOnly);
    expect(again.counts.documents).toBe(5);
    expect(again.problems).toMatchObject([
      { code: 'RECORD_DAMAGED', message: expect.stringContaining(log!) },
    ]);
    expect(await readFile(join(folder, 'damaged', log!))).toEqual(bytes);
    await again.close();
    open.length = 0;
    expect((await opened(name, keywordsOnly)).problems).toEqual([]);
  });

  it('refuses a directory of a newer version, and bad names', async () => {
    const name = fresh();
    await (await opened(name)).close();
    open.length = 0;
    const manifest = join(directory, encodeURIComponent(name), 'manifest.json');
    await writeFile(manifest, '{"version":9,"log":"log-1.bin"}');
    await expect(opened(name)).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('newer'),
    });
    await writeFile(manifest, 'x');
    await expect(opened(name)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(opened('')).rejects.toMatchObject({ param: 'name' });
    await expect(opened('x', { model: undefined as never })).rejects.toMatchObject({ param: 'model' });
    const odd = await opened('../..', keywordsOnly);
    await odd.add({ id: '../../x', text: 'anywhere' });
    expect(await found(odd, 'anywhere')).toEqual(['../../x']);
  });

  it('is closed when it is closed', async () => {
    const index = await opened(fresh());
    await index.close();
    open.length = 0;
    await expect(index.search('x')).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(index.add({ id: 'a', text: 'x' })).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
