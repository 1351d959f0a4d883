import { seededRandom } from './random.ts';
import { product, type Vectors } from './vectors.ts';

const ROUNDS = 60;
const STARTS = 4;

/** Groups that so many texts are first divided into: √(n / 2), a rule of thumb (Mardia et al., Multivariate Analysis, 1979). */
export const usualGroups = (count: number): number =>
  Math.max(1, Math.min(count, 12, Math.round(Math.sqrt(count / 2))));

/**
 * Divides unit vectors into groups of one direction: spherical k-means (Dhillon & Modha, Concept decompositions for
 * large sparse text data using clustering, Machine Learning 42, 2001) from k-means++ starts (Arthur & Vassilvitskii,
 * 2007); of several starts the one with the largest sum of cosines counts. Groups are in the order of their size.
 * @returns the group of each vector, from 0
 */
export function groupVectors(vectors: Vectors, groups: number, seed = 1): Uint8Array<ArrayBuffer> {
  const { count } = vectors;
  const wanted = Math.max(1, Math.min(groups, count, 255));
  const random = seededRandom(seed);
  let best = { total: Number.NEGATIVE_INFINITY, assigned: new Uint8Array(count) };
  for (let start = 0; start < (wanted === 1 ? 1 : STARTS); start++) {
    const found = divide(vectors, wanted, random);
    if (found.total > best.total) best = found;
  }
  return bySize(best.assigned, wanted);
}

function divide(vectors: Vectors, groups: number, random: () => number) {
  const { count, dimensions } = vectors;
  const centres = startingCentres(vectors, groups, random);
  const assigned = new Uint8Array(count);
  let total = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let moved = round === 0;
    total = 0;
    for (let point = 0; point < count; point++) {
      let [group, top] = [0, Number.NEGATIVE_INFINITY];
      for (let each = 0; each < groups; each++) {
        const cosine = product(vectors, point, centres, each);
        if (cosine > top) [group, top] = [each, cosine];
      }
      moved ||= assigned[point] !== group;
      assigned[point] = group;
      total += top;
    }
    if (!moved) break;
    moveCentres(vectors, centres, assigned, dimensions);
  }
  return { total, assigned };
}

/** Starts that are far apart: each next one by the square of its distance to those before. */
function startingCentres(vectors: Vectors, groups: number, random: () => number): Vectors {
  const { values, count, dimensions } = vectors;
  const centres: Vectors = { values: new Float32Array(groups * dimensions), count: groups, dimensions };
  const distances = new Float64Array(count).fill(4);
  for (let group = 0; group < groups; group++) {
    let sum = 0;
    for (const distance of distances) sum += distance;
    let left = random() * sum;
    let chosen = 0;
    for (; chosen < count - 1; chosen++) {
      left -= distances[chosen]!;
      if (left < 0) break;
    }
    centres.values.set(values.subarray(chosen * dimensions, (chosen + 1) * dimensions), group * dimensions);
    for (let point = 0; point < count; point++) {
      // The squared distance of unit vectors; rounding must not make it negative.
      const distance = Math.max(0, 2 - 2 * product(vectors, point, centres, group));
      distances[point] = Math.min(distances[point]!, distance);
    }
  }
  return centres;
}

/** Puts each centre in the direction of its group's sum. One without a group stays. */
function moveCentres(
  { values }: Vectors,
  { values: centres, count }: Vectors,
  assigned: Uint8Array,
  dimensions: number,
): void {
  const sums = new Float64Array(count * dimensions);
  for (const [point, group] of assigned.entries())
    for (let at = 0; at < dimensions; at++)
      sums[group * dimensions + at]! += values[point * dimensions + at]!;
  for (let group = 0; group < count; group++) {
    const sum = sums.subarray(group * dimensions, (group + 1) * dimensions);
    const length = Math.hypot(...sum);
    if (length > 0)
      for (let at = 0; at < dimensions; at++) centres[group * dimensions + at] = sum[at]! / length;
  }
}

/** Numbers groups by falling size, without gaps. */
function bySize(assigned: Uint8Array, groups: number): Uint8Array<ArrayBuffer> {
  const sizes = new Array<number>(groups).fill(0);
  for (const group of assigned) sizes[group]!++;
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const places = new Map(order.map((group, place) => [group, place]));
  return Uint8Array.from(assigned, (group) => places.get(group)!);
}
