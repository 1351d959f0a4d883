import { FoundationError } from '@nearfield/spec';
import type { Meter } from '../chunker/meter.ts';
import { inSlices, type Steps } from '../slices.ts';
import { type ChunkOptions, type Span, spansFromStarts } from './spans.ts';
import { contextOf, type Unit, unitsOf } from './units.ts';

/** Vectors of texts, in order and of one length; they need not be normalised. */
export type EmbedTexts = (
  texts: string[],
  signal: AbortSignal | undefined,
) => Promise<readonly Float32Array[]>;

export interface SemanticOptions extends ChunkOptions {
  embed: EmbedTexts;
  signal?: AbortSignal | undefined;
}

/** Sentences on each side of a gap that are compared. */
const COMPARED_SENTENCES = 3;

/**
 * Chunks by meaning: sentences are embedded, and a chunk ends if the three sentences before a gap differ
 * most from the three after it. As in TextTiling (Hearst 1997), a gap's depth is how far its similarity lies
 * below the nearest peak on each side; gaps are cut that are local minima and deeper than the mean plus half a
 * standard deviation of all depths. A chunk that is still longer than `maxLength` is cut at its least similar
 * gap, again and again.
 *
 * @throws FoundationError INTERNAL_ERROR if `embed` gives another number of vectors, or vectors of other lengths.
 */
export async function chunkBySemantics(text: string, options: SemanticOptions): Promise<Span[]> {
  const { maxLength, signal } = options;
  const context = await inSlices(contextOf(text, options), signal);
  const units = await inSlices(unitsOf(context, maxLength), signal);
  if (units.length <= 1)
    return spansFromStarts(
      units.map((unit) => unit.start),
      text.length,
    );
  signal?.throwIfAborted();
  const vectors = await options.embed(
    units.map((unit) => text.slice(unit.start, unit.end)),
    signal,
  );
  signal?.throwIfAborted();
  checkVectors(vectors, units.length);
  const similarities = await inSlices(gapSimilarities(vectors), signal);
  keepHeadings(units, similarities);
  const cuts = deepGaps(similarities);
  const starts: number[] = [];
  let from = 0;
  for (const to of [...cuts.map((gap) => gap + 1), units.length]) {
    for (const start of divideAtGaps(units, similarities, from, to, maxLength, context.meter)) {
      starts.push(units[start]!.start);
    }
    from = to;
  }
  return spansFromStarts(starts, text.length);
}

function checkVectors(vectors: readonly Float32Array[], count: number): void {
  const dimensions = vectors[0]?.length ?? 0;
  if (vectors.length === count && dimensions > 0 && vectors.every((each) => each.length === dimensions))
    return;
  throw new FoundationError({
    code: 'INTERNAL_ERROR',
    message: `The embedder of the semantic strategy must return ${count} vectors of one length; it returned ${vectors.length}.`,
    retryable: false,
  });
}

/** Cosine of the summed directions of the sentences before and after each gap; gap i is after sentence i. */
function* gapSimilarities(vectors: readonly Float32Array[]): Steps<Float64Array> {
  const dimensions = vectors[0]!.length;
  const unit = vectors.map((vector) => {
    let square = 0;
    for (const value of vector) square += value * value;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    return vector.map((value) => value * scale);
  });
  const similarities = new Float64Array(vectors.length - 1);
  const before = new Float64Array(dimensions);
  const after = new Float64Array(dimensions);
  for (let gap = 0; gap < similarities.length; gap++) {
    before.fill(0);
    after.fill(0);
    for (let index = Math.max(0, gap - COMPARED_SENTENCES + 1); index <= gap; index++) {
      for (let d = 0; d < dimensions; d++) before[d] = before[d]! + unit[index]![d]!;
    }
    for (let index = gap + 1; index <= Math.min(unit.length - 1, gap + COMPARED_SENTENCES); index++) {
      for (let d = 0; d < dimensions; d++) after[d] = after[d]! + unit[index]![d]!;
    }
    let dot = 0;
    let left = 0;
    let right = 0;
    for (let d = 0; d < dimensions; d++) {
      dot += before[d]! * after[d]!;
      left += before[d]! ** 2;
      right += after[d]! ** 2;
    }
    similarities[gap] = left > 0 && right > 0 ? dot / Math.sqrt(left * right) : 0;
    yield dimensions;
  }
  return similarities;
}

