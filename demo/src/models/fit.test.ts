import { describe, expect, test } from 'vitest';
import { fitOf } from './fit.ts';

const ROOM = { memory: 8, free: 10e9 };
const fit = (bytes: number, changes: Partial<Parameters<typeof fitOf>[1]> = {}) =>
  fitOf(bytes, { isStored: false, target: 'wasm', room: ROOM, ...changes });

describe('a model', () => {
  test('fits where memory and storage have room', () => {
    // 24.1 MB of files were 57 MB of memory where it was measured.
    const { needs, problem } = fit(24.1e6);
    expect(needs / 57e6).toBeCloseTo(1, 1);
    expect(problem).toBeUndefined();
  });

  test('of 2 GB is more than WebAssembly addresses, and no more than a GPU takes', () => {
    expect(fit(2e9).problem).toBe('address-space');
    expect(fit(2e9, { target: 'webgpu', room: { memory: 16, free: 10e9 } }).problem).toBeUndefined();
  });

  test('that would take half of the memory does not fit a small device', () => {
    expect(fit(600e6, { room: { memory: 2, free: 10e9 } }).problem).toBe('memory');
    expect(fit(600e6).problem).toBeUndefined();
  });

  test('needs room in the browser’s storage unless it is stored', () => {
    const room = { memory: 8, free: 20e6 };
    expect(fit(24e6, { room }).problem).toBe('storage');
    expect(fit(24e6, { room, isStored: true }).problem).toBeUndefined();
  });

  test('is taken to fit where the browser says nothing', () => {
    expect(fit(1e9, { room: { memory: undefined, free: undefined } }).problem).toBeUndefined();
  });
});
