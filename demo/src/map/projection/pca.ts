import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { seededRandom } from './random.ts';
import type { Vectors } from './vectors.ts';

/** Directions that each round adds: as many as one pass over the vectors computes in registers. */
const WIDTH = 4;

/** Rounds after which the components count as found, for spectra without a gap behind the second. */
const ROUNDS = 16;

/** The angle, in radians, to the true component that is left at most: far below what a screen shows. */
const LEFT = 1e-6;

/** Share of the length of a direction below which nothing but rounding is left of it. */
const ROUNDING = 1e-10;

export interface Principal {
  /** Coordinates along the first two principal components. Shape: [count, 2]. */
  positions: Float32Array;
  /** Share of the variance that the two hold, from 0 to 1. */
  explained: number;
  /** How often all vectors were read to find the components. */
  passes: number;
}

/**
 * The first two principal components, by a block Krylov iteration from a random start: the space of start, C·start,
 * C²·start, … with C the scatter matrix, of which a Rayleigh–Ritz step takes the best directions
 * (Musco & Musco: Randomized block Krylov methods for stronger and faster approximate singular value decomposition,
 * NeurIPS 2015). It ends when the residuals bound the error of both directions. C itself is never made.
 * Each component points to where its largest loading is positive, as its sign is arbitrary.
 */
export function principalComponents(vectors: Vectors, seed = 1): Principal {
  const { values, count, dimensions } = vectors;
  const positions = new Float32Array(count * 2);
  if (count < 2 || dimensions === 0) return { positions, explained: count === 0 ? 0 : 1, passes: 0 };
  const mean = meanOf(vectors);
  let variance = 0;
  for (let row = 0, at = 0; row < count; row++)
    for (let column = 0; column < dimensions; column++, at++) variance += (values[at]! - mean[column]!) ** 2;
  if (variance === 0) return { positions, explained: 1, passes: 0 };

  const random = seededRandom(seed);
  const basis: Float64Array[] = [];
  const images: Float64Array[] = [];
  let added = orthonormal(
    Array.from({ length: WIDTH }, () => Float64Array.from({ length: dimensions }, () => random() - 0.5)),
    basis,
  );
  let found: Ritz | undefined;
  let passes = 0;
  while (passes < ROUNDS && added.length > 0) {
    passes++;
    const next = scatter(vectors, mean, added);
    basis.push(...added);
    images.push(...next);
    found = ritz(basis, images);
    if (found.error <= LEFT) break;
    added = orthonormal(next, basis);
  }
  const { directions, eigenvalues } = found!;
  let held = 0;
  for (const [component, direction] of directions.entries()) {
    held += Math.max(0, eigenvalues[component]!);
    const sign = signOf(direction);
    for (let row = 0, at = 0; row < count; row++) {
      let sum = 0;
      for (let column = 0; column < dimensions; column++, at++)
        sum += (values[at]! - mean[column]!) * direction[column]!;
      positions[row * 2 + component] = sum * sign;
    }
  }
  return { positions, explained: Math.min(1, held / variance), passes };
}

function meanOf({ values, count, dimensions }: Vectors): Float64Array {
  const mean = new Float64Array(dimensions);
  for (let row = 0, at = 0; row < count; row++)
    for (let column = 0; column < dimensions; column++, at++) mean[column]! += values[at]!;
  return mean.map((sum) => sum / count);
}

/**
 * The scatter matrix of the vectors times directions, up to {@link WIDTH} of them. Each vector is read once: its scores
 * first, then what they add, while it is in the cache.
 */
function scatter(
  { values, count, dimensions }: Vectors,
  mean: Float64Array,
  directions: readonly Float64Array[],
): Float64Array[] {
  const empty = new Float64Array(dimensions);
  const [a, b, c, d] = [0, 1, 2, 3].map((at) => directions[at] ?? empty) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const products = [a, b, c, d].map(() => new Float64Array(dimensions)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const [p, q, r, s] = products;
  const shifts = [a, b, c, d].map((direction) => dot(mean, direction));
  for (let row = 0; row < count; row++) {
    const start = row * dimensions;
    let [w, x, y, z] = [-shifts[0]!, -shifts[1]!, -shifts[2]!, -shifts[3]!];
    for (let column = 0; column < dimensions; column++) {
      const value = values[start + column]!;
      w += value * a[column]!;
      x += value * b[column]!;
      y += value * c[column]!;
      z += value * d[column]!;
    }
    // The mean is not taken away here: centred scores sum to zero, so that it adds nothing.
    for (let column = 0; column < dimensions; column++) {
      const value = values[start + column]!;
      p[column]! += value * w;
      q[column]! += value * x;
      r[column]! += value * y;
      s[column]! += value * z;
    }
  }
  return products.slice(0, directions.length);
}

/** Directions of length 1 at right angles to each other and to a basis, without those that hold nothing new. */
function orthonormal(directions: readonly Float64Array[], basis: readonly Float64Array[]): Float64Array[] {
  const found: Float64Array[] = [];
  for (const direction of directions) {
    const own = direction.slice();
    const before = Math.sqrt(dot(own, own));
    // Gram–Schmidt run twice, against the rounding of the first run.
    for (let pass = 0; pass < 2; pass++)
      for (const other of [...basis, ...found]) {
        const overlap = dot(own, other);
        for (let at = 0; at < own.length; at++) own[at]! -= overlap * other[at]!;
      }
    const length = Math.sqrt(dot(own, own));
    if (length > before * ROUNDING) found.push(own.map((value) => value / length));
  }
  return found;
}

interface Ritz {
  /** Of the largest two eigenvalues, of length 1; one where the basis has one. */
  directions: Float64Array[];
  eigenvalues: number[];
  /** A bound of the angle to the true directions, in radians: the residual by the gap to the next eigenvalue. */
  error: number;
}

/** The best two eigenvectors of the scatter matrix within a basis. @param images the matrix times the basis */
function ritz(basis: readonly Float64Array[], images: readonly Float64Array[]): Ritz {
  const size = basis.length;
  const within = Matrix.zeros(size, size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      const value = dot(basis[row]!, images[column]!);
      within.set(row, column, value);
      within.set(column, row, value);
    }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(within, {
    assumeSymmetric: true,
  });
  const order = [...realEigenvalues.keys()].sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const eigenvalues = order.map((at) => realEigenvalues[at]!);
  const best = order.slice(0, 2).map((at) => eigenvectorMatrix.getColumn(at));
  const directions = best.map((weights) => combined(basis, weights));
  const errors = best.map((weights, at) => {
    const image = combined(images, weights);
    const residual = image.map((value, column) => value - eigenvalues[at]! * directions[at]![column]!);
    const gap = eigenvalues[at]! - Math.max(0, eigenvalues[at + 1] ?? 0);
    return Math.sqrt(dot(residual, residual)) / Math.max(gap, Number.MIN_VALUE);
  });
  return { directions, eigenvalues: eigenvalues.slice(0, 2), error: Math.max(...errors) };
}

function combined(columns: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(columns[0]!.length);
  for (const [at, column] of columns.entries()) {
    const weight = weights[at]!;
    for (let row = 0; row < sum.length; row++) sum[row]! += weight * column[row]!;
  }
  return sum;
}

/** Whether the largest loading of a component is positive. */
function signOf(direction: Float64Array): 1 | -1 {
  let largest = 0;
  for (const loading of direction) if (Math.abs(loading) > Math.abs(largest)) largest = loading;
  return largest < 0 ? -1 : 1;
}

function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += one[at]! * other[at]!;
  return sum;
}
