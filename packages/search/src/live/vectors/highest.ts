const BUCKETS = 4096;

/**
 * Positions of the highest scores: `count` of them or a few more, where scores are nearly equal. Those below `least` and
 * −∞ are left out. In time that grows with the number of scores alone.
 */
export function highest(
  scores: Float32Array,
  count: number,
  least: number = Number.NEGATIVE_INFINITY,
): Uint32Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at]!;
    if (score > high) high = score;
    if (score < low && score !== Number.NEGATIVE_INFINITY) low = score;
  }
  if (count <= 0 || high === Number.NEGATIVE_INFINITY || high < least) return new Uint32Array(0);
  low = Math.max(low, least);
  const scale = high > low ? (BUCKETS - 1) / (high - low) : 0;
  const sizes = new Uint32Array(BUCKETS);
  for (let at = 0; at < scores.length; at++) {
    if (scores[at]! >= low) sizes[((scores[at]! - low) * scale) | 0]!++;
  }
  let bucket = BUCKETS - 1;
  let total = sizes[bucket]!;
  while (bucket > 0 && total < count) total += sizes[--bucket]!;
  const found = new Uint32Array(total);
  let next = 0;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at]!;
    if (score >= low && (((score - low) * scale) | 0) >= bucket) found[next++] = at;
  }
  return found;
}
