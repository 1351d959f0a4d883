import { type BatchOutputLine, type BatchStatus, FoundationError } from '@nearfield/spec';
import { afterEach, describe, expect, it } from 'vitest';
import { createLocal, type LocalFoundation, type LocalOptions } from '../../src/index.ts';
import { rejection } from '../rejection.ts';

const MODEL = 'all-MiniLM-L6-v2';
const open: LocalFoundation[] = [];

function create(options: LocalOptions = {}): LocalFoundation {
  const foundation = createLocal({
    device: 'wasm',
    models: [{ id: MODEL, source: `/models/${MODEL}/` }],
    threads: 1,
    ...options,
  });
  open.push(foundation);
  return foundation;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((foundation) => foundation.close()));
});

const examples = [
  { text: 'I love this so much', label: 'good' },
  { text: 'What a great day', label: 'good' },
  { text: 'This is terrible', label: 'bad' },
  { text: 'I hate waiting', label: 'bad' },
];

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('classifiers in Chromium', () => {
  it('outlive the worker that trained them, and go when they are deleted', async () => {
    const first = create();
    const { classifier_id: id } = await first.train({ model: MODEL, input: examples });
    const input = ['simply wonderful', 'awful'];
    const before = await first.classify({ classifier_id: id, input });
    expect(before.data.map(({ prediction }) => prediction)).toEqual(['good', 'bad']);
    await first.close();

    const second = create();
    expect(await second.classify({ classifier_id: id, input })).toEqual(before);
    const listed = (await second.classifiers.list()).find(({ classifier_id }) => classifier_id === id);
    expect(listed).toMatchObject({ labels: ['good', 'bad'], used_number: 2, updated_number: 0 });
    const exported = JSON.parse(JSON.stringify(await second.classifiers.export(id)));
    await second.classifiers.delete(id);
    expect(await rejection(second.classify({ classifier_id: id, input }))).toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await second.classifiers.import(exported);
    expect(await second.classify({ classifier_id: id, input })).toEqual(before);
    await second.classifiers.delete(id);
  });

  it('are changed by one tab at a time: the other is told that it is busy', async () => {
    const [first, second] = [create(), create()];
    await Promise.all([first.load(MODEL), second.load(MODEL)]);
    const { classifier_id: id } = await first.train({ model: MODEL, input: examples });
    let refused: Promise<FoundationError> | undefined;
    const update = { classifier_id: id, input: Array(128).fill(examples).flat(), num_iters: 5 };
    await first.train(update, {
      // It has hardly begun.
      onProgress: () => {
        refused ??= rejection(second.train({ ...update, input: examples }));
      },
    });
    const error = await refused;
    expect(FoundationError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'CONFLICT_RESOURCE_BUSY', status: 409, retryable: true });
    // Nothing of the refused one is in it, and the other tab may go on now.
    expect((await second.classifiers.export(id)).classifier).toMatchObject({
      updated_number: 1,
      metadata_: { num_samples: 4 + 512 },
    });
    await second.train({ classifier_id: id, input: examples[0]! });
    await second.classifiers.delete(id);
  });

  it('are left as they were by a tab that closes while it trains', async () => {
    const first = create();
    const { classifier_id: id } = await first.train({ model: MODEL, input: examples });
    const before = await first.classifiers.export(id);
    const training = first.train(
      { classifier_id: id, input: Array(64).fill(examples).flat(), num_iters: 1000 },
      { onProgress: ({ type }) => type === 'work-progress' && void first.close() },
    );
    expect((await rejection(training)).code).toBe('CLOSED');
    const second = create();
    expect(await second.classifiers.export(id)).toEqual(before);
    // The lock went with the worker.
    await expect
      .poll(() =>
        second.train({ classifier_id: id, input: examples }).then(
          () => 'trained',
          (error) => error.code,
        ),
      )
      .toBe('trained');
    await second.classifiers.delete(id);
  });

  it('are forgotten with the page where the cache is memory', async () => {
    const first = create({ cache: 'memory' });
    await first.train({ model: MODEL, input: examples });
    expect(await first.classifiers.list()).toHaveLength(1);
    expect(await create({ cache: 'memory' }).classifiers.list()).toEqual([]);
  });

  it('answer in words with groups, and say so in capabilities', async () => {
    const foundation = create();
    const { data } = await foundation.classify({
      model: MODEL,
      input: 'Which wine goes with fish?',
      labels: { topic: ['food', 'sports'], drink: ['beer', 'wine'] },
    });
    expect(data[0]?.prediction).toEqual({ topic: 'food', drink: 'wine' });
    const { methods } = await foundation.capabilities();
    expect(methods).toMatchObject({ classify: true, train: true, classifiers: true, batches: true });
  });
});

