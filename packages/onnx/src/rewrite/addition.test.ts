import { expect, test } from 'vitest';
import { applyAdditions, modelCapacity } from './addition.ts';

const addition = (values: number[], edits: { offset: number; from: number; to: number }[] = []) => ({
  appended: Uint8Array.from(values),
  edits,
});

test('edits in place and appends without a copy when there is room', () => {
  const buffer = new Uint8Array(10);
  buffer.set([1, 2, 3]);
  const changed = applyAdditions(
    buffer,
    [addition([7, 8], [{ offset: 1, from: 2, to: 20 }]), addition([9])],
    3,
  );
  expect([...changed]).toEqual([1, 20, 3, 7, 8, 9]);
  expect(changed.buffer).toBe(buffer.buffer);
});

test('copies once when there is none, and leaves the old buffer as it was', () => {
  const buffer = Uint8Array.of(1, 2, 3);
  const changed = applyAdditions(buffer, [addition([4], [{ offset: 0, from: 1, to: 5 }])]);
  expect([...changed]).toEqual([5, 2, 3, 4]);
  expect([...buffer]).toEqual([1, 2, 3]);
});

test('refuses edits made for other bytes, before changing anything', () => {
  const buffer = Uint8Array.of(1, 2, 3, 0);
  const edits = [
    { offset: 0, from: 1, to: 5 },
    { offset: 1, from: 9, to: 5 },
  ];
  expect(() => applyAdditions(buffer, [addition([], edits)], 3)).toThrow(/Byte 1 of the model is 2/);
  expect(() => applyAdditions(buffer, [addition([], [{ offset: 3, from: 0, to: 1 }])], 3)).toThrow(
    RangeError,
  );
  expect([...buffer]).toEqual([1, 2, 3, 0]);
});

test('capacity leaves room at the end', () => {
  expect(modelCapacity(1000)).toBeGreaterThan(1000 + 500_000);
});
