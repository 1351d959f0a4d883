/** Scores are put into so many bins, of which the highest are sorted first. */
const BINS = 256;
/** Places that are sorted first: more than an answer looks at. */
const FIRST = 128;

/**
 * Places of scores, the highest first; of equal ones the lower number. Thousands of passages have a score and an answer
 * looks at a few dozen, so that only the highest are sorted until more are wanted.
 * @param numbers one for each score.
 */
export function* bestFirst(scores: ArrayLike<number>, numbers: ArrayLike<number>): Generator<number> {
  const sorted = (places: number[]): number[] =>
    places.sort((left, right) => scores[right]! - scores[left]! || numbers[left]! - numbers[right]!);
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < scores.length; at++) {
    least = Math.min(least, scores[at]!);
    greatest = Math.max(greatest, scores[at]!);
  }
  const scale = (BINS - 1) / (greatest - least || 1);
  const binOf = (at: number): number => Math.floor((scores[at]! - least) * scale);
  const counts = new Uint32Array(BINS);
  for (let at = 0; at < scores.length; at++) counts[binOf(at)]!++;
  let cut = BINS - 1;
  for (let above = counts[cut]!; cut > 0 && above < FIRST; above += counts[cut]!) cut--;
  const high: number[] = [];
  const low: number[] = [];
  for (let at = 0; at < scores.length; at++) (binOf(at) >= cut ? high : low).push(at);
  yield* sorted(high);
  yield* sorted(low);
}
