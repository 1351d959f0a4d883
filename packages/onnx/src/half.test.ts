import { expect, test } from 'vitest';
import { floatToHalf, fromHalf, halfToFloat, toHalf } from './half.ts';

test('every half survives the way to float32 and back', () => {
  for (let half = 0; half < 0x10000; half++) {
    const value = halfToFloat(half);
    if (Number.isNaN(value)) expect(Number.isNaN(halfToFloat(floatToHalf(value)))).toBe(true);
    else if (floatToHalf(value) !== half) expect.fail(`half ${half} came back as ${floatToHalf(value)}`);
  }
});

test('known values', () => {
  expect(halfToFloat(0x3c00)).toBe(1);
  expect(halfToFloat(0xc000)).toBe(-2);
  expect(halfToFloat(0x7bff)).toBe(65504);
  expect(halfToFloat(0x0001)).toBe(2 ** -24);
  expect(halfToFloat(0x7c00)).toBe(Infinity);
  expect(Object.is(halfToFloat(0x8000), -0)).toBe(true);
});

test('rounds to nearest, ties to even, on both sides of every pair of neighbours', () => {
  for (let half = 0; half < 0x7bff; half++) {
    const low = halfToFloat(half);
    const middle = (low + halfToFloat(half + 1)) / 2;
    const even = half % 2 === 0 ? half : half + 1;
    const spacing = middle - low;
    if (floatToHalf(middle) !== even) expect.fail(`tie above ${half}`);
    if (floatToHalf(middle - spacing / 1024) !== half) expect.fail(`just below the tie above ${half}`);
    if (floatToHalf(middle + spacing / 1024) !== half + 1) expect.fail(`just above the tie above ${half}`);
    if (floatToHalf(-middle) !== (even | 0x8000)) expect.fail(`negative tie above ${half}`);
  }
});

test('overflow, underflow and NaN', () => {
  expect(floatToHalf(65519)).toBe(0x7bff);
  expect(floatToHalf(65520)).toBe(0x7c00);
  expect(floatToHalf(-1e30)).toBe(0xfc00);
  expect(floatToHalf(Infinity)).toBe(0x7c00);
  expect(floatToHalf(2 ** -25)).toBe(0);
  expect(floatToHalf(2 ** -25 * 1.0001)).toBe(1);
  expect(floatToHalf(1e-40)).toBe(0);
  expect(floatToHalf(-0)).toBe(0x8000);
  expect(floatToHalf(Number.NaN) & 0x7c00).toBe(0x7c00);
  expect(floatToHalf(Number.NaN) & 0x3ff).not.toBe(0);
});

test('arrays', () => {
  expect([...fromHalf(toHalf([0.5, -1.25, 3]))]).toEqual([0.5, -1.25, 3]);
});
