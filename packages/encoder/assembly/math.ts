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

// Constants of vectors take three instructions each time they are used, so loops that are to be fast use each for four
// vectors.

// e^x: x = n·ln 2 + r with |r| ≤ ln 2 / 2, ln 2 in two parts, a polynomial of degree 7 in r (coefficients of Cephes'
// expf), and n into the exponent. Relative error below 2e-7. Arguments below -87 give about 1e-38, not zero.
export const LEAST_EXPONENT: f32 = -87;
export const LOG2_E: f32 = 1.44269504089;
// Added to a number below 2²², it leaves the nearest whole number in the lowest bits.
export const ROUNDING: f32 = 12582912;
export const LN2_LARGE: f32 = 0.693359375;
export const LN2_SMALL: f32 = -2.1219444e-4;
export const E7: f32 = 1.98756915e-4;
export const E6: f32 = 1.3981999507e-3;
export const E5: f32 = 8.3334519073e-3;
export const E4: f32 = 4.1665795894e-2;
export const E3: f32 = 1.6666665459e-1;
export const E2: f32 = 5.0000001201e-1;

// p·x + c, a polynomial's next step.
// @ts-ignore: decorator
@inline
export function then(p: v128, x: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(p, x), c);
}

// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(LEAST_EXPONENT)), f32x4.splat(88));
  const t = then(x, f32x4.splat(LOG2_E), f32x4.splat(ROUNDING));
  const n = f32x4.sub(t, f32x4.splat(ROUNDING));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_LARGE)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_SMALL)));
  let p = then(f32x4.splat(E7), r, f32x4.splat(E6));
  p = then(p, r, f32x4.splat(E5));
  p = then(p, r, f32x4.splat(E4));
  p = then(p, r, f32x4.splat(E3));
  p = then(p, r, f32x4.splat(E2));
  p = f32x4.add(then(f32x4.mul(p, r), r, r), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(t, 23));
}

// 1 ÷ (1 + e^-x)
// @ts-ignore: decorator
@inline
function logistic(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exponential(f32x4.neg(x))));
}

// x·Φ(x), Φ the normal distribution's function: ½ + x·g(x²) with a polynomial g of degree 13 in 2x² ÷ 5.3² − 1, fitted
// for the least largest error of x·Φ(x) from −5.3 to 5.3, and a little larger at the ends, so that Φ ends in 0. Beyond
// them x is taken as the end. Absolute error below 1e-6, for x > 1 relative.
const GELU_END: f32 = 5.3;
const GELU_SCALE: f32 = 0.071199715;
const G0: f32 = 0.133392594;
const G1: f32 = -0.0665182568;
const G2: f32 = 0.0492634678;
const G3: f32 = -0.0395981569;
const G4: f32 = 0.0320959494;
const G5: f32 = -0.0252079665;
const G6: f32 = 0.0187915629;
const G7: f32 = -0.0135576284;
const G8: f32 = 0.00932787007;
const G9: f32 = -0.00511612688;
const G10: f32 = 0.00221151244;
const G11: f32 = -0.00178049862;
const G12: f32 = 0.00155691509;
const G13: f32 = -0.000521614016;

// @ts-ignore: decorator
@inline
function geluEnds(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-GELU_END)), f32x4.splat(GELU_END));
}

// x·Φ(x) of x, the same within the ends, and g.
// @ts-ignore: decorator
@inline
function geluOf(x: v128, within: v128, g: v128): v128 {
  return f32x4.mul(x, f32x4.pmax(then(within, g, f32x4.splat(0.5)), f32x4.splat(0)));
}

function geluExact(x: v128): v128 {
  const within = geluEnds(x);
  const u = f32x4.sub(f32x4.mul(f32x4.mul(within, within), f32x4.splat(GELU_SCALE)), f32x4.splat(1));
  let g = f32x4.splat(G13);
  g = then(g, u, f32x4.splat(G12));
  g = then(g, u, f32x4.splat(G11));
  g = then(g, u, f32x4.splat(G10));
  g = then(g, u, f32x4.splat(G9));
  g = then(g, u, f32x4.splat(G8));
  g = then(g, u, f32x4.splat(G7));
  g = then(g, u, f32x4.splat(G6));
  g = then(g, u, f32x4.splat(G5));
  g = then(g, u, f32x4.splat(G4));
  g = then(g, u, f32x4.splat(G3));
  g = then(g, u, f32x4.splat(G2));
  g = then(g, u, f32x4.splat(G1));
  g = then(g, u, f32x4.splat(G0));
  return geluOf(x, within, g);
}

// The same of the eight numbers at `target` in each of some rows, in place: two rows at a time, since a polynomial's
// steps wait for each other and its constants are not free.
export function geluColumns(target: usize, bytes: usize, rows: i32): void {
  const one = f32x4.splat(1);
  for (let row = 0; row < rows; row += 2, target += bytes << 1) {
    const next = row + 1 < rows ? target + bytes : target;
    const x0 = v128.load(target);
    const x1 = v128.load(target, 16);
    const x2 = v128.load(next);
    const x3 = v128.load(next, 16);
    const w0 = geluEnds(x0);
    const w1 = geluEnds(x1);
    const w2 = geluEnds(x2);
    const w3 = geluEnds(x3);
    let c = f32x4.splat(GELU_SCALE);
    const u0 = f32x4.sub(f32x4.mul(f32x4.mul(w0, w0), c), one);
    const u1 = f32x4.sub(f32x4.mul(f32x4.mul(w1, w1), c), one);
    const u2 = f32x4.sub(f32x4.mul(f32x4.mul(w2, w2), c), one);
    const u3 = f32x4.sub(f32x4.mul(f32x4.mul(w3, w3), c), one);
    let g0 = f32x4.splat(G13);
    let g1 = g0;
    let g2 = g0;
    let g3 = g0;
    c = f32x4.splat(G12);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G11);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G10);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G9);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G8);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G7);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G6);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G5);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G4);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G3);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G2);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G1);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    c = f32x4.splat(G0);
    g0 = then(g0, u0, c);
    g1 = then(g1, u1, c);
    g2 = then(g2, u2, c);
    g3 = then(g3, u3, c);
    v128.store(target, geluOf(x0, w0, g0));
    v128.store(target, geluOf(x1, w1, g1), 16);
    v128.store(next, geluOf(x2, w2, g2));
    v128.store(next, geluOf(x3, w3, g3), 16);
  }
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
export const GELU: i32 = 1;
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
