import { tinyMiniLM, toFiles } from '@nearfield/model-tiny';
import { embedStream } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { createLocal, type LocalFoundation } from '../../src/index.ts';

const tiny = tinyMiniLM();
const create = (): LocalFoundation =>
  createLocal({
    device: 'wasm',
    cache: 'memory',
    models: [{ id: 'tiny', like: tiny.like, source: toFiles(tiny.files) }],
  });

/** Bytes of this page's script heap. The workers' is theirs: it goes with them. */
const heap = (): number =>
  (performance as Performance & { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize;

/** Workers of ours that are alive: each holds a lock as long as it lives. */
const workers = async (): Promise<number> =>
  (await navigator.locks.query()).held!.filter(({ name }) => name!.startsWith('nearfield-worker-')).length;

describe('memory', () => {
  it('goes with every foundation that is closed: no worker stays behind', async () => {
    for (let round = 0; round < 10; round++) {
      const foundation = create();
      await foundation.embeddings({ model: 'tiny', input: 'white rabbit' });
      expect(await workers()).toBe(1);
      await foundation.close();
      await expect.poll(workers).toBe(0);
    }
  });

  it('stays bounded over ten thousand texts', async () => {
    const foundation = create();
    let read = 0;
    let finished = 0;
    let mostAhead = 0;
    async function* texts(): AsyncGenerator<string> {
      for (; read < 10_000; read++) {
        mostAhead = Math.max(mostAhead, read - finished);
        yield `rabbit ${read}`;
      }
    }
    let before = 0;
    let sum = 0;
    for await (const { embedding } of embedStream(foundation, { model: 'tiny' }, texts())) {
      sum += Math.hypot(...embedding);
      if (++finished === 1000) before = heap();
    }
    expect(sum).toBeCloseTo(10_000, 0);
    expect(mostAhead).toBeLessThanOrEqual(3 * 256);
    // 9,000 vectors of this model, kept, would take 2.3 MB and their objects more; texts and requests likewise.
    expect(heap() - before).toBeLessThan(15e6);
    await foundation.close();
  });
});
