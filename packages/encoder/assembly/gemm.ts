// Matrix products of packed tokens: int8 weights with a scale a column, activations as int16 or bytes with a scale a row.
//
// Rows of activations are `depth` int16 apart, `depth` a multiple of eight. Weights lie in panels of eight columns:
// for each two rows of the matrix sixteen bytes, column 0's pair first (see pack.ts). Sums are int32 and exact, so the
// order of tiles does not show in the result.
//
// The variant with relaxed vectors multiplies bytes. Activations have 14 bits: of a row first the lower seven of each,
// then the upper seven plus 64, so that all are from 0 to 127, where the operator is exact whatever it means elsewhere.
// The sums of upper halves are shifted and freed of those 64s before the lower halves are added to them, so that both
// variants give the same sums. Its panels hold four rows of eight columns in 32 bytes.
//
// Activations of 8 bits are bytes from 0 to 255, so they need an operator that takes them as unsigned: see relaxedKind.

import { activated, ALONE, combined, GELU, geluColumns, largestLane, NONE, ROUNDING, then } from './math';

// Keeps a row of zeros from dividing by zero.
const SMALLEST_RANGE: f32 = 1e-30;

// `then` adds ROUNDING to a number; without its bits the nearest whole number remains. Smaller than conversions, which
// have to think of numbers that no integer holds.
const ROUNDING_BITS: i32 = reinterpret<i32>(ROUNDING);

// Rounds rows to int16: the largest magnitude of a row becomes `limit`. Columns from `width` to `depth` are zeros.
// Magnitudes are compared by their bits, among which NaN's are the largest.
export function quantiseRows(
  source: usize,
  stride: i32,
  rows: i32,
  depth: i32,
  limit: f32,
  target: usize,
  scales: usize,
): void {
  const bytes = <usize>depth << 2;
  const rounding = f32x4.splat(ROUNDING);
  const less = i32x4.splat(ROUNDING_BITS);
  for (let row = 0; row < rows; row++) {
    const from = source + ((<usize>row * stride) << 2);
    const end = from + bytes;
    let m0 = f32x4.splat(0);
    let m1 = f32x4.splat(0);
    for (let p = from; p < end; p += 32) {
      m0 = i32x4.max_s(m0, f32x4.abs(v128.load(p)));
      m1 = i32x4.max_s(m1, f32x4.abs(v128.load(p, 16)));
    }
    const largest = max(largestLane(i32x4.max_s(m0, m1)), SMALLEST_RANGE);
    const factor = f32x4.splat(limit / largest);
    for (let p = from; p < end; p += 32, target += 16) {
      const low = i32x4.sub(then(v128.load(p), factor, rounding), less);
      const high = i32x4.sub(then(v128.load(p, 16), factor, rounding), less);
      const rounded = i16x8.narrow_i32x4_s(low, high);
      if (ASC_FEATURE_RELAXED_SIMD) {
        const lower = v128.and(rounded, i16x8.splat(127));
        const upper = i16x8.add(i16x8.shr_s(rounded, 7), i16x8.splat(64));
        v128.store64_lane(target, i8x16.narrow_i16x8_u(lower, lower), 0);
        v128.store64_lane(target + depth, i8x16.narrow_i16x8_u(upper, upper), 0);
        target -= 8;
      } else {
        v128.store(target, rounded);
      }
    }
    if (ASC_FEATURE_RELAXED_SIMD) target += depth;
    // NaN and infinities lose themselves in the rounding; the scale hands them on.
    store<f32>(scales + (<usize>row << 2), largest / limit);
  }
}

