// Row by row: normalisations, activations, sums. Rows are `stride` numbers apart, a multiple of eight; the numbers from
// `width` to `stride` are zeros and stay zeros.

import { activated, combined, sumOfLanes } from './math';

// (x − mean) ÷ √(variance + epsilon) × scale + bias, the variance from the distances to the mean.
export function layerNorm(
  source: usize,
  rows: i32,
  width: i32,
  stride: i32,
  scale: usize,
  bias: usize,
  epsilon: f32,
  target: usize,
): void {
  const bytes = <usize>stride << 2;
  const whole = <usize>(width & ~3) << 2;
  const used = <usize>width << 2;
  const share = <f32>1 / <f32>width;
  for (let row = 0; row < rows; row++, source += bytes, target += bytes) {
    let s0 = f32x4.splat(0);
    for (let p: usize = 0; p < whole; p += 16) s0 = f32x4.add(s0, v128.load(source + p));
    let sum = sumOfLanes(s0);
    for (let p = whole; p < used; p += 4) sum += load<f32>(source + p);
    const mean = sum * share;
    const mean4 = f32x4.splat(mean);
    s0 = f32x4.splat(0);
    for (let p: usize = 0; p < whole; p += 16) {
      const distance = f32x4.sub(v128.load(source + p), mean4);
      s0 = f32x4.add(s0, f32x4.mul(distance, distance));
    }
    let square = sumOfLanes(s0);
    for (let p = whole; p < used; p += 4) {
      const distance = load<f32>(source + p) - mean;
      square += distance * distance;
    }
    const factor = f32x4.splat(<f32>1 / sqrt<f32>(square * share + epsilon));
    // Scale and bias are zeros beyond the width.
    for (let p: usize = 0; p < bytes; p += 16) {
      const distance = f32x4.mul(f32x4.sub(v128.load(source + p), mean4), factor);
      v128.store(target + p, f32x4.add(f32x4.mul(distance, v128.load(scale + p)), v128.load(bias + p)));
    }
  }
}

// x ÷ √(mean of squares + epsilon) × scale
export function rmsNorm(
  source: usize,
  rows: i32,
  width: i32,
  stride: i32,
  scale: usize,
  epsilon: f32,
  target: usize,
): void {
  const bytes = <usize>stride << 2;
  const share = <f32>1 / <f32>width;
  for (let row = 0; row < rows; row++, source += bytes, target += bytes) {
    let s0 = f32x4.splat(0);
    for (let p: usize = 0; p < bytes; p += 16) {
      const x = v128.load(source + p);
      s0 = f32x4.add(s0, f32x4.mul(x, x));
    }
    const factor = f32x4.splat(<f32>1 / sqrt<f32>(sumOfLanes(s0) * share + epsilon));
    for (let p: usize = 0; p < bytes; p += 16) {
      v128.store(target + p, f32x4.mul(f32x4.mul(v128.load(source + p), factor), v128.load(scale + p)));
    }
  }
}

// target = combine(activate(source), other). `otherStride` 0: the same row for all.
export function mapRows(
  source: usize,
  rows: i32,
  stride: i32,
  activation: i32,
  combination: i32,
  other: usize,
  otherStride: i32,
  target: usize,
): void {
  const bytes = <usize>stride << 2;
  const otherBytes = <usize>otherStride << 2;
  for (let row = 0; row < rows; row++, source += bytes, target += bytes, other += otherBytes) {
    for (let p: usize = 0; p < bytes; p += 16) {
      v128.store(target + p, combined(activated(v128.load(source + p), activation), other + p, combination));
    }
  }
}

// Rotates pairs of numbers of each head by the angle of the token's position: of the first `rotary` numbers of a head
// number i goes with i + rotary ÷ 2. `cosines` and `sines` are [positions, rotary ÷ 2]; `start` is the position of the
// first row. In place.
export function rotate(
  source: usize,
  rows: i32,
  stride: i32,
  heads: i32,
  size: i32,
  rotary: i32,
  cosines: usize,
  sines: usize,
  start: i32,
): void {
  const half = <usize>(rotary >> 1) << 2;
  for (let row = 0; row < rows; row++) {
    const table = <usize>(start + row) * half;
    for (let head = 0; head < heads; head++) {
      const x = source + ((<usize>row * stride + head * size) << 2);
      for (let p: usize = 0; p < half; p += 16) {
        const c = v128.load(cosines + table + p);
        const s = v128.load(sines + table + p);
        const left = v128.load(x + p);
        const right = v128.load(x + half + p);
        v128.store(x + p, f32x4.sub(f32x4.mul(left, c), f32x4.mul(right, s)));
        v128.store(x + half + p, f32x4.add(f32x4.mul(right, c), f32x4.mul(left, s)));
      }
    }
  }
}

// The sum of a text's rows, each times its weight: the mean where weights are 1 ÷ length, the first or last row where
// one weight is 1. Rows of weight 0 are not read.
export function weightedSum(
  source: usize,
  rows: i32,
  stride: i32,
  weights: usize,
  target: usize,
): void {
  const bytes = <usize>stride << 2;
  memory.fill(target, 0, bytes);
  for (let row = 0; row < rows; row++, source += bytes) {
    const weight = load<f32>(weights + (<usize>row << 2));
    if (weight == 0) continue;
    const factor = f32x4.splat(weight);
    for (let p: usize = 0; p < bytes; p += 16) {
      v128.store(target + p, f32x4.add(v128.load(target + p), f32x4.mul(v128.load(source + p), factor)));
    }
  }
}

// The first `kept` numbers of each row, one row after the other; divided by their length, at least `floor`, where that
// is not negative.
export function cutRows(
  source: usize,
  rows: i32,
  stride: i32,
  kept: i32,
  floor: f32,
  target: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const from = source + ((<usize>row * stride) << 2);
    const to = target + ((<usize>row * kept) << 2);
    let length: f32 = 1;
    if (floor >= 0) {
      let square: f64 = 0;
      for (let at = 0; at < kept; at++) {
        const value = <f64>load<f32>(from + (<usize>at << 2));
        square += value * value;
      }
      length = max(<f32>sqrt<f64>(square), floor);
    }
    for (let at = 0; at < kept; at++) {
      const offset = <usize>at << 2;
      store<f32>(to + offset, load<f32>(from + offset) / length);
    }
  }
}
