import { base64ToVector, type MultiVectorRequest, type SearchFoundation } from '@nearfield/spec';
import { vectorToBinary } from '@nearfield/spec/implement';
import { describe, expect } from 'vitest';
import { tokensOf } from '../models.ts';
import { expectShape } from '../openapi.ts';
import { expectInvalid, refusal, type Subject, unchecked } from '../subject.ts';
import { expectNear, norm } from '../vectors.ts';

/** `POST /v1/multi-vector`. */
export function multiVectorCases(subject: Subject): void {
  const { minilm, v3, clip, colbert, crossEncoder } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('multiVector', name, run);
  const texts = ['What is the capital of France?', 'x', 'Follow the white rabbit.'];

  describe('multi-vector', () => {
    test('shape, names and usage', async (foundation) => {
      const answer = await foundation.multiVector({ model: minilm, input: 'hello world' });
      expectShape('EmbeddingResponse', answer);
      expect(answer).toMatchObject({ model: minilm, object: 'list' });
      expect(answer.usage).toEqual({ total_tokens: 4, prompt_tokens: 4 });
      expect(Object.keys(answer.data[0]!).sort()).toEqual(['embeddings', 'index', 'object']);
      expect(answer.data[0]).toMatchObject({ object: 'embeddings', index: 0 });
    });

    test('documents: a vector for every token but punctuation', async (foundation) => {
      const { data } = await foundation.multiVector({ model: colbert.id, input: texts });
      expect(data.map(({ index }) => index)).toEqual([0, 1, 2]);
      data.forEach(({ embeddings }, index) => {
        const expected = colbert.document(texts[index]!);
        expect(embeddings).toHaveLength(expected.length);
        embeddings.forEach((vector, row) => {
          expectNear(vector, expected[row]!);
        });
      });
    });

    test('queries are filled up to 32 vectors', async (foundation) => {
      const { data } = await foundation.multiVector({ model: colbert.id, input: texts, input_type: 'query' });
      data.forEach(({ embeddings }, index) => {
        const expected = colbert.query(texts[index]!);
        expect(embeddings).toHaveLength(expected.length);
        embeddings.forEach((vector, row) => {
          expectNear(vector, expected[row]!);
        });
      });
    });

    test('document is the default, and prompt_name says the same', async (foundation) => {
      const request = { model: colbert.id, input: texts };
      const plain = await foundation.multiVector(request);
      expect(await foundation.multiVector({ ...request, input_type: 'document' })).toEqual(plain);
      expect(await foundation.multiVector({ ...request, input_type: null })).toEqual(plain);
      expect(await foundation.multiVector({ ...request, prompt_name: 'query' })).toEqual(
        await foundation.multiVector({ ...request, input_type: 'query' }),
      );
    });

    for (const dimensions of [64, 96, 128]) {
      test(`dimensions ${dimensions}`, async (foundation) => {
        const { data } = await foundation.multiVector({ model: colbert.id, input: texts[0]!, dimensions });
        const expected = colbert.document(texts[0]!, dimensions);
        data[0]!.embeddings.forEach((vector, row) => {
          expectNear(vector, expected[row]!);
        });
      });
    }

    for (const dimensions of [0, 63, 100, 129]) {
      test(`dimensions ${dimensions} is refused`, (foundation) =>
        expectInvalid(foundation.multiVector({ model: colbert.id, input: 'a', dimensions }), 'dimensions'));
    }

    test('vectors are not scaled where that is turned off', async (foundation) => {
      const request = { model: minilm, input: texts[0]! };
      const scaled = (await foundation.multiVector(request)).data[0]!.embeddings;
      const raw = (await foundation.multiVector({ ...request, normalized: false })).data[0]!.embeddings;
      for (const vector of scaled) expect(norm(vector)).toBeCloseTo(1, 4);
      expect(raw.some((vector) => Math.abs(norm(vector) - 1) > 0.01)).toBe(true);
    });

    test('a model that only has scaled ones refuses by name', async (foundation) => {
      const error = await refusal(
        foundation.multiVector({ model: colbert.id, input: 'a', normalized: false }),
      );
      expect(error).toMatchObject({ code: 'NOT_SUPPORTED', status: 400, param: 'normalized' });
    });

    test('encodings of each vector', async (foundation) => {
      const request = { model: colbert.id, input: texts[0]! };
      const floats = (await foundation.multiVector(request)).data[0]!.embeddings;
      const texts64 = await foundation.multiVector({ ...request, embedding_type: 'base64' });
      expectShape('EmbeddingResponse', texts64);
      expect(texts64.data[0]!.embeddings.map((text) => base64ToVector(text))).toEqual(floats);
      const bits = await foundation.multiVector({ ...request, embedding_type: 'binary' });
      expectShape('EmbeddingResponse', bits);
      expect(bits.data[0]!.embeddings).toEqual(floats.map(vectorToBinary));
      const both = await foundation.multiVector({ ...request, embedding_type: ['float', 'binary'] });
      expect(both.data[0]!.embeddings).toEqual(
        floats.map((float) => ({ float, binary: vectorToBinary(float) })),
      );
    });

    test('return_tokenized_input names the token of each vector', async (foundation) => {
      for (const model of [colbert.id, minilm]) {
        const { data } = await foundation.multiVector({ model, input: texts, return_tokenized_input: true });
        for (const { embeddings, tokenized_input } of data) {
          expect(tokenized_input).toHaveLength(embeddings.length);
          for (const token of tokenized_input!) expect(token).toBeTypeOf('string');
        }
      }
      const { data } = await foundation.multiVector({ model: minilm, input: 'hello world' });
      expect(data[0]).not.toHaveProperty('tokenized_input');
    });

    test('the same as embeddings with return_multivector', async (foundation) => {
      const request = { model: minilm, input: texts };
      expect(await foundation.multiVector(request)).toEqual(
        await foundation.embeddings({ ...request, return_multivector: true }),
      );
    });

    test('a text’s vectors do not depend on the texts beside it', async (foundation) => {
      const together = await foundation.multiVector({ model: colbert.id, input: texts });
      const alone = await foundation.multiVector({ model: colbert.id, input: texts[1]! });
      alone.data[0]!.embeddings.forEach((vector, row) => {
        expectNear(vector, together.data[1]!.embeddings[row]!);
      });
    });

    test('usage counts every token that is read', async (foundation) => {
      const { usage } = await foundation.multiVector({ model: colbert.id, input: texts });
      // A marker stands before each text.
      const total = texts.reduce((sum, text) => sum + tokensOf(colbert, text) + 1, 0);
      expect(usage).toEqual({ total_tokens: total, prompt_tokens: total });
    });

    test('a text that is too long is refused, or cut', async (foundation) => {
      const input = ['a', 'word '.repeat(400)];
      const error = await refusal(foundation.multiVector({ model: minilm, input }));
      expect(error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', status: 400, param: 'input.1' });
      const { usage } = await foundation.multiVector({ model: minilm, input: input[1]!, truncate: true });
      expect(usage.total_tokens).toBe(256);
    });

    for (const [name, model] of [
      ['an embedding model', v3.id],
      ['a CLIP model', clip.id],
      ['a cross-encoder', crossEncoder.id],
    ] as const) {
      test(`${name} is refused, with the models that answer`, async (foundation) => {
        const error = await refusal(foundation.multiVector({ model, input: 'a' }));
        expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
        expect(error.message).toContain('multi-vector');
      });
    }

    const refused: [string, object, string | RegExp][] = [
      ['an empty list', { input: [] }, 'input'],
      ['a picture', { input: [{ image: 'https://example.com/a.png' }] }, 'input.0'],
      ['late chunking', { late_chunking: true }, 'late_chunking'],
      ['an unknown role', { input_type: 'passage' }, 'input_type'],
      ['a task of a model without tasks', { task: 'text-matching' }, 'task'],
      ['an unknown encoding', { embedding_type: 'int4' }, 'embedding_type'],
    ];
    for (const [name, fields, param] of refused) {
      test(`${name} is refused`, (foundation) =>
        expectInvalid(
          foundation.multiVector(unchecked<MultiVectorRequest>({ model: colbert.id, input: 'a', ...fields })),
          param,
        ));
    }
  });
}