// Rounds rows to bytes: a row's least number, at most 0, becomes 0, its largest, at least 0, becomes 255. `zeros` gets
// the byte that 0 becomes. The plain variant, which multiplies int16, takes it off here, the other one off its sums.
export function quantiseBytes(
  source: usize,
  stride: i32,
  rows: i32,
  depth: i32,
  target: usize,
  scales: usize,
  zeros: usize,
): void {
  const bytes = <usize>depth << 2;
  const rounding = f32x4.splat(ROUNDING);
  for (let row = 0; row < rows; row++) {
    const from = source + ((<usize>row * stride) << 2);
    const end = from + bytes;
    // By their bits: of numbers above 0 the largest is the largest, of those below, unsigned, the least.
    let most = i32x4.splat(0);
    let least = i32x4.splat(i32.MIN_VALUE);
    for (let p = from; p < end; p += 32) {
      const x = v128.load(p);
      const y = v128.load(p, 16);
      most = i32x4.max_s(most, i32x4.max_s(x, y));
      least = i32x4.max_u(least, i32x4.max_u(x, y));
    }
    const below = largestLane(f32x4.abs(least));
    const range = max(largestLane(most) + below, SMALLEST_RANGE);
    const factor = f32x4.splat(<f32>255 / range);
    const zero = i32x4.sub(then(f32x4.splat(below), factor, rounding), i32x4.splat(ROUNDING_BITS));
    const more = i32x4.sub(zero, i32x4.splat(ROUNDING_BITS));
    const taken = i16x8.narrow_i32x4_s(zero, zero);
    for (let p = from; p < end; p += 32) {
      const low = i32x4.add(then(v128.load(p), factor, rounding), more);
      const high = i32x4.add(then(v128.load(p, 16), factor, rounding), more);
      const rounded = i16x8.narrow_i32x4_s(low, high);
      const byte = i8x16.narrow_i16x8_u(rounded, rounded);
      if (ASC_FEATURE_RELAXED_SIMD) {
        v128.store64_lane(target, byte, 0);
        target += 8;
      } else {
        v128.store(target, i16x8.sub(i16x8.extend_low_i8x16_u(byte), taken));
        target += 16;
      }
    }
    store<f32>(scales + (<usize>row << 2), range / 255);
    store<i32>(zeros + (<usize>row << 2), i32x4.extract_lane(zero, 0));
  }
}

// @ts-ignore: decorator
@inline
function finish(
  sums: v128,
  rowScale: v128,
  columnScale: v128,
  bias: v128,
  target: usize,
  activation: i32,
  combination: i32,
  other: usize,
): void {
  let value = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), f32x4.mul(rowScale, columnScale)), bias);
  if (activation != NONE) value = activated(value, activation);
  if (combination != ALONE) value = combined(value, other, combination);
  v128.store(target, value);
}

// Bytes of activations that stay in the first cache while panels go by.
const BLOCK_BYTES: i32 = 24576;

