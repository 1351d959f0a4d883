import type { CallOptions } from '@nearfield/spec';
import { yieldToMessages } from '../../async/yield-to-messages.ts';
import type { TokenVectors } from '../../engine/encoders/text-encoder.ts';
import type { Engine } from '../../engine/engine.ts';
import { windowsOver } from '../../models/pair-windows.ts';
import type { RerankTexts, TextScores } from '../../requests/rerank.ts';
import {
  type ReadTokens,
  readTokens,
  type TokenModel,
  tokenModel,
  tokensAround,
} from '../embed/embed-tokens.ts';
import { encodeInTurns } from '../embed/read-texts.ts';
import { ProgressReporter, priorityOf } from '../work.ts';
import { checkQuery } from './limits.ts';
import { DOCUMENTS_AT_ONCE } from './types.ts';

/**
 * Scores by late interaction (Khattab and Zaharia, 2020): Σ over the query's tokens of the largest cosine with any
 * token of the document. For ColBERT models as they were trained; for an embedder over its token vectors, special
 * tokens left out, for which it was not trained.
 *
 * A document that is longer than the context is read in windows that overlap by a quarter; all their tokens are the
 * document's. With `truncation` it is cut at the context. `tokens` counts the query once and every window.
 */
export async function lateInteractionScores(
  engine: Engine,
  request: RerankTexts,
  options: CallOptions,
): Promise<TextScores> {
  const { signal, onProgress } = options;
  const { query, documents } = request;
  const { defaultTask: task } = engine.models.definition(request.model).entry;
  const model = await tokenModel(engine, request.model, { signal, onProgress, task });
  const { tokenizer, info } = model;
  await checkQuery(query, tokenizer, { signal });
  // The query is read whole or not at all, because the score sums over its tokens.
  await checkQuery(query, tokenizer, { most: info.maxTokens - tokensAround(model), signal });
  const asked = withoutSpecial(model, readTokens(model, query, { role: 'query', prompt: '' }));
  const windows = await windowsOf(model, request, signal);
  const tokens = windows.reduce((sum, { ids }) => sum + ids.length, asked.ids.length);
  const report = new ProgressReporter(onProgress, documents.length);
  report.expect(tokens);
  const group = model.encoder.tokens({ dimensions: info.dimensions, normalized: true, task });
  const submission = { priority: priorityOf(options.priority, documents.length), signal };

  let queryVectors: TokenVectors | undefined;
  await engine.scheduler.submit(group, [asked], {
    ...submission,
    onResult: (_, vectors) => {
      queryVectors = vectors;
      report.finished(asked.ids.length, 0);
    },
  });
  const { rows } = queryVectors!;
  // The least possible cosine, which a document without tokens keeps.
  const best = new Float64Array(documents.length * rows).fill(-1);
  const left = new Int32Array(documents.length);
  for (const { document } of windows) left[document]!++;
  await engine.scheduler.submit(group, windows, {
    ...submission,
    onResult: (index, vectors) => {
      const { document, ids } = windows[index]!;
      raise(best.subarray(document * rows, (document + 1) * rows), queryVectors!, vectors);
      report.finished(ids.length, --left[document]! === 0 ? 1 : 0);
    },
  });
  const scores = Float64Array.from(documents, (_, document) =>
    best.subarray(document * rows, (document + 1) * rows).reduce((sum, value) => sum + value, 0),
  );
  return { scores, tokens };
}

interface DocumentWindow extends ReadTokens {
  readonly document: number;
}

async function windowsOf(
  model: TokenModel,
  { documents, truncation }: RerankTexts,
  signal: AbortSignal | undefined,
): Promise<DocumentWindow[]> {
  const { tokenizer, info } = model;
  const windows: DocumentWindow[] = [];
  const read = (text: string): ReadTokens =>
    withoutSpecial(model, readTokens(model, text, { role: 'document', prompt: '' }));
  for (const [document, text] of documents.entries()) {
    if (document % DOCUMENTS_AT_ONCE === DOCUMENTS_AT_ONCE - 1) {
      await yieldToMessages();
      signal?.throwIfAborted();
    }
    const whole = read(text);
    if (whole.isWhole || truncation) {
      windows.push({ ...whole, document });
      continue;
    }
    const ids = await encodeInTurns(tokenizer, text, signal);
    const width = Math.max(2, info.maxTokens - tokensAround(model));
    for (const [from, to] of windowsOver(ids.length, { width, overlap: width >> 2 })) {
      windows.push({ ...read(tokenizer.decode(ids.slice(from, to))), document });
    }
  }
  return windows;
}

/** [CLS] and [SEP] of an embedder represent no word. ColBERT's own are part of its training. */
function withoutSpecial({ kind, tokenizer }: TokenModel, sequence: ReadTokens): ReadTokens {
  if (kind === 'colbert') return sequence;
  const count = sequence.ids.length - tokenizer.prefix.length - tokenizer.suffix.length;
  const kept = Int32Array.from({ length: Math.max(0, count) }, (_, at) => at + tokenizer.prefix.length);
  return { ...sequence, kept };
}

/** Raises the best cosine of each query token by those of a document's tokens. */
function raise(best: Float64Array, query: TokenVectors, document: TokenVectors): void {
  const { dimensions } = query;
  for (let row = 0; row < query.rows; row++) {
    const asked = query.data.subarray(row * dimensions, (row + 1) * dimensions);
    for (let start = 0; start < document.data.length; start += dimensions) {
      let dot = 0;
      for (let d = 0; d < dimensions; d++) dot += asked[d]! * document.data[start + d]!;
      if (dot > best[row]!) best[row] = dot;
    }
  }
}
