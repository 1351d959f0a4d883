import type { CallOptions, EmbeddingType, MultiVectorResponse } from '@nearfield/spec';
import { encodeAs, type MultiEmbedding } from '@nearfield/spec/implement';
import type { Engine } from '../../engine/engine.ts';
import { FailedItems, type WithFailedItems } from '../../requests/answer-items.ts';
import type { CheckedMultiVector } from '../../requests/embeddings.ts';
import { textsOf } from '../../requests/inputs.ts';
import { ProgressReporter, priorityOf } from '../work.ts';
import { keptIds, readTokens, tokenModel, tokensAround } from './embed-tokens.ts';
import { checkDimensions, countTokens, readInTurns, tooLong } from './read-texts.ts';

/**
 * `POST /v1/multi-vector`, and embeddings with `return_multivector` or of a ColBERT model: one vector per token, each
 * encoded by itself. `readTokens` selects the tokens. Usage counts every token that was read.
 * @throws FoundationError NOT_SUPPORTED if the model's graph shows no token vectors; INPUT_TOKEN_LIMIT_EXCEEDED
 */
export async function multiVector(
  engine: Engine,
  { request, resolved, collect }: CheckedMultiVector,
  options: CallOptions,
): Promise<WithFailedItems<MultiVectorResponse>> {
  const { task, prompt, inputType: role } = resolved;
  const type = request.embedding_type ?? 'float';
  const texts = textsOf(request);
  const model = await tokenModel(engine, request.model, { ...options, task });
  const { maxTokens, dimensions: own } = model.info;
  const dimensions = checkDimensions(request.dimensions ?? undefined, own);
  const limit = { model: model.definition.id, maxTokens, truncate: request.truncate };
  const failed = new FailedItems(() => collect === true);
  const read = await readInTurns(texts, options.signal, async (text, index) => {
    const sequence = readTokens(model, text, { role, prompt });
    if (!sequence.isWhole && !request.truncate) {
      const whole = model.kind === 'text' ? prompt + text : text;
      const count = { signal: options.signal, extra: tokensAround(model) };
      failed.note(index, tooLong(await countTokens(model.tokenizer, whole, count), index, limit));
    }
    return sequence;
  });
  const good = [...read.keys()].filter((index) => !failed.has(index));
  const sequences = good.map((index) => read[index]!);
  const totalTokens = sequences.reduce((sum, { ids }) => sum + ids.length, 0);
  const report = new ProgressReporter(options.onProgress, texts.length);
  report.expect(totalTokens);
  report.finished(0, texts.length - good.length);
  const data = new Array<MultiEmbedding>(good.length);
  const group = model.encoder.tokens({ dimensions, normalized: request.normalized, task });
  await engine.scheduler.submit(group, sequences, {
    priority: priorityOf(options.priority, texts.length),
    signal: options.signal,
    onResult: (at, vectors) => {
      const sequence = sequences[at]!;
      data[at] = {
        object: 'embeddings',
        index: good[at]!,
        embeddings: encodeRows(vectors, type),
        ...(request.return_tokenized_input && {
          tokenized_input: model.tokenizer.tokensOf({ ids: keptIds(sequence) }),
        }),
      };
      report.finished(sequence.ids.length);
    },
  });
  return {
    model: request.model,
    object: 'list',
    usage: { total_tokens: totalTokens, prompt_tokens: totalTokens },
    data,
    ...(collect && { errors: failed.list() }),
  };
}

function encodeRows(
  { data, rows, dimensions }: { data: Float32Array; rows: number; dimensions: number },
  type: EmbeddingType | readonly EmbeddingType[],
): MultiEmbedding['embeddings'] {
  // A batch's results share memory with those of other calls, and results may be transferred away.
  const own = data.slice();
  return Array.from({ length: rows }, (_, row) =>
    encodeAs(own.subarray(row * dimensions, (row + 1) * dimensions), type),
  );
}
