import { base64ToVector, type EmbeddingType } from '@nearfield/spec';
import { encodeVector, toWire, ubinaryToBinary, vectorToUbinary } from '@nearfield/spec/implement';
import { expect } from 'vitest';
import { expectShape, shapeErrors } from '../../openapi.ts';
import type { Subject } from '../../subject.ts';
import { caseOf, TEXTS, vectors } from './shared.ts';

/** `embedding_type`, alone and as a list. */
export function encodings(subject: Subject): void {
  const { v5, minilm } = subject.models;
  const test = caseOf(subject);
  const request = { model: v5.id, input: TEXTS };

  test('float is the default, and null is the default', async (foundation) => {
    const plain = await foundation.embeddings(request);
    expect(await foundation.embeddings({ ...request, embedding_type: null })).toEqual(plain);
    expect(await foundation.embeddings({ ...request, embedding_type: 'float' })).toEqual(plain);
  });

  test('base64 holds exactly the floats', async (foundation) => {
    const floats = await vectors(foundation, request);
    const answer = await foundation.embeddings({ ...request, embedding_type: 'base64' });
    expectShape('EmbeddingResponse', answer);
    answer.data.forEach(({ embedding }, index) => {
      expect(embedding).toBeTypeOf('string');
      expect(base64ToVector(embedding)).toEqual(floats[index]);
    });
  });

  test('ubinary is the signs of the floats', async (foundation) => {
    const floats = await vectors(foundation, request);
    const answer = await foundation.embeddings({ ...request, embedding_type: 'ubinary' });
    expectShape('EmbeddingResponse', answer);
    answer.data.forEach(({ embedding }, index) => {
      expect(embedding).toBeInstanceOf(Uint8Array);
      expect(embedding).toEqual(vectorToUbinary(floats[index]!));
    });
  });

  test('binary is ubinary minus 128', async (foundation) => {
    const unsigned = await foundation.embeddings({ ...request, embedding_type: 'ubinary' });
    const answer = await foundation.embeddings({ ...request, embedding_type: 'binary' });
    expectShape('EmbeddingResponse', answer);
    answer.data.forEach(({ embedding }, index) => {
      expect(embedding).toBeInstanceOf(Int8Array);
      expect(embedding).toEqual(ubinaryToBinary(unsigned.data[index]!.embedding));
    });
  });

  const lists: EmbeddingType[][] = [
    ['float'],
    ['base64'],
    ['binary', 'ubinary'],
    ['float', 'base64', 'binary', 'ubinary'],
    ['ubinary', 'float', 'ubinary'],
  ];
  for (const types of lists) {
    test(`the list ${types.join(', ')} gives an object with each`, async (foundation) => {
      const [float] = await vectors(foundation, { model: v5.id, input: 'one' });
      const { data } = await foundation.embeddings({ model: v5.id, input: 'one', embedding_type: types });
      const embedding = data[0]!.embedding as unknown as Record<EmbeddingType, unknown>;
      expect(Object.keys(embedding).sort()).toEqual([...new Set(types)].sort());
      for (const type of types) {
        expect(embedding[type]).toEqual(encodeVector(float!, type));
        // The document has no schema for the object; each entry is an embedding of its own there.
        const single = {
          model: 'm',
          usage: { total_tokens: 1 },
          data: [{ index: 0, embedding: toWire(embedding[type]) }],
        };
        expect(shapeErrors('EmbeddingResponse', single)).toEqual([]);
      }
    });
  }

  test('encodings of a cut vector have its size', async (foundation) => {
    const { data } = await foundation.embeddings({
      model: minilm,
      input: 'cut',
      dimensions: 100,
      embedding_type: ['float', 'base64', 'binary'],
    });
    const { float, base64: text, binary } = data[0]!.embedding;
    expect([float.length, base64ToVector(text).length, binary.length]).toEqual([100, 100, 13]);
  });
}