/** A heading belongs to the text below: the gaps around it count as one, the one before it. */
function keepHeadings(units: readonly Unit[], similarities: Float64Array): void {
  for (let gap = similarities.length - 1; gap >= 0; gap--) {
    if (units[gap]!.kind !== 'heading') continue;
    const before = similarities[gap - 1] ?? similarities[gap]!;
    const least = Math.min(before, similarities[gap]!);
    if (gap > 0) similarities[gap - 1] = least;
    similarities[gap] = least;
  }
}

/** Local minima whose depth stands out; in order. */
function deepGaps(similarities: Float64Array): number[] {
  const count = similarities.length;
  const depths = new Float64Array(count);
  // The nearest peak on a side: the last value of the climb that starts at the gap.
  const leftPeak = new Float64Array(count);
  const rightPeak = new Float64Array(count);
  for (let gap = 0; gap < count; gap++) {
    const climbs = gap > 0 && similarities[gap - 1]! >= similarities[gap]!;
    leftPeak[gap] = climbs ? leftPeak[gap - 1]! : similarities[gap]!;
  }
  for (let gap = count - 1; gap >= 0; gap--) {
    const climbs = gap + 1 < count && similarities[gap + 1]! >= similarities[gap]!;
    rightPeak[gap] = climbs ? rightPeak[gap + 1]! : similarities[gap]!;
    depths[gap] = leftPeak[gap]! + rightPeak[gap]! - 2 * similarities[gap]!;
  }
  const mean = depths.reduce((sum, depth) => sum + depth, 0) / count;
  const variance = depths.reduce((sum, depth) => sum + (depth - mean) ** 2, 0) / count;
  const threshold = mean + Math.sqrt(variance) / 2;
  const gaps: number[] = [];
  for (let gap = 0; gap < count; gap++) {
    const isMinimum =
      similarities[gap]! < (similarities[gap - 1] ?? Number.POSITIVE_INFINITY) &&
      similarities[gap]! <= (similarities[gap + 1] ?? Number.POSITIVE_INFINITY);
    if (isMinimum && depths[gap]! > threshold && depths[gap]! > 1e-6) gaps.push(gap);
  }
  return gaps;
}

/**
 * Starts of the pieces of units [from, to) that are each at most `maxLength` long: cut at the least similar gap
 * as often as needed. A cut must leave a quarter of `maxLength` on both sides if it can, so that even a text
 * without any structure is divided in few, not in n, steps.
 */
function divideAtGaps(
  units: readonly Unit[],
  similarities: Float64Array,
  from: number,
  to: number,
  maxLength: number,
  meter: Meter,
): number[] {
  const starts: number[] = [];
  const work: [number, number][] = [[from, to]];
  while (work.length > 0) {
    const [low, high] = work.pop()!;
    const start = units[low]!.start;
    const end = units[high - 1]!.end;
    if (high - low === 1 || end - start <= maxLength) {
      starts.push(low);
      continue;
    }
    meter.add(high - low);
    // Long stretches are first halved near the middle, which bounds the work to n · log n.
    const margin = Math.max(maxLength / 4, end - start > 4 * maxLength ? (end - start) / 4 : 0);
    let best = -1;
    let fallback = low + 1;
    for (let cut = low + 1; cut < high; cut++) {
      const position = units[cut]!.start;
      if (Math.abs(2 * position - start - end) < Math.abs(2 * units[fallback]!.start - start - end))
        fallback = cut;
      if (position - start < margin || end - position < margin || units[cut - 1]!.kind === 'heading')
        continue;
      if (best < 0 || similarities[cut - 1]! < similarities[best - 1]!) best = cut;
    }
    const cut = best > 0 ? best : fallback;
    work.push([cut, high], [low, cut]);
  }
  return starts;
}
