import { FoundationError, LIMITS } from '@nearfield/spec';
import {
  type Atom,
  atomsFromStarts,
  type DivisionContext,
  divideBlock,
  divideByWords,
  packAtoms,
} from './chunker/atoms.ts';
import { type BlockKind, scanBlocks } from './chunker/blocks.ts';
import { isLineEnd, isWhiteSpace, skipWhiteSpace, trimEnd } from './chunker/characters.ts';
import { clusterStart, lastBoundary, nextBoundary } from './chunker/graphemes.ts';
import { LineTable } from './chunker/lines.ts';
import { Meter } from './chunker/meter.ts';
import { sentenceStarts } from './chunker/sentences.ts';
import { type ChunkOptions, type Span, spansFromStarts } from './chunker/structure.ts';
import { countSteps } from './encode.ts';
import { inSlices, type Steps } from './slices.ts';
import type { SegmentTokenizer } from './tokenizers.ts';
import { headEnd, tailStart } from './tokens.ts';

/** A sentence, or a block that is none (code, table, …), with what it came from. */
interface Unit extends Atom {
  kind: BlockKind;
  /** Whether this is the first piece of a block that had to be divided. */
  opensDivided?: boolean;
}

const PROSE: ReadonlySet<BlockKind> = new Set(['line', 'list', 'quote', 'citation']);

/**
 * The sentences of a text. Neighbouring lines of ordinary text are one paragraph, so that hard-wrapped sentences
 * are found whole; a blank line always ends one. Headings, code, tables, HTML and formulas are one unit each, as
 * long as they are not longer than `maxLength`.
 */
function* unitsOf(context: DivisionContext, maxLength: number): Steps<Unit[]> {
  const { text, lines, meter } = context;
  const units: Unit[] = [];
  const add = function* (atoms: readonly Atom[], kind: BlockKind): Steps<void> {
    for (const atom of atoms) {
      if (atom.end - atom.start <= maxLength) units.push({ ...atom, kind });
      else {
        for (const part of yield* divideByWords(context, atom.start, atom.end, maxLength))
          units.push({ ...part, kind });
      }
    }
  };
  const blocks = yield* scanBlocks(lines, meter);
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]!;
    const start = lines.first[block.from]!;
    let { to } = block;
    if (block.kind === 'line') {
      while (blocks[index + 1]?.kind === 'line' && blocks[index + 1]!.from === to) to = blocks[++index]!.to;
    }
    const end = lines.last[to - 1]!;
    if (PROSE.has(block.kind)) {
      const starts = yield* sentenceStarts(text, start, end, context);
      yield* add(atomsFromStarts(text, starts, end), block.kind);
    } else if (end - start <= maxLength) {
      yield* add([{ start, end, strong: false }], block.kind);
    } else {
      const first = units.length;
      yield* add(yield* divideBlock(context, block, maxLength), block.kind);
      units[first]!.opensDivided = true;
    }
  }
  return units;
}

function* contextOf(text: string, options: ChunkOptions): Steps<DivisionContext> {
  const meter = options.meter ?? new Meter();
  return { text, lines: yield* LineTable.read(text, meter), meter, locale: options.locale };
}

/**
 * The sentences of a text as spans that adjoin: what `strategy: 'sentence'` packs into chunks, for callers that
 * want one sentence each (late chunking of a single input). No sentence is divided.
 */
export function* splitSentences(text: string, options: { locale?: string | undefined } = {}): Steps<Span[]> {
  const context = yield* contextOf(text, { maxLength: text.length, ...options });
  const units = yield* unitsOf(context, Math.max(1, text.length));
  return spansFromStarts(
    units.map((unit) => unit.start),
    text.length,
  );
}

/**
 * A heading begins a chunk, together with headings right above it; so does a block that is longer than a chunk,
 * which would be cut once more if it only filled up the chunk before.
 */
const breaksBefore =
  (units: readonly Unit[]) =>
  (_from: number, at: number): boolean =>
    units[at]!.opensDivided === true || (units[at]!.kind === 'heading' && units[at - 1]!.kind !== 'heading');

