// Attention of one text, all heads, with the softmax over the keys of that text alone: nothing is padded or masked.

import { exponential, largestLane, sumOfLanes } from './math';

// Four rows of four numbers, columns to rows.
// @ts-ignore: decorator
@inline
function transposed(from: usize, step: usize, to: usize, toStep: usize, factor: v128): void {
  const a = f32x4.mul(v128.load(from), factor);
  const b = f32x4.mul(v128.load(from + step), factor);
  const c = f32x4.mul(v128.load(from + 2 * step), factor);
  const d = f32x4.mul(v128.load(from + 3 * step), factor);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(to + toStep, v128.shuffle<i64>(ab0, cd0, 1, 3));
  v128.store(to + 2 * toStep, v128.shuffle<i64>(ab1, cd1, 0, 2));
  v128.store(to + 3 * toStep, v128.shuffle<i64>(ab1, cd1, 1, 3));
}

// Keys of one head, scaled, as [size, padded length]; zeros fill the length up to a multiple of eight.
function layKeys(
  keys: usize,
  step: usize,
  length: i32,
  size: i32,
  scale: f32,
  target: usize,
  targetStep: usize,
): void {
  const factor = f32x4.splat(scale);
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    const from = keys + <usize>at * step;
    const to = target + (<usize>at << 2);
    for (let d = 0; d < size; d += 4) {
      transposed(from + (<usize>d << 2), step, to + <usize>d * targetStep, targetStep, factor);
    }
  }
  const padded = <i32>(targetStep >> 2);
  for (let at = whole; at < padded; at++) {
    const from = keys + <usize>at * step;
    for (let d = 0; d < size; d++) {
      const value: f32 = at < length ? load<f32>(from + (<usize>d << 2)) * scale : 0;
      store<f32>(target + <usize>d * targetStep + (<usize>at << 2), value);
    }
  }
}

// Scores of four queries (rows of `q0` … `q3`) with all keys of a head.
// @ts-ignore: decorator
@inline
function scoreFour(
  q0: usize,
  q1: usize,
  q2: usize,
  q3: usize,
  sizeBytes: usize,
  keys: usize,
  step: usize,
  scores: usize,
): void {
  for (let j: usize = 0; j < step; j += 32) {
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c20 = f32x4.splat(0);
    let c21 = f32x4.splat(0);
    let c30 = f32x4.splat(0);
    let c31 = f32x4.splat(0);
    let k = keys + j;
    for (let d: usize = 0; d < sizeBytes; d += 4, k += step) {
      const k0 = v128.load(k);
      const k1 = v128.load(k, 16);
      let x = v128.load_splat<f32>(q0 + d);
      c00 = f32x4.add(c00, f32x4.mul(x, k0));
      c01 = f32x4.add(c01, f32x4.mul(x, k1));
      x = v128.load_splat<f32>(q1 + d);
      c10 = f32x4.add(c10, f32x4.mul(x, k0));
      c11 = f32x4.add(c11, f32x4.mul(x, k1));
      x = v128.load_splat<f32>(q2 + d);
      c20 = f32x4.add(c20, f32x4.mul(x, k0));
      c21 = f32x4.add(c21, f32x4.mul(x, k1));
      x = v128.load_splat<f32>(q3 + d);
      c30 = f32x4.add(c30, f32x4.mul(x, k0));
      c31 = f32x4.add(c31, f32x4.mul(x, k1));
    }
    let s = scores + j;
    v128.store(s, c00);
    v128.store(s, c01, 16);
    s += step;
    v128.store(s, c10);
    v128.store(s, c11, 16);
    s += step;
    v128.store(s, c20);
    v128.store(s, c21, 16);
    s += step;
    v128.store(s, c30);
    v128.store(s, c31, 16);
  }
}

// A score that is none: its exponential is far below the smallest share.
const UNSEEN: f32 = -1e30;

// Scores of one query to unnormalised shares, in place; returns 1 ÷ their sum. `slope` is taken from a score for each
// token of distance. Keys from `seen` on get a share of zero.
function softmax(scores: usize, step: usize, seen: i32, slope: f32, position: i32): f32 {
  const end = <usize>seen << 2;
  if (slope != 0) {
    for (let j = 0; j < seen; j++) {
      const at = scores + (<usize>j << 2);
      store<f32>(at, load<f32>(at) - slope * <f32>abs(position - j));
    }
  }
  const used = (end + 15) & ~15;
  for (let p = end; p < used; p += 4) store<f32>(scores + p, UNSEEN);
  let most = v128.load(scores);
  for (let p: usize = 16; p < used; p += 16) most = f32x4.max(most, v128.load(scores + p));
  const largest = f32x4.splat(largestLane(most));
  let sum = f32x4.splat(0);
  for (let p: usize = 0; p < used; p += 16) {
    const share = exponential(f32x4.sub(v128.load(scores + p), largest));
    sum = f32x4.add(sum, share);
    v128.store(scores + p, share);
  }
  for (let p = end; p < step; p += 4) store<f32>(scores + p, 0);
  return <f32>1 / sumOfLanes(sum);
}

