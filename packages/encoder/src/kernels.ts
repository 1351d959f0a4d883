/** The kernels, compiled and given a memory. */
import { KERNELS } from './kernels.wasm.ts';
import { RELAXED_KERNELS } from './kernels-relaxed.wasm.ts';

/** Addresses in the kernels' memory, in bytes. */
type Address = number;

/** Functions that a product or a map of rows ends with, by the number under which the kernels know them. */
export const ACTIVATIONS = { none: 0, gelu: 1, geluTanh: 2, relu: 3, silu: 4, tanh: 5 } as const;
export type Activation = keyof typeof ACTIVATIONS;

/** Use of a second operand of the result's shape. */
export const COMBINATIONS = { none: 0, add: 1, multiply: 2 } as const;
export type Combination = keyof typeof COMBINATIONS;

/** Every kernel; what each computes is described at its definition in `assembly/`. */
export interface Kernels {
  relaxedKind(): number;
  quantiseRows(
    source: Address,
    stride: number,
    rows: number,
    depth: number,
    limit: number,
    target: Address,
    scales: Address,
  ): void;
  multiply(
    activations: Address,
    rowScales: Address,
    rows: number,
    depth: number,
    weights: Address,
    columnScales: Address,
    bias: Address,
    panels: number,
    target: Address,
    stride: number,
    activation: number,
    combination: number,
    other: Address,
    excess: Address,
  ): void;
  packBytes(
    source: Address,
    rowStep: number,
    columnStep: number,
    rows: number,
    columns: number,
    flip: number,
    depth: number,
    weights: Address,
  ): void;
  packFloats(
    source: Address,
    rowStep: number,
    columnStep: number,
    rows: number,
    columns: number,
    depth: number,
    weights: Address,
    scales: Address,
  ): void;
  layerNorm(
    source: Address,
    rows: number,
    width: number,
    stride: number,
    scale: Address,
    bias: Address,
    epsilon: number,
    target: Address,
  ): void;
  rmsNorm(
    source: Address,
    rows: number,
    width: number,
    stride: number,
    scale: Address,
    epsilon: number,
    target: Address,
  ): void;
  mapRows(
    source: Address,
    rows: number,
    stride: number,
    activation: number,
    combination: number,
    other: Address,
    otherStride: number,
    target: Address,
  ): void;
  rotate(
    source: Address,
    rows: number,
    stride: number,
    heads: number,
    size: number,
    rotary: number,
    cosines: Address,
    sines: Address,
    start: number,
  ): void;
  weightedSum(source: Address, rows: number, stride: number, weights: Address, target: Address): void;
  cutRows(source: Address, rows: number, stride: number, kept: number, floor: number, target: Address): void;
  attentionScratch(length: number, size: number): number;
  attend(
    queries: Address,
    queryStride: number,
    keys: Address,
    keyStride: number,
    values: Address,
    valueStride: number,
    length: number,
    seen: number,
    heads: number,
    shared: number,
    size: number,
    scale: number,
    slopes: Address,
    causal: number,
    scratch: Address,
    context: Address,
    contextStride: number,
  ): void;
  lookUpFloats(
    ids: Address,
    step: number,
    tokens: number,
    table: Address,
    width: number,
    target: Address,
    add: number,
  ): void;
  lookUpBytes(
    ids: Address,
    step: number,
    tokens: number,
    table: Address,
    scales: Address,
    width: number,
    target: Address,
    add: number,
  ): void;
  lookUpNibbles(
    ids: Address,
    step: number,
    tokens: number,
    table: Address,
    scales: Address,
    minimums: Address,
    group: number,
    width: number,
    target: Address,
    add: number,
  ): void;
}

/** Whether this engine has WebAssembly with 128-bit vectors: a function of one vector instruction validates. */
export const hasVectors = (): boolean =>
  typeof WebAssembly === 'object' &&
  WebAssembly.validate(
    Uint8Array.of(
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0],
      ...[10, 8, 1, 6, 0, 0x41, 0, 0xfd, 0x0f, 0x0b],
    ),
  );

/** Modules by whether their memory is shared. */
const compiled = new Map<boolean, Promise<WebAssembly.Module>>();

/** The variants of the kernels: both give the same bits. `relaxed` multiplies bytes, which not every engine has. */
export const VARIANTS = { plain: KERNELS, relaxed: RELAXED_KERNELS } as const;

/** The bytes of a variant, also as a file for hosts that compile WebAssembly only from files of their own. */
export const kernelBytes = (
  variant: keyof typeof VARIANTS = 'plain',
  isShared = false,
): Uint8Array<ArrayBuffer> => {
  const bytes = isShared ? VARIANTS[variant].replace(OWN_MEMORY, SHARED_MEMORY) : VARIANTS[variant];
  return Uint8Array.from(bytes.match(/../g)!, (digits) => Number.parseInt(digits, 16));
};

/** The import of a memory of any size, and of one that threads share, in a section of imports. */
const OWN_MEMORY = '020f0103656e76066d656d6f7279020001';
const SHARED_MEMORY = '02120103656e76066d656d6f7279020301808004';

/**
 * A memory for the kernels.
 * @param sharedPages largest size of one that threads share, which is reserved as a whole and taken as it grows.
 */
export const newMemory = (sharedPages?: number): WebAssembly.Memory =>
  new WebAssembly.Memory(sharedPages ? { initial: 1, maximum: sharedPages, shared: true } : { initial: 1 });

/**
 * Compiles the kernels, once: with relaxed vectors where this machine has their product as one instruction. That does
 * not change between two workers of a machine, so that weights packed by one are those of another.
 * @param isShared whether for memories that threads share: the same code, which says so of its memory.
 * @throws WebAssembly.CompileError where vectors are missing, see {@link hasVectors}, or where the host forbids compiling.
 */
export function compileKernels(isShared = false): Promise<WebAssembly.Module> {
  let module = compiled.get(isShared);
  if (!module) {
    module = compileFastest(isShared);
    compiled.set(isShared, module);
  }
  return module;
}

async function compileFastest(isShared: boolean): Promise<WebAssembly.Module> {
  const relaxed = kernelBytes('relaxed', isShared);
  if (WebAssembly.validate(relaxed)) {
    const module = await WebAssembly.compile(relaxed);
    if (bindKernels(module, newMemory(isShared ? 1 : undefined)).relaxedKind() === 1) return module;
  }
  return WebAssembly.compile(kernelBytes('plain', isShared));
}

/** Takes a module that the host has compiled from {@link kernelBytes}. @returns whether it is one. */
export function provideKernels(module: object): boolean {
  if (!(module instanceof WebAssembly.Module)) return false;
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!names.has('multiply') || !names.has('attend')) return false;
  compiled.set(false, Promise.resolve(module));
  return true;
}

/** The kernels over a memory of their own or of several. */
export function bindKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}

/** Largest magnitude in 14 bits: two halves of seven, which relaxed vectors multiply exactly. */
const LARGEST_ACTIVATION = 8191;

/**
 * Largest magnitude of a rounded activation. A sum of `depth` products with weights of −128 … 127 must stay below 2³¹:
 * up to a depth of 2,048 that leaves all of 14 bits, and 13 at 4,096.
 */
export const activationLimit = (depth: number): number =>
  Math.min(LARGEST_ACTIVATION, Math.floor((2 ** 31 - 1) / (128 * depth)));

/** Numbers between rows of this width: rows begin where the kernels' widest loads may. */
export const strideOf = (width: number): number => Math.ceil(width / 8) * 8;
