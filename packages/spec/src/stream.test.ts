import { describe, expect, it } from 'vitest';
import type { CallOptions } from './progress.ts';
import { embedStream } from './stream.ts';

/** Embeds a text as its length; counts what is in flight. */
function lengths() {
  let inFlight = 0;
  const seen = { most: 0, calls: [] as number[], signals: [] as AbortSignal[] };
  return {
    seen,
    embeddings: async (request: { input: unknown }, options: CallOptions = {}) => {
      const inputs = request.input as string[];
      seen.calls.push(inputs.length);
      seen.most = Math.max(seen.most, ++inFlight);
      seen.signals.push(options.signal!);
      await new Promise((resolve) => setTimeout(resolve, 1));
      inFlight--;
      if (inputs.includes('poison')) throw new Error('poisoned');
      return {
        data: inputs.map((text, index) => ({
          object: 'embedding',
          index,
          embedding: Float32Array.of(text.length),
        })),
      };
    },
  };
}

const foundationOf = (fake: ReturnType<typeof lengths>) => fake as never as Parameters<typeof embedStream>[0];

describe('embedStream', () => {
  it('yields every input in order, reading as it goes', async () => {
    const fake = lengths();
    let read = 0;
    async function* texts(): AsyncGenerator<string> {
      for (; read < 1000; read++) yield 'x'.repeat(read);
    }
    let index = 0;
    for await (const item of embedStream(foundationOf(fake), { model: 'm' }, texts(), { window: 64 })) {
      expect(item.index).toBe(index);
      expect([...(item.embedding as Float32Array)]).toEqual([index]);
      expect(read).toBeLessThanOrEqual(index + 3 * 64);
      index++;
    }
    expect(index).toBe(1000);
    expect(fake.seen.most).toBe(2);
    expect(fake.seen.calls.at(-1)).toBe(1000 % 64);
  });

  it('aborts what is in flight when the loop is left', async () => {
    const fake = lengths();
    for await (const _ of embedStream(foundationOf(fake), { model: 'm' }, Array(100).fill('a'), {
      window: 10,
    })) {
      break;
    }
    expect(fake.seen.signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('throws an error in its turn, after the results before it', async () => {
    const fake = lengths();
    const inputs = [...Array(10).fill('a'), 'poison'];
    const done: number[] = [];
    await expect(async () => {
      for await (const { index } of embedStream(foundationOf(fake), { model: 'm' }, inputs, { window: 10 })) {
        done.push(index);
      }
    }).rejects.toThrow('poisoned');
    expect(done).toHaveLength(10);
  });

  it('rejects with the reason of its signal', async () => {
    const fake = lengths();
    const stream = embedStream(foundationOf(fake), { model: 'm' }, ['a'], { signal: AbortSignal.abort() });
    await expect(stream.next()).rejects.toMatchObject({ name: 'AbortError' });
  });
});
