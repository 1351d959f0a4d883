/** Bits that kernels give, which are the same for both variants and on every processor. */
import {
  ACTIVATIONS,
  type ActivationBits,
  activationLimit,
  bindKernels,
  kernelBytes,
  strideOf,
  type VARIANTS,
} from '../src/kernels.ts';
import { EncoderMemory } from '../src/memory.ts';

const open = async (variant: keyof typeof VARIANTS) => {
  const memory = new EncoderMemory();
  return { memory, kernels: bindKernels(await WebAssembly.compile(kernelBytes(variant)), memory.memory) };
};

/** The bits of a product of rows with a matrix of bytes, or of floats. */
export async function productBits(
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

/** Numbers from −1 to 1, always the same ones. */
export function drawn(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Rows and bytes of a product with the largest sums that there can be, of either sign, and a row of zeros. */
export function extremeProduct(count: number, inputs: number, outputs: number, next: () => number) {
  const rows = Array.from({ length: count }, () => Float32Array.from({ length: inputs }, next));
  rows[0]!.fill(1);
  rows[1]?.fill(-1);
  rows[2]?.fill(0);
  const bytes = Int8Array.from({ length: inputs * outputs }, () => Math.round(next() * 127));
  for (let input = 0; input < inputs; input++) bytes[input * outputs] = -128;
  return { rows, bytes, floats: Float32Array.from({ length: inputs * outputs }, next) };
}

/** The bits of what is not a product: activations, a normalisation, attention with slopes and without. */
export async function otherBits(variant: keyof typeof VARIANTS): Promise<number[]> {
  const { memory, kernels } = await open(variant);
  const next = drawn();
  const [length, heads, size] = [37, 4, 16];
  const width = heads * size;
  const count = length * width;
  const rows = (): number => memory.putFloats(Float32Array.from({ length: count }, () => 4 * next()));
  const [queries, keys, values] = [rows(), rows(), rows()];
  const results: number[] = [];
  const target = (): number => {
    results.push(memory.take(count * 4));
    return results.at(-1)!;
  };
  for (const activation of Object.values(ACTIVATIONS)) {
    kernels.mapRows(queries, length, width, activation, 0, 0, 0, target());
  }
  const [scale, bias] = [memory.putFloats(new Float32Array(width).fill(1.5)), memory.putFloats([], width)];
  kernels.layerNorm(queries, length, width, width, scale, bias, 1e-5, target());
  const scratch = memory.take(kernels.attentionScratch(length, size));
  for (const [slopes, causal] of [
    [0, 0],
    [memory.putFloats([0.5, 0.25, 0.125, 0.0625]), 1],
  ] as const) {
    const from = [queries, width, keys, width, values, width, length, length, heads, 1, size, 0.25] as const;
    kernels.attend(...from, slopes, causal, scratch, target(), width);
  }
  return results.flatMap((address) => Array.from(memory.integers(address, count)));
}