// Bytes of scratch that a text of this length needs, for heads of this size.
export function attentionScratch(length: i32, size: i32): i32 {
  return ((length + 7) & ~7) * (size + 4) * 4;
}

// Context of one text's tokens: softmax(queries · keysᵀ × scale + bias) · values.
// Rows of queries, keys, values and context are `queryStride`, … numbers apart. `shared` heads of queries share a head
// of keys and values. `slopes` (0: none) are those of ALiBi, one a head; `causal`: a token sees itself and those before.
// Of `length` tokens the first `seen`, at least one, are seen by any.
export function attend(
  queries: usize,
  queryStride: i32,
  keys: usize,
  keyStride: i32,
  values: usize,
  valueStride: i32,
  length: i32,
  seen: i32,
  heads: i32,
  shared: i32,
  size: i32,
  scale: f32,
  slopes: usize,
  causal: i32,
  scratch: usize,
  context: usize,
  contextStride: i32,
): void {
  const q = <usize>queryStride << 2;
  const kv = <usize>valueStride << 2;
  const out = <usize>contextStride << 2;
  const sizeBytes = <usize>size << 2;
  const step = <usize>((seen + 7) & ~7) << 2;
  const scores = scratch + step * size;
  const last = length - 1;
  for (let head = 0; head < heads; head++) {
    const group = <usize>(head / shared) * sizeBytes;
    if (head % shared == 0) layKeys(keys + group, <usize>keyStride << 2, seen, size, scale, scratch, step);
    const slope: f32 = slopes ? load<f32>(slopes + (<usize>head << 2)) : 0;
    const headQueries = queries + <usize>head * sizeBytes;
    const headValues = values + group;
    const headContext = context + <usize>head * sizeBytes;
    for (let i = 0; i < length; i += 4) {
      const i1 = min(i + 1, last);
      const i2 = min(i + 2, last);
      const i3 = min(i + 3, last);
      scoreFour(
        headQueries + <usize>i * q,
        headQueries + <usize>i1 * q,
        headQueries + <usize>i2 * q,
        headQueries + <usize>i3 * q,
        sizeBytes,
        scratch,
        step,
        scores,
      );
      const p1 = scores + step;
      const p2 = p1 + step;
      const p3 = p2 + step;
      const z0 = softmax(scores, step, causal ? min(i + 1, seen) : seen, slope, i);
      const z1 = softmax(p1, step, causal ? min(i1 + 1, seen) : seen, slope, i1);
      const z2 = softmax(p2, step, causal ? min(i2 + 1, seen) : seen, slope, i2);
      const z3 = softmax(p3, step, causal ? min(i3 + 1, seen) : seen, slope, i3);
      const end = <usize>(causal ? min(i3 + 1, seen) : seen) << 2;
      for (let d: usize = 0; d < sizeBytes; d += 32) {
        let c00 = f32x4.splat(0);
        let c01 = f32x4.splat(0);
        let c10 = f32x4.splat(0);
        let c11 = f32x4.splat(0);
        let c20 = f32x4.splat(0);
        let c21 = f32x4.splat(0);
        let c30 = f32x4.splat(0);
        let c31 = f32x4.splat(0);
        let v = headValues + d;
        for (let j: usize = 0; j < end; j += 4, v += kv) {
          const v0 = v128.load(v);
          const v1 = v128.load(v, 16);
          let x = v128.load_splat<f32>(scores + j);
          c00 = f32x4.add(c00, f32x4.mul(x, v0));
          c01 = f32x4.add(c01, f32x4.mul(x, v1));
          x = v128.load_splat<f32>(p1 + j);
          c10 = f32x4.add(c10, f32x4.mul(x, v0));
          c11 = f32x4.add(c11, f32x4.mul(x, v1));
          x = v128.load_splat<f32>(p2 + j);
          c20 = f32x4.add(c20, f32x4.mul(x, v0));
          c21 = f32x4.add(c21, f32x4.mul(x, v1));
          x = v128.load_splat<f32>(p3 + j);
          c30 = f32x4.add(c30, f32x4.mul(x, v0));
          c31 = f32x4.add(c31, f32x4.mul(x, v1));
        }
        let o = headContext + <usize>i * out + d;
        let z = f32x4.splat(z0);
        v128.store(o, f32x4.mul(c00, z));
        v128.store(o, f32x4.mul(c01, z), 16);
        if (i + 1 < length) {
          o += out;
          z = f32x4.splat(z1);
          v128.store(o, f32x4.mul(c10, z));
          v128.store(o, f32x4.mul(c11, z), 16);
        }
        if (i + 2 < length) {
          o += out;
          z = f32x4.splat(z2);
          v128.store(o, f32x4.mul(c20, z));
          v128.store(o, f32x4.mul(c21, z), 16);
        }
        if (i + 3 < length) {
          o += out;
          z = f32x4.splat(z3);
          v128.store(o, f32x4.mul(c30, z));
          v128.store(o, f32x4.mul(c31, z), 16);
        }
      }
    }
  }
}
