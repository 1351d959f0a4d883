import { type CallOptions, FoundationError } from '@nearfield/spec';
import { yieldToMessages } from '../../async/yield-to-messages.ts';
import type { ReadyPairs } from '../../engine/encoders/ready.ts';
import type { Engine } from '../../engine/engine.ts';
import { pairWindows, sigmoid } from '../../models/pair-windows.ts';
import type { RerankTexts, TextScores } from '../../requests/rerank.ts';
import type { TokenSequence } from '../../text/text-tokenizer.ts';
import { type EmbeddedItems, embedItems } from '../embed/embed-items.ts';
import { encodeInTurns } from '../embed/read-texts.ts';
import { ProgressReporter, priorityOf } from '../work.ts';
import { checkQuery } from './limits.ts';
import { DOCUMENTS_AT_ONCE } from './types.ts';

/** A window of a document with the query before it. */
interface Passage {
  readonly sequence: TokenSequence;
  readonly document: number;
  /** The part of the document in the window. */
  readonly text: string;
}

/**
 * Scores by a cross-encoder: sigmoid(logit), for a document of several windows the largest. Windows of a document
 * overlap (see `pairWindows`); with `truncation` only the first is read. The query is cut to the model's limit for
 * queries. `tokens` counts every window with its query.
 *
 * A model whose catalogue entry names an embedder ranks by logit + weight · cosine of each window. Its score is the
 * sigmoid of that sum less half the weight, so that it is 0.5 if the model is undecided (logit 0) and the cosine is
 * half: an order with a scale, not a probability.
 */
export async function crossEncoderScores(
  engine: Engine,
  request: RerankTexts,
  options: CallOptions,
): Promise<TextScores> {
  const { signal, onProgress } = options;
  const { query, documents } = request;
  const ready = await engine.models.pairs(request.model, { signal, onProgress });
  await checkQuery(query, ready.tokenizer, { signal });
  const passages = await passagesOf(ready, request, signal);
  const fusion = await fusionOf(engine, ready, request, options);

  const logits = new Float64Array(documents.length).fill(Number.NEGATIVE_INFINITY);
  const left = new Int32Array(documents.length);
  for (const { document } of passages) left[document]!++;
  const tokens = passages.reduce((sum, { sequence }) => sum + sequence.ids.length, 0);
  const report = new ProgressReporter(onProgress, documents.length);
  report.expect(tokens);
  const priority = priorityOf(options.priority, documents.length);
  // Without an embedder all at once: more to choose from makes better batches.
  const step = fusion ? PASSAGES_AT_ONCE : passages.length;
  for (let start = 0; start < passages.length; start += step) {
    const part = passages.slice(start, start + step);
    const cosines = await fusion?.cosines(part);
    await engine.scheduler.submit(
      ready.encoder.group,
      part.map(({ sequence }) => sequence),
      {
        priority,
        signal,
        onResult: (index, logit) => {
          const { document, sequence } = part[index]!;
          const score = logit + (fusion ? fusion.weight * cosines![index]! : 0);
          logits[document] = Math.max(logits[document]!, score);
          report.finished(sequence.ids.length, --left[document]! === 0 ? 1 : 0);
        },
      },
    );
  }
  if (!fusion) return { scores: logits.map(sigmoid), tokens };
  const { embedder, weight } = fusion;
  return {
    scores: logits.map((logit) => sigmoid(logit - weight / 2)),
    tokens,
    fusion: { embedder, weight },
  };
}

/** Passages that are embedded and scored before the next ones: results and aborts come early. */
const PASSAGES_AT_ONCE = 64;

/** Length, in characters, of a document whose reading takes a frame or more. */
const LONG = 20_000;

async function passagesOf(
  { tokenizer, recipe, info }: ReadyPairs,
  { query, documents, truncation }: RerankTexts,
  signal: AbortSignal | undefined,
): Promise<Passage[]> {
  const passages: Passage[] = [];
  for (let first = 0; first < documents.length; first += DOCUMENTS_AT_ONCE) {
    signal?.throwIfAborted();
    const part = documents.slice(first, first + DOCUMENTS_AT_ONCE);
    // A long document is read part by part, unless only its first window is wanted.
    const read: (string | readonly number[])[] = [];
    for (const text of part) {
      read.push(truncation || text.length < LONG ? text : await encodeInTurns(tokenizer, text, signal));
    }
    const { windows, documentOf, isWhole, documentStart, documentEnd } = pairWindows(tokenizer, query, read, {
      recipe,
      maxTokens: info.maxTokens,
      firstOnly: truncation === true,
    });
    windows.forEach((sequence, index) => {
      const at = documentOf[index]!;
      const { ids } = sequence;
      const text = isWhole[index]
        ? part[at]!
        : tokenizer.decode([...ids.subarray(documentStart, ids.length - documentEnd)]);
      passages.push({ sequence, document: first + at, text });
    });
    await yieldToMessages();
  }
  return passages;
}

/** Error codes of an embedder that is not available, as opposed to errors of the request. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  'DOWNLOAD_FAILED',
  'INPUT_MODEL_NOT_FOUND',
  'MODEL_NOT_AVAILABLE_LOCALLY',
  'STORAGE_QUOTA_EXCEEDED',
]);

interface Fusion {
  readonly embedder: string;
  readonly weight: number;
  /** Cosines of the query with some passages. */
  cosines(passages: readonly Passage[]): Promise<Float64Array>;
}

/** The embedder that the model ranks best with; undefined without one. */
async function fusionOf(
  engine: Engine,
  { definition }: ReadyPairs,
  { query, documents, fusion: asked }: RerankTexts,
  { signal, onProgress, priority }: CallOptions,
): Promise<Fusion | undefined> {
  const { fusion } = definition.entry;
  if (!fusion || asked === false) return undefined;
  // Progress of work is the reranker's; progress of loading is reported for the embedder too.
  const loading: CallOptions['onProgress'] =
    onProgress && ((event) => event.type !== 'work-progress' && onProgress(event));
  const embed = (texts: readonly string[]): Promise<EmbeddedItems> =>
    embedItems(
      engine,
      {
        model: fusion.embedder,
        items: texts.map((text) => ({ text })),
        task: null,
        prompt: '',
        truncate: true,
      },
      { signal, priority: priorityOf(priority, documents.length) },
    );
  try {
    await engine.encoder(fusion.embedder, { signal, onProgress: loading });
  } catch (error) {
    if (!asked && FoundationError.isInstance(error) && UNAVAILABLE.has(error.code)) return undefined;
    throw error;
  }
  const { values: vector } = await embed([query]);
  return {
    ...fusion,
    cosines: async (passages) => {
      const { values, dimensions } = await embed(passages.map(({ text }) => text));
      return Float64Array.from(passages, (_, index) => {
        let dot = 0;
        for (let d = 0; d < dimensions; d++) dot += vector[d]! * values[index * dimensions + d]!;
        return dot;
      });
    },
  };
}
