/**
 * IEEE 754 half precision (binary16), held as raw `uint16` because JavaScript has no half type everywhere.
 */

const floatBits = new Float32Array(1);
const integerBits = new Uint32Array(floatBits.buffer);

/**
 * Nearest half to a number, ties to even. Above the largest half (65504, from 65520 on) it gives infinity;
 * below the smallest subnormal it gives a signed zero; a NaN stays a NaN. The number is first rounded to
 * float32, exactly as storing it in a `Float32Array` does.
 */
export function floatToHalf(value: number): number {
  floatBits[0] = value;
  const bits = integerBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200 | (mantissa >>> 13));
  const halfExponent = exponent - 112;
  if (halfExponent >= 31) return sign | 0x7c00;
  // Number of low bits of the 24-bit significand that a half cannot hold; more for subnormal halves.
  const drop = halfExponent > 0 ? 13 : 14 - halfExponent;
  if (drop > 24) return sign;
  const significand = halfExponent > 0 ? mantissa : mantissa | 0x800000;
  const kept = significand >>> drop;
  const remainder = significand & ((1 << drop) - 1);
  const tie = 1 << (drop - 1);
  const roundUp = remainder > tie || (remainder === tie && (kept & 1) === 1) ? 1 : 0;
  // A carry out of the mantissa moves into the exponent, which is the right rounding, up to infinity.
  return sign | ((halfExponent > 0 ? halfExponent << 10 : 0) + kept + roundUp);
}

/** The number a half stands for; exact, as every half is a float32. Reads the low 16 bits of `half`. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Rounds every number to the nearest half (see {@link floatToHalf}); returns a new array of raw bits. */
export function toHalf(values: ArrayLike<number>): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < halves.length; index++) halves[index] = floatToHalf(values[index]!);
  return halves;
}

/** Widens raw half bits to float32, exactly; returns a new array. */
export function fromHalf(halves: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const values = new Float32Array(halves.length);
  for (let index = 0; index < values.length; index++) values[index] = halfToFloat(halves[index]!);
  return values;
}
