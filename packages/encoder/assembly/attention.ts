// Attention of one text, all heads, with the softmax over the keys of that text alone: nothing is padded or masked.

import {
  E2,
  E3,
  E4,
  E5,
  E6,
  E7,
  LEAST_EXPONENT,
  LN2_LARGE,
  LN2_SMALL,
  LOG2_E,
  largestLane,
  ROUNDING,
  sumOfLanes,
  then,
} from './math';

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

// Prepares the scores of one query: `slope` is taken from a score for each token of distance, and keys from `seen` to
// `used` get no share.
// @ts-ignore: decorator
@inline
function prepare(scores: usize, seen: i32, used: usize, slope: f32, position: i32): void {
  if (slope != 0) {
    for (let j = 0; j < seen; j++) {
      const at = scores + (<usize>j << 2);
      store<f32>(at, load<f32>(at) - slope * <f32>abs(position - j));
    }
  }
  for (let p = <usize>seen << 2; p < used; p += 4) store<f32>(scores + p, UNSEEN);
}

// Scores of four queries to unnormalised shares, in place, of their first `used` bytes; returns 1 ÷ the sums. Four
// exponentials at a time, as in math.ts; a score less the largest is never above 0.
function softmaxFour(p0: usize, step: usize, used: usize): v128 {
  const p1 = p0 + step;
  const p2 = p1 + step;
  const p3 = p2 + step;
  let m0 = v128.load(p0);
  let m1 = v128.load(p1);
  let m2 = v128.load(p2);
  let m3 = v128.load(p3);
  for (let p: usize = 16; p < used; p += 16) {
    m0 = f32x4.pmax(m0, v128.load(p0 + p));
    m1 = f32x4.pmax(m1, v128.load(p1 + p));
    m2 = f32x4.pmax(m2, v128.load(p2 + p));
    m3 = f32x4.pmax(m3, v128.load(p3 + p));
  }
  m0 = f32x4.splat(largestLane(m0));
  m1 = f32x4.splat(largestLane(m1));
  m2 = f32x4.splat(largestLane(m2));
  m3 = f32x4.splat(largestLane(m3));
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  for (let p: usize = 0; p < used; p += 16) {
    let c = f32x4.splat(LEAST_EXPONENT);
    let r0 = f32x4.pmax(f32x4.sub(v128.load(p0 + p), m0), c);
    let r1 = f32x4.pmax(f32x4.sub(v128.load(p1 + p), m1), c);
    let r2 = f32x4.pmax(f32x4.sub(v128.load(p2 + p), m2), c);
    let r3 = f32x4.pmax(f32x4.sub(v128.load(p3 + p), m3), c);
    c = f32x4.splat(LOG2_E);
    let d = f32x4.splat(ROUNDING);
    const t0 = then(r0, c, d);
    const t1 = then(r1, c, d);
    const t2 = then(r2, c, d);
    const t3 = then(r3, c, d);
    const n0 = f32x4.sub(t0, d);
    const n1 = f32x4.sub(t1, d);
    const n2 = f32x4.sub(t2, d);
    const n3 = f32x4.sub(t3, d);
    c = f32x4.splat(LN2_LARGE);
    r0 = f32x4.sub(r0, f32x4.mul(n0, c));
    r1 = f32x4.sub(r1, f32x4.mul(n1, c));
    r2 = f32x4.sub(r2, f32x4.mul(n2, c));
    r3 = f32x4.sub(r3, f32x4.mul(n3, c));
    c = f32x4.splat(LN2_SMALL);
    r0 = f32x4.sub(r0, f32x4.mul(n0, c));
    r1 = f32x4.sub(r1, f32x4.mul(n1, c));
    r2 = f32x4.sub(r2, f32x4.mul(n2, c));
    r3 = f32x4.sub(r3, f32x4.mul(n3, c));
    c = f32x4.splat(E7);
    d = f32x4.splat(E6);
    let e0 = then(c, r0, d);
    let e1 = then(c, r1, d);
    let e2 = then(c, r2, d);
    let e3 = then(c, r3, d);
    c = f32x4.splat(E5);
    e0 = then(e0, r0, c);
    e1 = then(e1, r1, c);
    e2 = then(e2, r2, c);
    e3 = then(e3, r3, c);
    c = f32x4.splat(E4);
    e0 = then(e0, r0, c);
    e1 = then(e1, r1, c);
    e2 = then(e2, r2, c);
    e3 = then(e3, r3, c);
    c = f32x4.splat(E3);
    e0 = then(e0, r0, c);
    e1 = then(e1, r1, c);
    e2 = then(e2, r2, c);
    e3 = then(e3, r3, c);
    c = f32x4.splat(E2);
    e0 = then(e0, r0, c);
    e1 = then(e1, r1, c);
    e2 = then(e2, r2, c);
    e3 = then(e3, r3, c);
    c = f32x4.splat(1);
    e0 = i32x4.add(f32x4.add(then(f32x4.mul(e0, r0), r0, r0), c), i32x4.shl(t0, 23));
    e1 = i32x4.add(f32x4.add(then(f32x4.mul(e1, r1), r1, r1), c), i32x4.shl(t1, 23));
    e2 = i32x4.add(f32x4.add(then(f32x4.mul(e2, r2), r2, r2), c), i32x4.shl(t2, 23));
    e3 = i32x4.add(f32x4.add(then(f32x4.mul(e3, r3), r3, r3), c), i32x4.shl(t3, 23));
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
    s2 = f32x4.add(s2, e2);
    s3 = f32x4.add(s3, e3);
    v128.store(p0 + p, e0);
    v128.store(p1 + p, e1);
    v128.store(p2 + p, e2);
    v128.store(p3 + p, e3);
  }
  let sums = f32x4.splat(sumOfLanes(s0));
  sums = f32x4.replace_lane(sums, 1, sumOfLanes(s1));
  sums = f32x4.replace_lane(sums, 2, sumOfLanes(s2));
  sums = f32x4.replace_lane(sums, 3, sumOfLanes(s3));
  return f32x4.div(f32x4.splat(1), sums);
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
      const end = <usize>(causal ? min(i3 + 1, seen) : seen) << 2;
      const used = (end + 15) & ~15;
      prepare(scores, causal ? min(i + 1, seen) : seen, used, slope, i);
      prepare(p1, causal ? min(i1 + 1, seen) : seen, used, slope, i1);
      prepare(p2, causal ? min(i2 + 1, seen) : seen, used, slope, i2);
      prepare(p3, causal ? min(i3 + 1, seen) : seen, used, slope, i3);
      const shares = softmaxFour(scores, step, used);
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
        let z = v128.shuffle<i32>(shares, shares, 0, 0, 0, 0);
        v128.store(o, f32x4.mul(c00, z));
        v128.store(o, f32x4.mul(c01, z), 16);
        if (i + 1 < length) {
          o += out;
          z = v128.shuffle<i32>(shares, shares, 1, 1, 1, 1);
          v128.store(o, f32x4.mul(c10, z));
          v128.store(o, f32x4.mul(c11, z), 16);
        }
        if (i + 2 < length) {
          o += out;
          z = v128.shuffle<i32>(shares, shares, 2, 2, 2, 2);
          v128.store(o, f32x4.mul(c20, z));
          v128.store(o, f32x4.mul(c21, z), 16);
        }
        if (i + 3 < length) {
          o += out;
          z = v128.shuffle<i32>(shares, shares, 3, 3, 3, 3);
          v128.store(o, f32x4.mul(c30, z));
          v128.store(o, f32x4.mul(c31, z), 16);
        }
      }
    }
  }
}
