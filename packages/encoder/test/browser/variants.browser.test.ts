import { expect, it } from 'vitest';
import {
  type ActivationBits,
  activationLimit,
  bindKernels,
  kernelBytes,
  strideOf,
  type VARIANTS,
} from '../../src/kernels.ts';
import { EncoderMemory } from '../../src/memory.ts';

const open = async (variant: keyof typeof VARIANTS) => {
  const memory = new EncoderMemory();
  return { memory, kernels: bindKernels(await WebAssembly.compile(kernelBytes(variant)), memory.memory) };
};

/** A product of rows with a matrix of bytes, or of floats: its bits, and how its rows were scaled. */
async function product(
  variant: keyof typeof VARIANTS,
  rows: readonly Float32Array[],
  weights: Int8Array | Float32Array,
  bits: ActivationBits,
): Promise<number[]> {
  const { memory, kernels } = await open(variant);
  const inputs = rows[0]!.length;
  const outputs = weights.length / inputs;
  const [depth, stride] = [strideOf(inputs), strideOf(outputs)];
  const packed = memory.take(depth * stride + stride * 4);
  memory.bytes(packed, depth * stride).fill(0);
  const scales = memory.putFloats(new Float32Array(outputs).fill(0.01), stride);
  const shape = [outputs, 1, inputs, outputs] as const;
  if (weights instanceof Int8Array) kernels.packBytes(memory.putBytes(weights), ...shape, 0, depth, packed);
  else kernels.packFloats(memory.putFloats(weights), ...shape, depth, packed, scales);
  const source = memory.take(rows.length * depth * 4);
  memory.floats(source, rows.length * depth).fill(0);
  rows.forEach((row, index) => {
    memory.floats(source + index * depth * 4, inputs).set(row);
  });
  const rounded = memory.take(rows.length * depth * 2);
  const rowScales = memory.take(rows.length * 4);
  const zeros = bits === 8 ? memory.take(rows.length * 4) : 0;
  const place = [source, depth, rows.length, depth] as const;
  if (zeros) kernels.quantiseBytes(...place, rounded, rowScales, zeros);
  else kernels.quantiseRows(...place, activationLimit(depth), rounded, rowScales);
  const target = memory.take(rows.length * stride * 4);
  const bias = memory.putFloats(new Float32Array(outputs).fill(0.5), stride);
  const from = [rounded, rowScales, zeros, rows.length, depth, packed, scales, bias, stride / 8] as const;
  kernels.multiply(...from, target, stride, 0, 0, 0, packed + depth * stride);
  return Array.from(memory.integers(target, rows.length * stride));
}

let state = 7;
const next = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 31 - 1;
};

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
  const rows = Array.from({ length: count }, () => Float32Array.from({ length: inputs }, next));
  // The largest sums that there can be, of either sign, and a row of zeros.
  rows[0]!.fill(1);
  rows[1]?.fill(-1);
  rows[2]?.fill(0);
  const bytes = Int8Array.from({ length: inputs * outputs }, () => Math.round(next() * 127));
  for (let input = 0; input < inputs; input++) bytes[input * outputs] = -128;
  const floats = Float32Array.from({ length: inputs * outputs }, next);
  for (const weights of [bytes, floats]) {
    for (const bits of [8, 14] as const) {
      const found = await product('relaxed', rows, weights, bits);
      expect(found).toEqual(await product('plain', rows, weights, bits));
    }
  }
});
