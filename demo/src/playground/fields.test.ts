import { EMBEDDING_TYPES } from '@nearfield/spec';
import {
  EmbeddingsRequestSchema,
  FOUNDATION_METHODS,
  parse,
  RerankRequestSchema,
  TrainRequestSchema,
} from '@nearfield/spec/implement';
import { expect, test } from 'vitest';
import { fieldsOf } from './fields.ts';
import { OPERATIONS } from './operations.ts';
import { samplesOf } from './samples.ts';

const fieldsByName = (...[schema, request = {}]: Parameters<typeof fieldsOf>) =>
  Object.fromEntries(fieldsOf(schema, request).map(({ name, ...field }) => [name, field]));

test('every method of the contract has an operation', () => {
  expect([...new Set(OPERATIONS.map(({ method }) => method))]).toEqual([...FOUNDATION_METHODS]);
});

test('fields of an embeddings request are those of its schema', () => {
  const fields = fieldsByName(EmbeddingsRequestSchema, {});
  expect(fields.model).toMatchObject({ kind: 'text', isRequired: true });
  expect(fields.input).toMatchObject({ kind: 'lines', isRequired: true });
  expect(fields.embedding_type).toMatchObject({
    kind: 'choice',
    choices: EMBEDDING_TYPES,
    fallback: 'float',
  });
  expect(fields.normalized).toMatchObject({ kind: 'flag', isRequired: false, fallback: true });
  expect(fields.dimensions).toMatchObject({ kind: 'number', minimum: 1, isWhole: true, isRequired: false });
});

test('bounds are those of the schema', () => {
  const { max_doc_length } = fieldsByName(RerankRequestSchema, {});
  expect(max_doc_length).toMatchObject({ minimum: 1, maximum: 8192, isWhole: true });
  expect(() =>
    parse(RerankRequestSchema, { model: 'm', query: 'q', documents: ['d'], max_doc_length: 8193 }),
  ).toThrow();
});

test('a schema with two forms has the fields of both', () => {
  expect(fieldsByName(TrainRequestSchema, {}).model).toMatchObject({ isRequired: true });
  const update = fieldsByName(TrainRequestSchema, { classifier_id: 'c' });
  expect(update.classifier_id).toMatchObject({ kind: 'text', isRequired: true });
  expect(update.model).toMatchObject({ isRequired: false });
});

test('every sample is a request of its operation, and every required field is in the form', () => {
  for (const { name, schema } of OPERATIONS) {
    for (const { name: sample, request } of samplesOf(name)) {
      if (['trained', 'teachMore'].includes(sample) || (sample === 'plain' && name !== 'models.get'))
        continue;
      for (const side of ['local', 'remote'] as const)
        expect(() => parse(schema, request(side)), `${name} ${sample}`).not.toThrow();
    }
    for (const { name: field, kind, isRequired } of fieldsOf(schema, {})) {
      if (!isRequired) continue;
      // A request without the field is refused for it: the form does not call optional what the schema requires.
      const [{ request }] = samplesOf(name);
      const without = Object.fromEntries(Object.entries(request('local')).filter(([key]) => key !== field));
      expect(() => parse(schema, without), `${name} ${field} (${kind})`).toThrow();
    }
  }
});
