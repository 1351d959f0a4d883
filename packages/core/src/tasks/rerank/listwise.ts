import { type CallOptions, FoundationError, LIMITS } from '@nearfield/spec';
import { notSupported } from '@nearfield/spec/implement';
import { yieldToMessages } from '../../async/yield-to-messages.ts';
import type { Engine } from '../../engine/engine.ts';
import { type ListwiseResult, listwiseBlocks, mergeBlocks } from '../../models/listwise-blocks.ts';
import type { RerankTexts, TextScores } from '../../requests/rerank.ts';
import type { TextTokenizer } from '../../text/text-tokenizer.ts';
import { countTokens } from '../embed/read-texts.ts';
import { ProgressReporter, priorityOf } from '../work.ts';
import { checkQuery } from './limits.ts';

/**
 * Scores by a listwise reranker: the cosine of each document's projected vector with the query's, −1 to 1. Documents
 * that fit share a sequence and see each other. Longer documents than `max_doc_length` (default 2048 tokens) are cut,
 * as at the API; with `truncation: false` they are refused. `tokens` counts whole prompts.
 * @throws FoundationError NOT_SUPPORTED for embeddings that this file's graph does not give;
 * INPUT_TOKEN_LIMIT_EXCEEDED
 */
export async function listwiseScores(
  engine: Engine,
  request: RerankTexts,
  options: CallOptions,
): Promise<TextScores> {
  const { signal, onProgress } = options;
  const { query, documents, returnEmbeddings } = request;
  const { encoder, tokenizer, recipe, info, definition } = await engine.models.listwise(request.model, {
    signal,
    onProgress,
  });
  if (returnEmbeddings && !encoder.givesEmbeddings) {
    throw notSupported(
      'return_embeddings',
      `this file of ${definition.id} gives scores only.`,
      'Leave it out, or load an export with the outputs query_embeds and doc_embeds.',
    );
  }
  await checkQuery(query, tokenizer, { signal });
  const maxDocumentTokens = request.maxDocLength ?? LIMITS.rerank.defaultMaxDocLength;
  if (request.truncation === false) await requireUncut(documents, tokenizer, maxDocumentTokens, signal);
  await yieldToMessages();
  signal?.throwIfAborted();
  const blocks = listwiseBlocks(tokenizer, query, documents, {
    recipe,
    maxTokens: Math.min(info.maxTokens, Math.max(encoder.blockTokens, 2 * maxDocumentTokens)),
    maxDocumentTokens,
  });
  const tokens = blocks.reduce((sum, { ids }) => sum + ids.length, 0);
  const report = new ProgressReporter(onProgress, documents.length);
  report.expect(tokens);
  const results = new Array<ListwiseResult>(blocks.length);
  await engine.scheduler.submit(encoder.group, blocks, {
    priority: priorityOf(options.priority, documents.length),
    signal,
    onResult: (index, result) => {
      results[index] = result;
      const { ids, documentPositions } = blocks[index]!;
      report.finished(ids.length, documentPositions.length);
    },
  });
  return {
    scores: mergeBlocks(results),
    tokens,
    ...(returnEmbeddings && { embeddings: results.flatMap(embeddingsOf) }),
  };
}

function embeddingsOf({ scores, documentEmbeddings }: ListwiseResult): Float32Array[] {
  const width = documentEmbeddings!.length / scores.length;
  return Array.from(scores, (_, index) => documentEmbeddings!.slice(index * width, (index + 1) * width));
}

/** @throws FoundationError INPUT_TOKEN_LIMIT_EXCEEDED */
async function requireUncut(
  documents: readonly string[],
  tokenizer: TextTokenizer,
  most: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [index, document] of documents.entries()) {
    if (tokenizer.encodeStart(document, most).isWhole) continue;
    const length = await countTokens(tokenizer, document, { signal });
    throw new FoundationError({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      message: `Document ${index} has ${length} tokens; max_doc_length is ${most}. Raise it, split the document, or let it be cut with truncation true.`,
      param: `documents.${index}`,
    });
  }
}
