import { tinyV2English, toFiles } from '@nearfield/model-tiny';
import { afterEach, describe, expect, it } from 'vitest';
import { createLocal, type LocalFoundation } from '../../src/index.ts';
import workerUrl from '../little-memory-worker.ts?worker&url';

const tiny = tinyV2English();
const LARGE = 'all-MiniLM-L6-v2';
/** Attention over 512 tokens takes more than the 2 MiB that are left; a few words do not. */
const LONG = 'rabbit '.repeat(510);
const words = (index: number): string => `white rabbit ${'follow '.repeat(index % 5)}`;

let foundation: LocalFoundation;
function create(device: 'wasm' | 'auto'): void {
  foundation = createLocal({
    device,
    cache: 'memory',
    threads: 1,
    workerUrl: { wasm: workerUrl },
    models: [
      { id: 'tiny', like: tiny.like, source: toFiles(tiny.files) },
      { id: LARGE, source: `/models/${LARGE}/`, dtypes: ['q8'] },
    ],
  });
}
afterEach(() => foundation.close());

const embed = async (input: string): Promise<Float32Array> =>
  (await foundation.embeddings({ model: 'tiny', input, truncate: true })).data[0]!.embedding;
const settled = <Value>(promise: Promise<Value>): Promise<Value | Error> => promise.catch((error) => error);

function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  for (let at = 0; at < expected.length; at++) {
    expect(Math.abs(actual[at]! - expected[at]!)).toBeLessThan(1e-5);
  }
}

describe('a device with too little memory', () => {
  it('fails the call that needs too much, and no other, now or later', async () => {
    create('wasm');
    const calls = [LONG, ...Array.from({ length: 30 }, (_, index) => words(index)), LONG];
    const results = await Promise.all(calls.map((input) => settled(embed(input))));
    for (const [index, result] of results.entries()) {
      if (calls[index] === LONG) {
        expect(result).toMatchObject({
          code: 'OUT_OF_MEMORY',
          message: expect.stringMatching(/smaller model or dtype, or shorter inputs/),
        });
      } else {
        expectNear(result as Float32Array, tiny.embed(calls[index]!));
      }
    }
    expectNear(await embed('the next call'), tiny.embed('the next call'));
  });

  it('says so of a model that does not fit, and runs a smaller one', async () => {
    create('auto');
    expect(await settled(foundation.load(LARGE))).toMatchObject({ code: 'OUT_OF_MEMORY' });
    expectNear(await embed(words(2)), tiny.embed(words(2)));
    // The only adapter is software: wasm was chosen for that, not for a failure of WebGPU.
    expect((await foundation.capabilities()).device).toMatchObject({
      device: 'wasm',
      reason: expect.stringContaining('software'),
    });
  });
});
