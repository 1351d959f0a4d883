/**
 * `npm run bits`: a digest of what the kernels compute here, to be compared with another processor's. It needs a Node
 * that runs TypeScript (≥ 22.18).
 */
import { createHash } from 'node:crypto';
import { bindKernels, kernelBytes, type VARIANTS } from '../src/kernels.ts';
import { drawn, extremeProduct, otherBits, productBits } from './kernel-bits.ts';

async function digestOf(variant: keyof typeof VARIANTS): Promise<string> {
  const hash = createHash('sha256');
  const add = (bits: readonly number[]): void => {
    hash.update(Int32Array.from(bits));
  };
  const next = drawn();
  for (const [count, inputs, outputs] of [
    [1, 8, 1],
    [3, 40, 20],
    [9, 384, 24],
    [6, 4096, 8],
  ] as const) {
    const { rows, bytes, floats } = extremeProduct(count, inputs, outputs, next);
    for (const weights of [bytes, floats]) {
      for (const bits of [8, 14] as const) add(await productBits(variant, rows, weights, bits));
    }
  }
  add(await otherBits(variant));
  return hash.digest('hex').slice(0, 16);
}

console.log(`${process.arch}, plain: ${await digestOf('plain')}`);
const relaxed = kernelBytes('relaxed');
if (WebAssembly.validate(relaxed)) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kind = bindKernels(await WebAssembly.compile(relaxed), memory).relaxedKind();
  const use = kind === 1 ? 'used' : 'not used here';
  console.log(`${process.arch}, relaxed (${use}): ${await digestOf('relaxed')}`);
}
