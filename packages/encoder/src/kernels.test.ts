import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { compileKernels as buildKernels, kernelModule } from '../build-kernels.mjs';
import { hasVectors } from './kernels.ts';
import { EncoderMemory, OutOfEncoderMemory } from './memory.ts';

describe('the build', () => {
  it('gives the committed bytes from the sources, of both variants', async () => {
    let bytes = 0;
    for (const isRelaxed of [false, true]) {
      const name = isRelaxed ? 'kernels-relaxed.wasm.ts' : 'kernels.wasm.ts';
      const committed = readFileSync(new URL(name, import.meta.url), 'utf8');
      const wasm = await buildKernels(isRelaxed);
      bytes += wasm.length;
      expect(kernelModule(wasm, isRelaxed) === committed, 'run `npm run kernels` in packages/encoder').toBe(
        true,
      );
    }
    expect(bytes).toBeLessThan(60_000);
  });

  it('knows an engine with vectors', () => {
    expect(hasVectors()).toBe(true);
  });
});

describe('memory', () => {
  it('hands out aligned room that does not overlap, and takes it back', () => {
    const memory = new EncoderMemory();
    const first = memory.putFloats([1, 2, 3], 8);
    const mark = memory.mark;
    const second = memory.putBytes(new Uint8Array(200_000).fill(7));
    expect([first % 64, second % 64]).toEqual([0, 0]);
    expect(Array.from(memory.floats(first, 8))).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
    memory.release(mark);
    expect(memory.putIntegers([5])).toBe(second);
    expect(() => memory.take(2 ** 32)).toThrow(OutOfEncoderMemory);
  });
});
