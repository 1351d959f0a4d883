/** Decoded pictures of many calls at a time, counted in a decoder that waits until it is let go. */
import { tinyClipV1, toFiles } from '@nearfield/model-tiny';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../test/node-runtime.ts';
import { Engine } from '../engine/engine.ts';
import type { RasterDecoder } from '../image/index.ts';
import { defineModel } from '../models/index.ts';
import { createModelStore, filesSource, MemoryCache } from '../store/index.ts';
import { embedItems } from './embed/embed-items.ts';

const MEGA = 1e6;
/** Bytes of a pixel that this decoder is taken to hold: its own and those it hands out. */
const HELD = 8;
const BUDGET = 256 * MEGA;

/** A WebP file that says it has so many pixels, and no more. */
function headerOf(width: number, height: number): Blob {
  const bytes = new Uint8Array(30);
  bytes.set(new TextEncoder().encode('RIFF....WEBPVP8X'));
  const view = new DataView(bytes.buffer);
  view.setUint32(4, 22, true);
  view.setUint32(16, 10, true);
  view.setUint32(24, width - 1, true);
  view.setUint16(27, (height - 1) & 0xffff, true);
  return new Blob([bytes]);
}

interface Decoding {
  readonly pixels: number;
  finish(): void;
  fail(): void;
}

let running: Set<Decoding>;
let most: number;
let order: number[];
let arrived: () => void;
let engine: Engine;

const decoder: RasterDecoder = {
  decode: (_bytes, { width, height }) =>
    new Promise((resolve, reject) => {
      const end = (settle: () => void) => (): void => {
        running.delete(decoding);
        settle();
      };
      const white = { width: 1, height: 1, data: new Uint8Array(4).fill(255), opaque: true };
      const decoding: Decoding = {
        pixels: width * height,
        finish: end(() => resolve(white)),
        fail: end(() => reject(new Error('damaged'))),
      };
      running.add(decoding);
      order.push(width);
      const held = [...running].reduce((sum, { pixels }) => sum + pixels * HELD, 0);
      most = Math.max(most, held);
      arrived();
    }),
};

beforeEach(() => {
  running = new Set();
  most = 0;
  order = [];
  arrived = () => {};
  const { like, files } = tinyClipV1();
  engine = new Engine({
    runtime: nodeRuntime(),
    imageDecoder: decoder,
    store: createModelStore({ cache: new MemoryCache('tests') }),
    resolve: (id) =>
      defineModel(id, {
        like,
        source: filesSource(toFiles(files)),
        hub: () => {
          throw new Error('no network in tests');
        },
      }),
  });
});
afterEach(() => engine.close());

const embed = (pictures: readonly Blob[], signal?: AbortSignal) =>
  embedItems(
    engine,
    { model: 'm', items: pictures.map((image) => ({ image })), task: null, prompt: '' },
    { signal },
  );

/** Waits until so many pictures have been given to the decoder. */
async function begun(count: number): Promise<void> {
  while (order.length < count) {
    await new Promise<void>((resolve) => {
      arrived = resolve;
    });
  }
}

describe('decoded pictures', () => {
  it('of sixteen calls stay within one budget, in their order, and all are answered', async () => {
    await engine.load('m', {});
    const large = headerOf(4000, 3000);
    const calls = Array.from({ length: 16 }, (_, call) => embed(call % 2 ? [large] : [large, large]));
    for (let decoded = 0; decoded < 24; decoded++) {
      await begun(decoded + 1);
      [...running][0]!.finish();
    }
    const results = await Promise.all(calls);
    expect(results.map(({ values }) => values.length)).toEqual(
      Array.from({ length: 16 }, (_, call) => (call % 2 ? 24 : 48)),
    );
    // Two of 12 million pixels fit.
    expect(most).toBe(2 * 12 * MEGA * HELD);
    expect(most).toBeLessThanOrEqual(BUDGET);
    expect(engine.pixels.held).toBe(0);
    expect(engine.pixelValues.held).toBe(0);
  });

  it('that need more than all there is are decoded alone', async () => {
    await engine.load('m', {});
    const calls = [
      embed([headerOf(1000, 1000)]),
      embed([headerOf(8000, 8000)]),
      embed([headerOf(1001, 1000)]),
    ];
    for (let decoded = 0; decoded < 3; decoded++) {
      await begun(decoded + 1);
      expect(running.size).toBe(1);
      [...running][0]!.finish();
    }
    await Promise.all(calls);
    expect(order).toEqual([1000, 8000, 1001]);
    expect(most).toBe(64 * MEGA * HELD);
  });

  it('give their share back when they fail', async () => {
    await engine.load('m', {});
    const calls = Array.from({ length: 4 }, () => embed([headerOf(8000, 8000)]));
    for (let decoded = 0; decoded < 4; decoded++) {
      await begun(decoded + 1);
      [...running][0]!.fail();
    }
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'INPUT_VALIDATION_FAILED' } });
    }
    expect(engine.pixels.held).toBe(0);
    expect(engine.pixelValues.held).toBe(0);
  });

  it('of a call that was aborted hold their share until they are gone, and those that wait go at once', async () => {
    await engine.load('m', {});
    const [late, waiting] = [new AbortController(), new AbortController()];
    const first = embed([headerOf(8000, 8000)], late.signal);
    await begun(1);
    const second = embed([headerOf(8000, 8000)], waiting.signal);
    const third = embed([headerOf(1000, 1000)]);
    late.abort(new Error('late'));
    waiting.abort(new Error('while waiting'));
    await expect(second).rejects.toThrow('while waiting');
    expect(order).toEqual([8000]);
    expect(engine.pixels.held).toBe(64 * MEGA * HELD);
    [...running][0]!.finish();
    await expect(first).rejects.toThrow('late');
    await begun(2);
    [...running][0]!.finish();
    expect((await third).values.length).toBe(24);
    expect(engine.pixels.held).toBe(0);
  });
});
