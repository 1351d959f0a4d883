import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';
// What the session of `cdp()` can do is declared there.
import type {} from '@vitest/browser-playwright';
import { afterEach, describe, expect, it } from 'vitest';
import { cdp } from 'vitest/browser';
import { createLocal, type LocalFoundation, type LocalOptions } from '../../src/index.ts';
import type { TransferReport } from '../watch-transfers.ts';
import workerUrl from '../watched-wasm-worker.ts?worker&url';

const tiny = tinyMiniLM();
const model = 'tiny';
const open: LocalFoundation[] = [];
const options: LocalOptions = {
  device: 'wasm',
  cache: 'memory',
  threads: 1,
  models: [{ id: model, like: tiny.like, source: toFiles(tiny.files) }],
};
function create(changes: LocalOptions = {}): LocalFoundation {
  const foundation = createLocal({ ...options, ...changes });
  open.push(foundation);
  return foundation;
}
afterEach(() => Promise.all(open.splice(0).map((foundation) => foundation.close())));

const texts = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index} ${'white rabbit '.repeat(index % 9)}`);

describe('vectors on their way to the page', () => {
  it.each([
    ['float', 100 * tiny.dimensions * 4],
    ['ubinary', (100 * tiny.dimensions) / 8],
    [['float', 'binary'] as const, 100 * tiny.dimensions * (4 + 1 / 8)],
  ] as const)('as %s are transferred, none copied', async (embedding_type, bytes) => {
    const channel = new BroadcastChannel('transfers');
    const reports: TransferReport[] = [];
    channel.onmessage = ({ data }) => reports.push(data);
    const foundation = create({ workerUrl: { wasm: workerUrl } });
    await foundation.load(model);
    await foundation.embeddings({ model, input: texts(100), embedding_type });
    // The report travels on a channel of its own.
    await expect.poll(() => reports).toEqual([{ bytes, copied: 0 }]);
    channel.close();
  });

  it('one a token are transferred as well', async () => {
    const channel = new BroadcastChannel('transfers');
    const reports: TransferReport[] = [];
    channel.onmessage = ({ data }) => reports.push(data);
    const foundation = create({ workerUrl: { wasm: workerUrl } });
    const { usage } = await foundation.embeddings({ model, input: texts(10), return_multivector: true });
    await expect
      .poll(() => reports)
      .toEqual([{ bytes: usage.total_tokens * tiny.dimensions * 4, copied: 0 }]);
    channel.close();
  });
});

describe('garbage collection', () => {
  /** Starts a call on a foundation that nobody else holds. */
  const startAlone = (shared: boolean) => {
    const foundation = createLocal({ ...options, shared });
    let progress = 0;
    // More work than garbage is collected in, however slow this page is.
    const answers = Array.from({ length: 4 }, () =>
      foundation.embeddings(
        { model, input: texts(2000) },
        { onProgress: ({ type }) => (progress += type === 'work-progress' ? 1 : 0) },
      ),
    );
    return { answer: Promise.all(answers), left: new WeakRef(foundation), progress: () => progress };
  };

  it.each([false, true])('leaves calls alone whose foundation was dropped (shared: %s)', async (shared) => {
    const { answer, left, progress } = startAlone(shared);
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    answer.then(settle, settle);
    let collections = 0;
    while (!settled) {
      await cdp().send('HeapProfiler.collectGarbage');
      collections++;
    }
    const expected = tiny.embed(texts(9)[8]!);
    for (const { data } of await answer) {
      expect(data).toHaveLength(2000);
      data[8]!.embedding.forEach((value, at) => {
        expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-5);
      });
    }
    expect(collections).toBeGreaterThan(2);
    expect(progress()).toBeGreaterThan(0);
    await left.deref()?.close();
  });
});
