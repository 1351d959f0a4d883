import { type CallOptions, FoundationError } from '@nearfield/spec';
import { invalid } from '@nearfield/spec/implement';
import type { SpannedSequence } from '../../engine/encoders/text-encoder.ts';
import type { Engine } from '../../engine/engine.ts';
import { windowsOver } from '../../models/pair-windows.ts';
import { loadSegmenter } from '../../segment/index.ts';
import type { JoinedSequence, ReadJoined, TextTokenizer, TokenSpan } from '../../text/text-tokenizer.ts';
import { ProgressReporter, priorityOf } from '../work.ts';
import { checkDimensions, encodeInTurns } from './read-texts.ts';

export interface LateChunkingRequest {
  model: string;
  /** Chunks of one document, in their order. */
  texts: readonly string[];
  task: string | null;
  /** Put before the document. */
  prompt: string;
  dimensions?: number | undefined;
  normalized: boolean;
  /** Cut the document at the context instead of reading it in windows. */
  truncate: boolean;
  /** `texts` is one text, whose sentences are the chunks. */
  splitSentences: boolean;
}

/** One vector per chunk. */
export interface LateChunks {
  /** Shape [chunks, dimensions]. */
  values: Float32Array;
  dimensions: number;
  chunks: number;
  totalTokens: number;
}

/**
 * Late chunking (Günther et al., 2024, arXiv 2409.04701): the chunks are joined and read in one forward pass, and each
 * gets the mean of its own tokens' vectors, which have seen the whole document. Special tokens and the prompt belong
 * to no chunk.
 *
 * A document that is longer than the context is read in windows that overlap by a quarter of their width, each with
 * the special tokens and the prompt around it. A token's vector is taken from the window in which it is farther from
 * the edge; a chunk that lies in several windows is the mean over all its tokens. With `truncate` the document is cut
 * at the context instead.
 *
 * `totalTokens` counts the document, prompt and special tokens once, even if windows read some again.
 *
 * @throws FoundationError INPUT_VALIDATION_FAILED for a chunk without tokens; INPUT_TOKEN_LIMIT_EXCEEDED for a chunk
 * that `truncate` cuts off whole; NOT_SUPPORTED if the model's graph shows no token vectors.
 */
export async function lateChunks(
  engine: Engine,
  request: LateChunkingRequest,
  { signal, onProgress, priority }: CallOptions,
): Promise<LateChunks> {
  const { model, task, prompt, normalized, truncate } = request;
  const { encoder, tokenizer, info, definition } = await engine.encoder(model, { task, signal, onProgress });
  const { maxTokens } = info;
  const dimensions = checkDimensions(request.dimensions, info.dimensions);
  const longest = truncate ? maxTokens : undefined;
  const texts = request.splitSentences
    ? await sentencesOf(request.texts[0]!, tokenizer, signal, longest)
    : request.texts;
  const start = tokenizer.readJoined(texts, maxTokens, prompt);
  requireTokens(start, texts, tokenizer);
  const report = new ProgressReporter(onProgress, texts.length);
  const submit = async (
    sequences: readonly SpannedSequence[],
    asNormalized: boolean,
    onResult: (index: number, vectors: Float32Array[]) => void,
  ): Promise<void> => {
    report.expect(sequences.reduce((sum, { ids }) => sum + ids.length, 0));
    await engine.scheduler.submit(encoder.spans({ dimensions, normalized: asNormalized, task }), sequences, {
      priority: priorityOf(priority, texts.length),
      signal,
      onResult,
    });
  };
  const values = new Float32Array(texts.length * dimensions);
  const result = { values, dimensions, chunks: texts.length };

  if (start.isWhole || truncate) {
    requireUncut(start.spans, definition.id, maxTokens);
    await submit([start], normalized, (_, vectors) => {
      vectors.forEach((vector, index) => {
        values.set(vector, index * dimensions);
      });
      report.finished(start.ids.length, texts.length);
    });
    return { ...result, totalTokens: start.ids.length };
  }

  const pieces: number[][] = [];
  for (const [index, text] of texts.entries()) {
    pieces.push(await encodeInTurns(tokenizer, index === 0 ? prompt + text : text, signal));
  }
  const whole = tokenizer.joinTokens(pieces, Number.MAX_SAFE_INTEGER, prompt);
  const windows = windowsOf(whole, tokenizer, maxTokens);
  const sums = new Float64Array(values.length);
  await submit(windows, false, (at, vectors) => {
    const { ids, parts } = windows[at]!;
    vectors.forEach((vector, index) => {
      const { chunk, tokens } = parts[index]!;
      for (let d = 0; d < dimensions; d++) {
        sums[chunk * dimensions + d] = sums[chunk * dimensions + d]! + tokens * vector[d]!;
      }
    });
    report.finished(ids.length, parts.filter(({ last }) => last).length);
  });
  whole.spans.forEach(({ start, end }, chunk) => {
    const sum = sums.subarray(chunk * dimensions, (chunk + 1) * dimensions);
    let divisor = end - start;
    if (normalized) {
      divisor = 0;
      for (const value of sum) divisor += value * value;
      divisor = Math.sqrt(divisor) || 1;
    }
    sum.forEach((value, d) => {
      values[chunk * dimensions + d] = value / divisor;
    });
  });
  return { ...result, totalTokens: whole.fullLength };
}

