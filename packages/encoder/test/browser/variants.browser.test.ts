import { expect, it } from 'vitest';
import { kernelBytes } from '../../src/kernels.ts';
import { drawn, extremeProduct, otherBits, productBits } from '../kernel-bits.ts';

const next = drawn();

it.each([
  [1, 8, 1],
  [2, 24, 8],
  [3, 40, 20],
  [4, 384, 24],
  [9, 1536, 16],
  [5, 2048, 9],
  [6, 4096, 8],
])('both variants give the same bits: %i rows, %i inputs, %i outputs', async (count, inputs, outputs) => {
  expect(WebAssembly.validate(kernelBytes('relaxed')), 'Chromium has relaxed vectors').toBe(true);
  const { rows, bytes, floats } = extremeProduct(count, inputs, outputs, next);
  for (const weights of [bytes, floats]) {
    for (const bits of [8, 14] as const) {
      const found = await productBits('relaxed', rows, weights, bits);
      expect(found).toEqual(await productBits('plain', rows, weights, bits));
    }
  }
});

it('both variants give the same bits: activations, normalisation, attention', async () => {
  expect(await otherBits('relaxed')).toEqual(await otherBits('plain'));
});
