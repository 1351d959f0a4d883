// Vector arithmetic that the kernels share. Every function computes a lane from that lane alone, so a number does not
// depend on its neighbours.

// The orders of both sums are fixed: a row gives the same bits wherever it lies.
// @ts-ignore: decorator
@inline
export function largestLane(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

// @ts-ignore: decorator
@inline
export function sumOfLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

// e^x: x = n·ln 2 + r with |r| ≤ ln 2 / 2, ln 2 in two parts, a polynomial of degree 7 in r (coefficients of Cephes'
// expf), and n into the exponent. Relative error below 2e-7. Arguments below -87 give about 1e-38, not zero.
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  x = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504089)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23));
}

// 1 ÷ (1 + e^-x)
// @ts-ignore: decorator
@inline
function logistic(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exponential(f32x4.neg(x))));
}

// x·Φ(x), Φ the normal distribution's function. The complement of erf is a polynomial times e^-z² (Abramowitz and
// Stegun 7.1.26, absolute error below 1.5e-7), which keeps its digits for negative x, where 1 + erf loses them.
function geluExact(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(magnitude, f32x4.splat(0.70710678118));
  const t = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(z, f32x4.splat(0.3275911))));
  let p = f32x4.splat(1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.254829592));
  const half = f32x4.mul(f32x4.mul(p, t), f32x4.mul(f32x4.splat(0.5), exponential(f32x4.neg(f32x4.mul(z, z)))));
  // Φ(-|x|) is half the complement; Φ(|x|) is what is left of 1.
  const below = f32x4.mul(x, half);
  const above = f32x4.sub(x, below);
  return v128.bitselect(below, above, f32x4.lt(x, f32x4.splat(0)));
}

// ½x(1 + tanh(√(2/π)(x + 0.044715x³))), which is x·logistic of twice the argument.
function geluTanh(x: v128): v128 {
  const inner = f32x4.add(x, f32x4.mul(f32x4.mul(f32x4.mul(x, x), x), f32x4.splat(0.044715)));
  return f32x4.mul(x, logistic(f32x4.mul(inner, f32x4.splat(1.5957691216))));
}

function tanhOf(x: v128): v128 {
  return f32x4.sub(f32x4.mul(f32x4.splat(2), logistic(f32x4.mul(x, f32x4.splat(2)))), f32x4.splat(1));
}

// Numbers of the activations; `ACTIVATIONS` in src/kernels.ts has the same.
export const NONE: i32 = 0;
const GELU: i32 = 1;
const GELU_TANH: i32 = 2;
const RELU: i32 = 3;
const SILU: i32 = 4;
const TANH: i32 = 5;

export function activated(x: v128, activation: i32): v128 {
  if (activation == GELU) return geluExact(x);
  if (activation == GELU_TANH) return geluTanh(x);
  if (activation == RELU) return f32x4.max(x, f32x4.splat(0));
  if (activation == SILU) return f32x4.mul(x, logistic(x));
  if (activation == TANH) return tanhOf(x);
  return x;
}

// What is done with a second operand; `COMBINATIONS` in src/kernels.ts has the same.
export const ALONE: i32 = 0;
const ADD: i32 = 1;
const MULTIPLY: i32 = 2;

// @ts-ignore: decorator
@inline
export function combined(x: v128, other: usize, combination: i32): v128 {
  if (combination == ADD) return f32x4.add(x, v128.load(other));
  if (combination == MULTIPLY) return f32x4.mul(x, v128.load(other));
  return x;
}