describe('batches in Chromium', () => {
  async function ended({ batches }: LocalFoundation, id: string): Promise<BatchStatus> {
    for (;;) {
      const status = await batches.get(id);
      if (status.status !== 'pending' && status.status !== 'processing') return status;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
  const vectorOf = (line: BatchOutputLine | undefined): unknown => line?.response?.body.data[0]?.embedding;
  const texts = Array.from({ length: 400 }, (_, index) => `sentence number ${index} of many`);
  const file = (times = 1): File =>
    new File(
      Array<string[]>(times)
        .fill(texts.map((text) => `${JSON.stringify({ body: { input: text } })}\n`))
        .flat(),
      'lines.jsonl',
    );

  it('go on by themselves after their worker died, and lose and repeat no line', async () => {
    const first = create();
    const { batch_id: id, stats } = await first.batches.create({ model: MODEL, input: file() });
    expect(stats).toEqual({ total: 400, completed: 0, failed: 0, total_tokens: 0 });
    await expect
      .poll(async () => (await first.batches.get(id)).stats?.completed, { interval: 10 })
      .toBeGreaterThan(0);
    // Ends the worker in the middle of whatever it does, as closing the tab would.
    await first.close();

    const second = create();
    // No call about batches: the engine goes on when it starts.
    await second.load(MODEL);
    const third = create();
    expect(await ended(third, id)).toMatchObject({
      status: 'completed',
      stats: { total: 400, completed: 400, failed: 0 },
    });
    const output = await collect(third.batches.output(id));
    expect(output.map(({ custom_id }) => custom_id)).toEqual(texts.map((_, index) => String(index + 1)));
    const { data } = await third.embeddings({ model: MODEL, input: [texts[0]!, texts[200]!, texts[399]!] });
    expect([output[0], output[200], output[399]].map(vectorOf)).toEqual(
      data.map(({ embedding }) => embedding),
    );
    expect(await collect(third.batches.errors(id))).toEqual([]);
  });

  it('are not cut short by an idle worker', async () => {
    const foundation = create({ keepAlive: 1 });
    const { batch_id: id } = await foundation.batches.create({ model: MODEL, input: file() });
    expect(await ended(foundation, id)).toMatchObject({ status: 'completed', stats: { completed: 400 } });
  });

  it('let somebody who waits go first', async () => {
    const foundation = create();
    // Many more than are computed until the question is answered, however slow the page is.
    const { batch_id: id } = await foundation.batches.create({ model: MODEL, input: file(5) });
    await expect.poll(async () => (await foundation.batches.get(id)).status).toBe('processing');
    await foundation.embeddings({ model: MODEL, input: 'quick question' });
    expect((await foundation.batches.get(id)).status).toBe('processing');
    const cancelled = await foundation.batches.cancel(id);
    expect(cancelled.status).toBe('cancelled');
    const output = await collect(foundation.batches.output(id));
    expect(output.length).toBeLessThan(2000);
    expect(output.map(({ custom_id }) => custom_id)).toEqual(output.map((_, index) => String(index + 1)));
  });

  it('read a blob URL, and report lines that fail', async () => {
    const foundation = create();
    const url = URL.createObjectURL(
      new Blob([
        '{"custom_id":"a","body":{"input":"hello"}}\nnonsense\n{"custom_id":"c","body":{"input":[]}}',
      ]),
    );
    const { batch_id: id } = await foundation.batches.create({ model: MODEL, input_url: url });
    URL.revokeObjectURL(url);
    expect((await ended(foundation, id)).stats).toMatchObject({ total: 3, completed: 1, failed: 2 });
    expect(
      (await collect(foundation.batches.errors(id))).map(({ custom_id, error }) => [custom_id, error?.code]),
    ).toEqual([
      ['2', 'INPUT_VALIDATION_FAILED'],
      ['c', 'INPUT_VALIDATION_FAILED'],
    ]);
    expect((await foundation.batches.list({ limit: 1 }))[0]?.batch_id).toBe(id);
  });
});
