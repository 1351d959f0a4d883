import { expect, test } from 'vitest';
import { retrievalTasks } from './retrieval-tasks.ts';

test.each([
  ['jina-embeddings-v3', 'retrieval.query'],
  ['jina-ai/jina-embeddings-v5-text-small', 'retrieval.query'],
  ['jina-embeddings-v4', 'retrieval.query'],
  ['jina-code-embeddings-0.5b', 'nl2code.query'],
  ['jina-embeddings-v2-base-en', undefined],
  ['all-MiniLM-L6-v2', undefined],
  ['my-own-model', undefined],
])('%s asks with %s', (model, query) => {
  expect(retrievalTasks(model)?.query).toBe(query);
});

test('a model may have a task for questions alone', () => {
  expect(retrievalTasks('jina-clip-v2')).toEqual({ query: 'retrieval.query', passage: undefined });
});