/** Whole sentences, as many as fit into `maxLength`; a heading starts a new chunk. */
export function* chunkBySentences(text: string, options: ChunkOptions): Steps<Span[]> {
  const context = yield* contextOf(text, options);
  const units = yield* unitsOf(context, options.maxLength);
  return spansFromStarts(
    packAtoms(units, options.maxLength, context.meter, breaksBefore(units)),
    text.length,
  );
}

/** How much of the text before each chunk is repeated at its start. */
export interface OverlapOptions {
  /** Most characters repeated. */
  overlap: number;
  locale?: string | undefined;
  meter?: Meter | undefined;
}

/** Characters before an overlap that are read to tell whether a sentence begins in it. */
const SENTENCE_CONTEXT = 256;

/**
 * Moves the start of each chunk but the first back into the chunk before it: to the earliest sentence or line
 * within `overlap` characters, else the earliest word. Ends stay.
 */
export function* withOverlap(text: string, spans: readonly Span[], options: OverlapOptions): Steps<Span[]> {
  if (options.overlap === 0) return [...spans];
  const overlapping: Span[] = [];
  for (const [index, [start, end]] of spans.entries()) {
    const from = index === 0 ? start : yield* repeatedFrom(text, spans[index - 1]![0], start, options);
    overlapping.push([from, end]);
  }
  return overlapping;
}

/** Where the chunk that begins at `start` begins with its overlap; `previous` is where the chunk before it does. */
function* repeatedFrom(
  text: string,
  previous: number,
  start: number,
  { overlap, locale, meter = new Meter() }: OverlapOptions,
): Steps<number> {
  if (start - overlap <= previous) return previous;
  const earliest = nextBoundary(text, previous, start - overlap, start);
  // Where a sentence begins depends on what is before it.
  const context = nextBoundary(text, previous, Math.max(previous, earliest - SENTENCE_CONTEXT), start);
  const [, ...sentences] = yield* sentenceStarts(text, context, start, { locale, meter });
  const candidates = [
    sentences.find((sentence) => sentence >= earliest),
    firstLineStart(text, previous, earliest, start),
  ].filter((candidate) => candidate !== undefined);
  if (candidates.length > 0) return Math.min(...candidates);
  const word = firstWordStart(text, earliest, start);
  return word >= earliest ? word : start;
}

/**
 * The first line that begins in [from, to), its indent included; undefined if none does. Whether one begins at `from`
 * is told by the text from `least` on.
 */
function firstLineStart(text: string, least: number, from: number, to: number): number | undefined {
  const isLineStart = /[\r\n]\s*$/.test(text.slice(Math.max(least, from - 64), from));
  const lineEnd = isLineStart ? from : from + text.slice(from, to).search(/[\r\n]/);
  if (lineEnd < from) return undefined;
  const first = skipWhiteSpace(text, lineEnd, to);
  if (first >= to) return undefined;
  let start = first;
  while (start > lineEnd && !isLineEnd(text.charCodeAt(start - 1))) start--;
  return start;
}

/** The first word that begins in [from, to); `to` if none does. */
function firstWordStart(text: string, from: number, to: number): number {
  let at = from;
  if (at > 0 && !isWhiteSpace(text.charCodeAt(at - 1))) {
    while (at < to && !isWhiteSpace(text.charCodeAt(at))) at++;
  }
  at = skipWhiteSpace(text, at, to);
  return at < to ? clusterStart(text, at) : to;
}

/**
 * Chunks of at most `maxTokens` tokens, each counted alone. A chunk ends at the last word that fits, if there is
 * a space in its last quarter, else at the last grapheme cluster. Each chunk but the first repeats up to
 * `overlap` tokens of the one before it, from a word's start where there is one. A chunk that begins at a line begins
 * with its indent.
 *
 * A single grapheme cluster of more than `maxTokens` tokens is a chunk by itself.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED where the overlap makes the chunks together too long, see
 * `LIMITS.segment`.
 */
