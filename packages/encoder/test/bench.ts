/** What the kernels' tests share: rows in a memory, numbers from a seed, comparison. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { bindKernels, compileKernels, strideOf } from '../src/kernels.ts';
import { EncoderMemory } from '../src/memory.ts';

const module = await compileKernels();

/** Kernels with a fresh memory, and what puts rows into it. */
export function bench() {
  const memory = new EncoderMemory();
  const kernels = bindKernels(module, memory.memory);
  return {
    memory,
    kernels,
    /** Rows with their stride's rest in zeros. */
    rows(values: readonly (readonly number[])[], stride = strideOf(values[0]!.length)): number {
      const address = memory.take(values.length * stride * 4);
      const room = memory.floats(address, values.length * stride).fill(0);
      values.forEach((row, index) => {
        room.set(row, index * stride);
      });
      return address;
    },
    read(address: number, rows: number, width: number, stride = strideOf(width)): number[][] {
      const room = memory.floats(address, (rows - 1) * stride + width);
      return Array.from({ length: rows }, (_, row) =>
        Array.from(room.subarray(row * stride, row * stride + width)),
      );
    },
  };
}

/** Numbers of about a normal distribution, as float32, from a seed. */
export function numbers(seed: number): (rows: number, width: number, scale?: number) => number[][] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return (rows, width, scale = 1) =>
    Array.from({ length: rows }, () =>
      Array.from({ length: width }, () => Math.fround((next() + next() + next() + next() - 2) * scale)),
    );
}

/** Whether rows are these, to a share of the largest number among them. */
export const close = (found: readonly number[][], expected: readonly number[][], tolerance: number): void => {
  expect(found.length).toBe(expected.length);
  const most = Math.max(...expected.flat().map(Math.abs), 1e-3);
  found.forEach((row, index) => {
    row.forEach((value, at) => {
      const distance = Math.abs(value - expected[index]![at]!);
      if (!(distance <= tolerance * most)) {
        expect.fail(`row ${index}, number ${at}: ${value}, not ${expected[index]![at]}`);
      }
    });
  });
};

export const seeds = fc.integer({ min: 0, max: 2 ** 31 });
export const runs = { numRuns: 40 };