/** Part of a chunk that one window covers. */
interface ChunkPart {
  readonly chunk: number;
  readonly tokens: number;
  /** Whether the chunk ends here. */
  readonly last: boolean;
}

interface Window extends SpannedSequence {
  /** The chunk part of each of `spans`. */
  readonly parts: readonly ChunkPart[];
}

/** Windows over a document that is too long, see {@link lateChunks}. */
function windowsOf(whole: JoinedSequence, tokenizer: TextTokenizer, maxTokens: number): Window[] {
  const { ids, spans } = whole;
  const suffix = tokenizer.suffix.length;
  // Special tokens and prompt stand before the first chunk.
  const head = spans[0]!.start;
  const width = maxTokens - head - suffix;
  if (width < 2) {
    throw new FoundationError({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      message: `The prompt alone has ${head} tokens; the model reads at most ${maxTokens}.`,
      param: 'task',
    });
  }
  const length = ids.length - head - suffix;
  const ranges = windowsOver(length, { width, overlap: width >> 2 });
  let owned = 0;
  return ranges.map(([from, to], index) => {
    const next = ranges[index + 1];
    const start = owned;
    owned = next ? (next[0] + to) >> 1 : length;
    const windowIds = new Int32Array(head + to - from + suffix);
    windowIds.set(ids.subarray(0, head));
    windowIds.set(ids.subarray(head + from, head + to), head);
    windowIds.set(tokenizer.suffix, head + to - from);
    const windowSpans: TokenSpan[] = [];
    const parts: ChunkPart[] = [];
    spans.forEach((span, chunk) => {
      const first = Math.max(span.start - head, start);
      const end = Math.min(span.end - head, owned);
      if (first >= end) return;
      windowSpans.push({ start: first - from + head, end: end - from + head });
      parts.push({ chunk, tokens: end - first, last: end === span.end - head });
    });
    return { ids: windowIds, spans: windowSpans, parts };
  });
}

/** @throws FoundationError INPUT_VALIDATION_FAILED for a text without tokens of its own. */
function requireTokens(
  { spans, isWhole }: ReadJoined,
  texts: readonly string[],
  tokenizer: TextTokenizer,
): void {
  const empty = spans.findIndex(({ start, end }, index) => {
    if (start < end) return false;
    // One that was cut off may have tokens.
    return isWhole || !hasTokens(tokenizer, texts[index]!);
  });
  if (empty < 0) return;
  throw invalid(
    `input.${empty}`,
    'Late chunking gives an input the mean of its own tokens, but this one has none.',
  );
}

/** @throws FoundationError INPUT_TOKEN_LIMIT_EXCEEDED */
function requireUncut(spans: readonly TokenSpan[], model: string, maxTokens: number): void {
  const lost = spans.findIndex(({ start, end }) => start >= end);
  if (lost < 0) return;
  throw new FoundationError({
    code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
    message: `Input ${lost} lies beyond the ${maxTokens} tokens that ${model} reads, and truncate cuts it off whole. Leave truncate out: the inputs are then read in overlapping windows.`,
    param: `input.${lost}`,
  });
}

const hasTokens = (tokenizer: TextTokenizer, text: string): boolean =>
  !tokenizer.encodeStart(text, 0).isWhole;

/** More characters than a token of ordinary text has. */
const CHARACTERS_A_TOKEN = 16;

/** The sentences of a text that have tokens, up to the first one that lies beyond `longest` tokens. */
async function firstSentences(
  text: string,
  tokenizer: TextTokenizer,
  signal: AbortSignal | undefined,
  longest: number,
): Promise<string[]> {
  const { inSlices, splitSentences } = await loadSegmenter();
  for (let size = longest * CHARACTERS_A_TOKEN; ; size *= 2) {
    const head = size < text.length ? text.slice(0, size) : text;
    const spans = await inSlices(splitSentences(head), signal);
    // The part that the cut divides is not a whole sentence.
    if (head.length < text.length) spans.pop();
    const sentences: string[] = [];
    let read = 0;
    for (const [start, end] of spans) {
      const sentence = head.slice(start, end).trim();
      const { length } = tokenizer.encodeStart(sentence, Math.min(longest, Number.MAX_SAFE_INTEGER)).ids;
      if (length === 0) continue;
      sentences.push(sentence);
      if (read > longest) return sentences;
      read += length;
    }
    if (head.length === text.length) return sentences;
  }
}

/**
 * The sentences of a text, so that their tokens are those of the text: white space stands before a sentence where the
 * vocabulary has it in its tokens (byte-level BPE), else nowhere.
 * @param longest tokens after which no further sentence is wanted, as it is cut off.
 */
async function sentencesOf(
  text: string,
  tokenizer: TextTokenizer,
  signal: AbortSignal | undefined,
  longest = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const sentences = await firstSentences(text, tokenizer, signal, longest);
  if (sentences.length <= 1) return sentences.length === 0 ? [text] : sentences;
  let at = 0;
  const spaced = sentences.map((sentence, index) => {
    const from = at;
    const start = text.indexOf(sentence, at);
    at = start + sentence.length;
    return index === 0 ? sentence : text.slice(from, at);
  });
  const ids = tokenizer.encodeBare(text.slice(0, at).trim());
  const same = (pieces: readonly string[]): boolean => {
    const joined = pieces.flatMap((piece) => tokenizer.encodeBare(piece));
    return joined.length === ids.length && joined.every((id, index) => id === ids[index]);
  };
  return same(spaced) ? spaced : sentences;
}
