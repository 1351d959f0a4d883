import { base64ToVector, type EmbeddingsRequest } from '@nearfield/spec';
import { vectorToUbinary } from '@nearfield/spec/implement';
import { expect } from 'vitest';
import { expectShape } from '../../openapi.ts';
import { expectInvalid, type Subject, unchecked } from '../../subject.ts';
import { expectNear, norm } from '../../vectors.ts';
import { caseOf } from './shared.ts';

/** `return_multivector` and `return_tokenized_input`. */
export function tokenVectors(subject: Subject): void {
  const { minilm, v3, clip, colbert } = subject.models;
  const test = caseOf(subject);

  test('return_multivector gives one vector a token', async (foundation) => {
    const answer = await foundation.embeddings({
      model: minilm,
      input: ['hello world', 'x'],
      return_multivector: true,
    });
    expectShape('EmbeddingResponse', answer);
    expect(answer.data.map((item) => [item.object, item.index])).toEqual([
      ['embeddings', 0],
      ['embeddings', 1],
    ]);
    for (const { embeddings } of answer.data) {
      for (const vector of embeddings) {
        expect(vector).toBeInstanceOf(Float32Array);
        expect(vector).toHaveLength(384);
        expect(norm(vector)).toBeCloseTo(1, 4);
      }
    }
    expect(answer.usage.total_tokens).toBe(answer.usage.prompt_tokens);
  });

  test('return_tokenized_input names the token of each vector', async (foundation) => {
    const { data } = await foundation.embeddings({
      model: minilm,
      input: ['hello world', 'unbelievable'],
      return_multivector: true,
      return_tokenized_input: true,
    });
    for (const { embeddings, tokenized_input } of data)
      expect(tokenized_input).toHaveLength(embeddings.length);
    expect(data[0]!.tokenized_input).toEqual(expect.arrayContaining(['hello', 'world']));
    expect(data[0]!.tokenized_input!.join(' ')).not.toContain('unbelievable');
  });

  test('encodings of token vectors', async (foundation) => {
    const request = { model: minilm, input: 'hello world', return_multivector: true } as const;
    const floats = (await foundation.embeddings(request)).data[0]!.embeddings;
    const texts = (await foundation.embeddings({ ...request, embedding_type: 'base64' })).data[0]!.embeddings;
    expect(texts.map((text) => base64ToVector(text))).toEqual(floats);
    const both = await foundation.embeddings({ ...request, embedding_type: ['ubinary', 'float'] });
    expect(both.data[0]!.embeddings.map(({ float }) => float)).toEqual(floats);
    expect(both.data[0]!.embeddings.map(({ ubinary }) => ubinary)).toEqual(floats.map(vectorToUbinary));
  });

  test('a ColBERT model answers embeddings with token vectors', async (foundation) => {
    const answer = await foundation.embeddings({ model: colbert.id, input: 'What is this?' });
    expectShape('EmbeddingResponse', answer);
    const rows = (answer.data[0] as unknown as { embeddings: Float32Array[] }).embeddings;
    const expected = colbert.document('What is this?');
    expect(rows).toHaveLength(expected.length);
    rows.forEach((row, index) => {
      expectNear(row, expected[index]!);
    });
  });

  const refused: [string, object, string | RegExp][] = [
    ['dimensions', { model: minilm, return_multivector: true, dimensions: 8 }, /body|dimensions/],
    ['a model without token vectors', { model: v3.id, return_multivector: true }, 'return_multivector'],
    ['a CLIP model', { model: clip.id, return_multivector: true }, 'return_multivector'],
    [
      'return_tokenized_input alone',
      { model: minilm, return_tokenized_input: true },
      /body|return_tokenized_input/,
    ],
  ];
  for (const [name, request, param] of refused) {
    test(`is refused with ${name}`, (foundation) =>
      expectInvalid(foundation.embeddings(unchecked<EmbeddingsRequest>({ input: 'a', ...request })), param));
  }
}
