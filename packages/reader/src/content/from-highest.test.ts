import { expect, it } from 'vitest';
import { inSlices } from '../slices.ts';
import { fromHighest } from './from-highest.ts';

it.each([0, 1, 3999, 4000, 4001, 30_011])(
  'sorts %i values as the stable sort of arrays does',
  async (length) => {
    // Many are equal.
    const values = Float32Array.from({ length }, (_, index) => ((index * 7919) % 1009) / 1009);
    const expected = Array.from(values, (_value, index) => index).sort((a, b) => values[b]! - values[a]!);
    expect([...(await inSlices(fromHighest(values)))]).toEqual(expected);
  },
);
