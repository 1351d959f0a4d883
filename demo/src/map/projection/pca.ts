import { seededRandom } from './random.ts';
import type { Vectors } from './vectors.ts';

/** Directions that are looked for beside the two that are wanted: they make the two exact sooner. */
const OVERSAMPLING = 6;
const ROUNDS = 8;
const SWEEPS = 30;

export interface Principal {
  /** Coordinates along the first two principal components. Shape: [count, 2]. */
  positions: Float32Array;
  /** Share of the variance that the two hold, from 0 to 1. */
  explained: number;
}

/**
 * The first two principal components, by subspace iteration from a random start and a Rayleigh–Ritz step
 * (Halko, Martinsson & Tropp: Finding structure with randomness, SIAM Review 53(2), 2011, algorithms 4.4 and 5.1).
 * Each component points to where its largest loading is positive, as its sign is arbitrary.
 */
export function principalComponents(vectors: Vectors, seed = 1): Principal {
  const { values, count, dimensions } = vectors;
  const positions = new Float32Array(count * 2);
  const width = Math.min(2 + OVERSAMPLING, dimensions, count);
  if (count < 2 || width === 0) return { positions, explained: count === 0 ? 0 : 1 };

  const mean = new Float64Array(dimensions);
  for (let row = 0; row < count; row++)
    for (let at = 0; at < dimensions; at++) mean[at]! += values[row * dimensions + at]! / count;
  let variance = 0;
  for (let row = 0; row < count; row++)
    for (let at = 0; at < dimensions; at++) variance += (values[row * dimensions + at]! - mean[at]!) ** 2;
  if (variance === 0) return { positions, explained: 1 };

  /** Centred vectors times a basis. Shape: [count, width]. */
  const project = (basis: Float64Array): Float64Array => {
    const shift = new Float64Array(width);
    for (let at = 0; at < dimensions; at++)
      for (let column = 0; column < width; column++)
        shift[column]! += mean[at]! * basis[at * width + column]!;
    const scores = new Float64Array(count * width);
    for (let row = 0; row < count; row++) {
      const start = row * width;
      for (let column = 0; column < width; column++) scores[start + column] = -shift[column]!;
      for (let at = 0; at < dimensions; at++) {
        const value = values[row * dimensions + at]!;
        for (let column = 0; column < width; column++)
          scores[start + column]! += value * basis[at * width + column]!;
      }
    }
    return scores;
  };
  /** Transposed centred vectors times scores, whose columns sum to zero. Shape: [dimensions, width]. */
  const projectBack = (scores: Float64Array): Float64Array => {
    const basis = new Float64Array(dimensions * width);
    for (let row = 0; row < count; row++)
      for (let at = 0; at < dimensions; at++) {
        const value = values[row * dimensions + at]!;
        for (let column = 0; column < width; column++)
          basis[at * width + column]! += value * scores[row * width + column]!;
      }
    return basis;
  };

  const random = seededRandom(seed);
  let basis = Float64Array.from({ length: dimensions * width }, () => random() - 0.5);
  orthonormalise(basis, dimensions, width);
  let scores = project(basis);
  for (let round = 0; round < ROUNDS; round++) {
    basis = projectBack(scores) as Float64Array<ArrayBuffer>;
    orthonormalise(basis, dimensions, width);
    scores = project(basis);
  }
  const { order, rotation, eigenvalues } = eigen(gram(scores, count, width), width);
  let held = 0;
  for (const [component, column] of order.slice(0, 2).entries()) {
    held += Math.max(0, eigenvalues[column]!);
    const sign = signOf(basis, rotation, column, dimensions, width);
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += scores[row * width + k]! * rotation[k * width + column]!;
      positions[row * 2 + component] = sum * sign;
    }
  }
  return { positions, explained: Math.min(1, held / variance) };
}

/** Whether the largest loading of a component is positive. */
function signOf(
  basis: Float64Array,
  rotation: Float64Array,
  column: number,
  dimensions: number,
  width: number,
): 1 | -1 {
  let largest = 0;
  for (let at = 0; at < dimensions; at++) {
    let loading = 0;
    for (let k = 0; k < width; k++) loading += basis[at * width + k]! * rotation[k * width + column]!;
    if (Math.abs(loading) > Math.abs(largest)) largest = loading;
  }
  return largest < 0 ? -1 : 1;
}

/** Makes columns orthonormal, by modified Gram–Schmidt run twice. A column without a direction of its own becomes zero. */
function orthonormalise(matrix: Float64Array, rows: number, columns: number): void {
  for (let column = 0; column < columns; column++) {
    let before = 0;
    for (let row = 0; row < rows; row++) before += matrix[row * columns + column]! ** 2;
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < column; other++) {
        let overlap = 0;
        for (let row = 0; row < rows; row++)
          overlap += matrix[row * columns + column]! * matrix[row * columns + other]!;
        for (let row = 0; row < rows; row++)
          matrix[row * columns + column]! -= overlap * matrix[row * columns + other]!;
      }
    }
    let squares = 0;
    for (let row = 0; row < rows; row++) squares += matrix[row * columns + column]! ** 2;
    const scale = squares > before * 1e-24 ? 1 / Math.sqrt(squares) : 0;
    for (let row = 0; row < rows; row++) matrix[row * columns + column]! *= scale;
  }
}

function gram(scores: Float64Array, count: number, width: number): Float64Array {
  const matrix = new Float64Array(width * width);
  for (let row = 0; row < count; row++)
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++)
        matrix[a * width + b]! += scores[row * width + a]! * scores[row * width + b]!;
  return matrix;
}

/** Eigenvalues and vectors of a small symmetric matrix by Jacobi's rotations, and the columns by falling eigenvalue. */
function eigen(matrix: Float64Array, size: number) {
  const rotation = new Float64Array(size * size);
  for (let at = 0; at < size; at++) rotation[at * size + at] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const apart = matrix[p * size + q]!;
        if (apart === 0) continue;
        const theta = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * apart);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (let k = 0; k < size; k++) {
          const [a, b] = [matrix[k * size + p]!, matrix[k * size + q]!];
          matrix[k * size + p] = cosine * a - sine * b;
          matrix[k * size + q] = sine * a + cosine * b;
        }
        for (let k = 0; k < size; k++) {
          const [a, b] = [matrix[p * size + k]!, matrix[q * size + k]!];
          matrix[p * size + k] = cosine * a - sine * b;
          matrix[q * size + k] = sine * a + cosine * b;
        }
        for (let k = 0; k < size; k++) {
          const [a, b] = [rotation[k * size + p]!, rotation[k * size + q]!];
          rotation[k * size + p] = cosine * a - sine * b;
          rotation[k * size + q] = sine * a + cosine * b;
        }
      }
    }
  }
  const eigenvalues = Float64Array.from({ length: size }, (_, at) => matrix[at * size + at]!);
  const order = [...eigenvalues.keys()].sort((a, b) => eigenvalues[b]! - eigenvalues[a]!);
  return { order, rotation, eigenvalues };
}
