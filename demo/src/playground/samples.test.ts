import { findModel } from '@nearfield/spec';
import {
  checkClassifyRequest,
  checkEmbeddingsRequest,
  checkMultiVectorRequest,
  checkRerankRequest,
  checkTrainRequest,
  parse,
} from '@nearfield/spec/implement';
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from './operations.ts';
import { samplesOf } from './samples.ts';

/** What engines check of a request before they compute, by operation. */
const CHECKS: Readonly<Record<string, (request: never, entry: never) => unknown>> = {
  embeddings: checkEmbeddingsRequest,
  multiVector: checkMultiVectorRequest,
  rerank: checkRerankRequest,
  classify: checkClassifyRequest,
  train: checkTrainRequest,
};

const samples = OPERATIONS.flatMap(
  (operation) =>
    samplesOf(operation.name).flatMap((sample) =>
      (['local', 'remote'] as const).map((side) => ({
        title: `${operation.name}, ${sample.name}, ${side}`,
        operation,
        side,
        request: sample.request(side),
      })),
    ),
  // Those about something that was made before have its id filled in; those without a model compute with none.
).filter(({ request }) => typeof request.model === 'string');

describe('a sample', () => {
  test.each(samples)('$title: is a request that its model takes', ({ operation, side, request }) => {
    const entry = findModel(request.model as string)!;
    expect(entry.endpoints).toContain(operation.endpoint);
    const parsed = parse(operation.schema, request);
    const check = CHECKS[operation.name];
    if (check) expect(() => check(parsed as never, entry as never)).not.toThrow();
    // No browser chats: that the form says so is its sample.
    if (operation.name !== 'chat') expect(side === 'local' ? entry.local.runs : entry.hosted).toBe(true);
  });

  test('of a call that loads no large model begins each form that a browser answers', () => {
    const first = samples.filter(
      ({ side, request, operation }) =>
        side === 'local' &&
        operation.name !== 'chat' &&
        request === samplesOf(operation.name)[0].request(side),
    );
    for (const { request } of first) expect(['all-MiniLM-L6-v2', 'minilm-reranker']).toContain(request.model);
  });
});
