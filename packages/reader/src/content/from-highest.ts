/** Places that are sorted in one go, and places between two breaks of a merge. */
const BREAK = 4000;

/** The places of values from the highest value to the lowest; equal ones in their order. Sorted in pieces, by merging. */
export function* fromHighest(values: Float32Array): Generator<void, Uint32Array> {
  let sorted = Uint32Array.from(values, (_value, index) => index);
  for (let from = 0; from < sorted.length; from += BREAK) {
    // The sort of typed arrays is a stable one.
    sorted.subarray(from, from + BREAK).sort((a, b) => values[b]! - values[a]!);
    yield;
  }
  let merged = new Uint32Array(sorted.length);
  for (let width = BREAK; width < sorted.length; width *= 2) {
    for (let from = 0; from < sorted.length; from += 2 * width) {
      const middle = Math.min(from + width, sorted.length);
      const end = Math.min(middle + width, sorted.length);
      let left = from;
      let right = middle;
      for (let at = from; at < end; at += 1) {
        if (at % BREAK === 0) yield;
        const isLeft = right >= end || (left < middle && values[sorted[left]!]! >= values[sorted[right]!]!);
        merged[at] = isLeft ? sorted[left++]! : sorted[right++]!;
      }
    }
    [sorted, merged] = [merged, sorted];
  }
  return sorted;
}