// target[row, column] = combine(activate(activations · weights × scales + bias), other).
// `stride` numbers lie between rows of `target` and of `other`; `panels` are eight columns each. `columnSums` are negated
// (see pack.ts); the plain variant does not read them.
export function multiply(
  activations: usize,
  rowScales: usize,
  zeros: usize,
  rows: i32,
  depth: i32,
  weights: usize,
  columnScales: usize,
  bias: usize,
  panels: i32,
  target: usize,
  stride: i32,
  activation: i32,
  combination: i32,
  other: usize,
  columnSums: usize,
): void {
  // GELU that nothing is combined with is computed where a panel's columns are still in the first cache.
  const isGeluApart = activation == GELU && combination == ALONE;
  if (isGeluApart) activation = NONE;
  // Relaxed vectors multiply bytes as they are.
  const areBytes = ASC_FEATURE_RELAXED_SIMD && zeros != 0;
  const rowBytes = <usize>depth << (areBytes ? 0 : 1);
  const panelBytes = <usize>depth << 3;
  const block = max(4, (BLOCK_BYTES / <i32>rowBytes) & ~3);
  for (let first = 0; first < rows; first += block) {
    const last = min(rows, first + block);
    for (let panel = 0; panel < panels; panel++) {
      const w = weights + <usize>panel * panelBytes;
      const column = <usize>panel << 5;
      const s0 = v128.load(columnScales + column);
      const s1 = v128.load(columnScales + column, 16);
      // Of bytes times their zero, of 14 bits times what 64 adds in an upper half, 64 × 128.
      let z0 = i32x4.splat(0);
      let z1 = i32x4.splat(0);
      if (ASC_FEATURE_RELAXED_SIMD) {
        z0 = i32x4.shl(v128.load(columnSums + column), areBytes ? 0 : 13);
        z1 = i32x4.shl(v128.load(columnSums + column, 16), areBytes ? 0 : 13);
      }
      const b0 = v128.load(bias + column);
      const b1 = v128.load(bias + column, 16);
      let row = first;
      for (; row + 1 < last; row += 4) {
        // A tile of two or three rows reads its last row again and stores it once.
        const a0 = activations + <usize>row * rowBytes;
        const a1 = a0 + rowBytes;
        const a2 = activations + <usize>min(row + 2, last - 1) * rowBytes;
        const a3 = activations + <usize>min(row + 3, last - 1) * rowBytes;
        let c00 = i32x4.splat(0);
        let c01 = i32x4.splat(0);
        let c10 = i32x4.splat(0);
        let c11 = i32x4.splat(0);
        let c20 = i32x4.splat(0);
        let c21 = i32x4.splat(0);
        let c30 = i32x4.splat(0);
        let c31 = i32x4.splat(0);
        let wp = w;
        if (ASC_FEATURE_RELAXED_SIMD) {
          for (let k = <usize>depth; k < rowBytes; k += 4, wp += 32) {
            const w0 = v128.load(wp);
            const w1 = v128.load(wp, 16);
            let x = v128.load_splat<i32>(a0 + k);
            c00 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c00);
            c01 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c01);
            x = v128.load_splat<i32>(a1 + k);
            c10 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c10);
            c11 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c11);
            x = v128.load_splat<i32>(a2 + k);
            c20 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c20);
            c21 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c21);
            x = v128.load_splat<i32>(a3 + k);
            c30 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c30);
            c31 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c31);
          }
          if (!areBytes) {
            c00 = i32x4.add(i32x4.shl(c00, 7), z0);
            c01 = i32x4.add(i32x4.shl(c01, 7), z1);
            c10 = i32x4.add(i32x4.shl(c10, 7), z0);
            c11 = i32x4.add(i32x4.shl(c11, 7), z1);
            c20 = i32x4.add(i32x4.shl(c20, 7), z0);
            c21 = i32x4.add(i32x4.shl(c21, 7), z1);
            c30 = i32x4.add(i32x4.shl(c30, 7), z0);
            c31 = i32x4.add(i32x4.shl(c31, 7), z1);
          }
          wp = w;
          for (let k: usize = 0; k < <usize>depth; k += 4, wp += 32) {
            const w0 = v128.load(wp);
            const w1 = v128.load(wp, 16);
            let x = v128.load_splat<i32>(a0 + k);
            c00 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c00);
            c01 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c01);
            x = v128.load_splat<i32>(a1 + k);
            c10 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c10);
            c11 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c11);
            x = v128.load_splat<i32>(a2 + k);
            c20 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c20);
            c21 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c21);
            x = v128.load_splat<i32>(a3 + k);
            c30 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w0, x, c30);
            c31 = i32x4.relaxed_dot_i8x16_i7x16_add_s(w1, x, c31);
          }
          if (areBytes) {
            const z = zeros + (<usize>row << 2);
            let x = v128.load_splat<i32>(z);
            c00 = i32x4.add(c00, i32x4.mul(x, z0));
            c01 = i32x4.add(c01, i32x4.mul(x, z1));
            x = v128.load_splat<i32>(z, 4);
            c10 = i32x4.add(c10, i32x4.mul(x, z0));
            c11 = i32x4.add(c11, i32x4.mul(x, z1));
            x = v128.load_splat<i32>(z, 8);
            c20 = i32x4.add(c20, i32x4.mul(x, z0));
            c21 = i32x4.add(c21, i32x4.mul(x, z1));
            x = v128.load_splat<i32>(z, 12);
            c30 = i32x4.add(c30, i32x4.mul(x, z0));
            c31 = i32x4.add(c31, i32x4.mul(x, z1));
          }
        } else for (let k: usize = 0; k < rowBytes; k += 4, wp += 16) {
          const w0 = v128.load_ext<i8>(wp);
          const w1 = v128.load_ext<i8>(wp, 8);
          let x = v128.load_splat<i32>(a0 + k);
          c00 = i32x4.add(c00, i32x4.dot_i16x8_s(x, w0));
          c01 = i32x4.add(c01, i32x4.dot_i16x8_s(x, w1));
          x = v128.load_splat<i32>(a1 + k);
          c10 = i32x4.add(c10, i32x4.dot_i16x8_s(x, w0));
          c11 = i32x4.add(c11, i32x4.dot_i16x8_s(x, w1));
          x = v128.load_splat<i32>(a2 + k);
          c20 = i32x4.add(c20, i32x4.dot_i16x8_s(x, w0));
          c21 = i32x4.add(c21, i32x4.dot_i16x8_s(x, w1));
          x = v128.load_splat<i32>(a3 + k);
          c30 = i32x4.add(c30, i32x4.dot_i16x8_s(x, w0));
          c31 = i32x4.add(c31, i32x4.dot_i16x8_s(x, w1));
        }
        const offset = ((<usize>row * stride) << 2) + column;
        const bytes = <usize>stride << 2;
        const scales = rowScales + (<usize>row << 2);
        let t = target + offset;
        let o = other + offset;
        let rs = v128.load_splat<f32>(scales);
        finish(c00, rs, s0, b0, t, activation, combination, o);
        finish(c01, rs, s1, b1, t + 16, activation, combination, o + 16);
        t += bytes;
        o += bytes;
        rs = v128.load_splat<f32>(scales, 4);
        finish(c10, rs, s0, b0, t, activation, combination, o);
        finish(c11, rs, s1, b1, t + 16, activation, combination, o + 16);
        if (row + 2 < last) {
          t += bytes;
          o += bytes;
          rs = v128.load_splat<f32>(scales, 8);
          finish(c20, rs, s0, b0, t, activation, combination, o);
          finish(c21, rs, s1, b1, t + 16, activation, combination, o + 16);
        }
        if (row + 3 < last) {
          t += bytes;
          o += bytes;
          rs = v128.load_splat<f32>(scales, 12);
          finish(c30, rs, s0, b0, t, activation, combination, o);
          finish(c31, rs, s1, b1, t + 16, activation, combination, o + 16);
        }
      }
      if (row < last) {
        const a0 = activations + <usize>row * rowBytes;
        let c00 = i32x4.splat(0);
        let c01 = i32x4.splat(0);
        let wp = w;
        if (ASC_FEATURE_RELAXED_SIMD) {
          for (let k = <usize>depth; k < rowBytes; k += 4, wp += 32) {
            const x = v128.load_splat<i32>(a0 + k);
            c00 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(wp), x, c00);
            c01 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(wp, 16), x, c01);
          }
          if (!areBytes) {
            c00 = i32x4.add(i32x4.shl(c00, 7), z0);
            c01 = i32x4.add(i32x4.shl(c01, 7), z1);
          }
          wp = w;
          for (let k: usize = 0; k < <usize>depth; k += 4, wp += 32) {
            const x = v128.load_splat<i32>(a0 + k);
            c00 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(wp), x, c00);
            c01 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(wp, 16), x, c01);
          }
          if (areBytes) {
            const x = v128.load_splat<i32>(zeros + (<usize>row << 2));
            c00 = i32x4.add(c00, i32x4.mul(x, z0));
            c01 = i32x4.add(c01, i32x4.mul(x, z1));
          }
        } else for (let k: usize = 0; k < rowBytes; k += 4, wp += 16) {
          const x = v128.load_splat<i32>(a0 + k);
          c00 = i32x4.add(c00, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(wp)));
          c01 = i32x4.add(c01, i32x4.dot_i16x8_s(x, v128.load_ext<i8>(wp, 8)));
        }
        const offset = ((<usize>row * stride) << 2) + column;
        const rs = v128.load_splat<f32>(rowScales + (<usize>row << 2));
        finish(c00, rs, s0, b0, target + offset, activation, combination, other + offset);
        finish(c01, rs, s1, b1, target + offset + 16, activation, combination, other + offset + 16);
      }
      if (isGeluApart) {
        geluColumns(target + ((<usize>first * stride) << 2) + column, <usize>stride << 2, last - first);
      }
    }
  }
}

// What the operator makes of a byte beyond 127: 1 if it takes it as unsigned, with whole sums. So processors do that
// have it as one instruction (VNNI); the others are no faster with it, or have not been measured. 0 without it.
export function relaxedKind(): i32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return 0;
  const sums = i32x4.relaxed_dot_i8x16_i7x16_add_s(i8x16.splat(127), i8x16.splat(-1), i32x4.splat(5));
  return i32(i32x4.extract_lane(sums, 0) == 4 * 127 * 255 + 5);
}