export function* chunkByTokens(
  text: string,
  tokenizer: SegmentTokenizer,
  options: { maxTokens: number; overlap: number },
): Steps<Span[]> {
  const { maxTokens, overlap } = options;
  const spans: Span[] = [];
  const to = trimEnd(text, 0, text.length);
  const { leastMaxOutput, maxRepeats } = LIMITS.segment;
  const mostWritten = Math.max(leastMaxOutput, maxRepeats * text.length);
  let written = 0;
  /** Where the text that no chunk has yet begins. */
  let next = firstStart(text, 0, to);
  let start = next;
  /** Characters a token, by the chunk before. */
  let rate: number | undefined;
  while (next < to) {
    let end = yield* tokenChunkEnd(text, tokenizer, start, next, to, maxTokens, rate);
    if (end <= next) {
      // What would be repeated, or the line's indent, leaves no room for anything new.
      start = next;
      if (overlap === 0 && spans.length > 0) spans.at(-1)![1] = next;
      end = yield* tokenChunkEnd(text, tokenizer, start, next, to, maxTokens, rate);
    }
    rate = (1.25 * (end - start)) / maxTokens;
    const previous = start;
    next = firstStart(text, end, to);
    start = indentStart(text, next);
    spans.push([previous, next >= to ? text.length : start]);
    written += next - previous;
    if (written > mostWritten) throw tooMuchOverlap(maxTokens, overlap, text.length);
    if (overlap === 0 || next >= to) continue;
    const last = trimEnd(text, previous, end);
    const back = firstStart(text, yield* tailStart(tokenizer, text, previous, last, overlap), last);
    const word = back > previous ? firstWordStart(text, back, last) : back;
    const repeated = word < last ? word : back;
    if (repeated > previous && repeated < last) start = repeated;
  }
  return spans;
}

function tooMuchOverlap(maxTokens: number, overlap: number, length: number): FoundationError {
  const message = `An overlap of ${overlap} of ${maxTokens} tokens repeats this content of ${length} characters more than ${LIMITS.segment.maxRepeats} times. Use an overlap of at most ${Math.floor(maxTokens / 2)}, or longer chunks.`;
  return new FoundationError({
    code: 'INPUT_VALIDATION_FAILED',
    message,
    param: 'overlap',
    issues: [{ field: 'overlap', message, type: 'less_than_equal' }],
  });
}

/** A longer indent is not worth its tokens. */
const LONGEST_INDENT = 64;

/** Where the indent of the line begins that has its first text at `at`; `at` for text within a line. */
function indentStart(text: string, at: number): number {
  let start = at;
  while (at - start <= LONGEST_INDENT && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--;
  return start > 0 && isLineEnd(text.charCodeAt(start - 1)) ? start : at;
}

/** The first offset from `from` on that is not white space, as a chunk's start. */
function firstStart(text: string, from: number, to: number): number {
  const at = skipWhiteSpace(text, from, to);
  return at < to && at > from ? Math.max(from, clusterStart(text, at)) : at;
}

/** Where the chunk from `start` ends; at `start` or not beyond `covered` if nothing new fits. */
function* tokenChunkEnd(
  text: string,
  tokenizer: SegmentTokenizer,
  start: number,
  covered: number,
  to: number,
  maxTokens: number,
  rate: number | undefined,
): Steps<number> {
  // Without its last line end a text can have more tokens: ">-->\n" is one, ">-->" two.
  const fits = function* (cut: number): Steps<boolean> {
    return (yield* countSteps(tokenizer, text.slice(start, trimEnd(text, start, cut)))) <= maxTokens;
  };
  let end = yield* headEnd(tokenizer, text, start, to, maxTokens, rate);
  // What fits with its white space was counted already.
  while (end > start && trimEnd(text, start, end) < end && !(yield* fits(end))) {
    end = yield* headEnd(tokenizer, text, start, trimEnd(text, start, end), maxTokens, rate);
  }
  if (end === start) return start < covered ? start : lastBoundary(text, start, start + 1);
  if (end >= to || isWhiteSpace(text.charCodeAt(end))) return end;
  const least = Math.max(covered, start + (3 * (end - start)) / 4);
  for (let cut = end; cut > least; cut--) {
    if (!isWhiteSpace(text.charCodeAt(cut - 1)) || clusterStart(text, cut) !== cut) continue;
    return (yield* fits(cut)) ? cut : end;
  }
  return end;
}

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
 * Chunks by meaning: sentences are embedded, and a chunk ends where the three sentences before a gap differ
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

/** A heading belongs to what follows: the gaps around it count as one, the one before it. */
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
