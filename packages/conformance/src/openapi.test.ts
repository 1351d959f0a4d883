import { EMBEDDING_TYPES, findModel, LIMITS } from '@nearfield/spec';
import {
  BatchRequestSchema,
  ClassifyRequestSchema,
  EmbeddingsRequestSchema,
  RerankRequestSchema,
  TrainRequestSchema,
  unknownFields,
} from '@nearfield/spec/implement';
import { describe, expect, it } from 'vitest';
import { expectShape, OPENAPI_REQUESTS, OPENAPI_VERSION, shapeErrors } from './openapi.ts';

type Schema = Parameters<typeof unknownFields>[0];

function schemaOf(name: string): Schema {
  if (name === 'BatchEmbeddingRequest') return BatchRequestSchema;
  if (name.endsWith('TrainingRequest')) return TrainRequestSchema;
  if (name.endsWith('ClassificationRequest')) return ClassifyRequestSchema;
  if (name.includes('Reranker')) return RerankRequestSchema;
  return EmbeddingsRequestSchema;
}

describe(`the contract's requests and OpenAPI ${OPENAPI_VERSION}`, () => {
  const requests = Object.entries(OPENAPI_REQUESTS);

  it.each(requests)('%s: every field is known', (name, { fields }) => {
    const request = Object.fromEntries(Object.keys(fields).map((field) => [field, 'set']));
    expect(unknownFields(schemaOf(name), request)).toEqual([]);
  });

  it.each(requests)('%s: its models are in the catalogue', (_, { models }) => {
    for (const model of models) expect(findModel(model)?.id, model).toBe(model);
  });

  it.each(requests)('%s: its limits are ours', (_, { fields, models }) => {
    for (const [field, facts] of Object.entries(fields)) {
      for (const model of models) {
        const entry = findModel(model)!;
        if (field === 'dimensions' && facts.maximum !== undefined) {
          expect(entry.apiMaxDimensions ?? entry.dimensions, model).toBe(facts.maximum);
        }
        if (field === 'dimensions' && facts.enum !== undefined)
          expect(entry.dimensionChoices).toEqual(facts.enum);
        if (field === 'task' && facts.enum !== undefined) {
          expect(Object.keys(entry.tasks).sort(), model).toEqual([...(facts.enum as string[])].sort());
        }
      }
      if (field === 'embedding_type') expect(facts.enum).toEqual([...EMBEDDING_TYPES]);
      if (field === 'max_doc_length') expect(facts.maximum).toBe(LIMITS.rerank.maxDocLength);
      if (field === 'input' && facts.maxItems !== undefined) expect(facts.maxItems).toBe(512);
    }
  });
});

describe('shapes', () => {
  it('of the API’s kind pass', () => {
    expectShape('EmbeddingResponse', {
      model: 'm',
      object: 'list',
      usage: { total_tokens: 1, prompt_tokens: 1 },
      data: [{ object: 'embedding', index: 0, embedding: Float32Array.of(1, 2) }],
    });
  });

  it.each([
    ['EmbeddingResponse', { usage: { total_tokens: 1 }, data: [] }],
    ['EmbeddingResponse', { model: 'm', usage: {}, data: [] }],
    ['EmbeddingResponse', { model: 'm', usage: { total_tokens: 1 }, data: [{ index: '0', embedding: [] }] }],
    ['EmbeddingResponse', { model: 'm', usage: { total_tokens: 1 }, data: [{ index: 0, embedding: ['a'] }] }],
    ['RerankingResponse', { model: 'm', usage: { total_tokens: 1 }, results: [{ index: 0 }] }],
    [
      'ClassificationResponse',
      { usage: { total_tokens: 1 }, data: [{ index: 0, prediction: 'a', score: 1 }] },
    ],
    ['TrainingResponse', { num_samples: 1 }],
    ['ClassifierSummary', { classifier_id: 'not-a-uuid' }],
    ['BatchStatus', { batch_id: 'a', status: 'running', model: 'm', created_at: '' }],
    ['ModelInfo', { id: 'a' }],
    ['ErrorResponse', { detail: {} }],
  ] as const)('%s: others do not', (name, body) => {
    expect(shapeErrors(name, body)).not.toEqual([]);
    expect(() => expectShape(name, body)).toThrow();
  });
});
