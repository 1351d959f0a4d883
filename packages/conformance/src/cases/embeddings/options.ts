import type { EmbeddingsRequest } from '@nearfield/spec';
import type { SingleEmbedding } from '@nearfield/spec/implement';
import { expect } from 'vitest';
import { expectInvalid, type Subject, unchecked } from '../../subject.ts';
import { cosine, expectNear, norm } from '../../vectors.ts';
import { caseOf, vectors } from './shared.ts';

/** `normalized`, `dimensions`, null options, and the names of older clients. */
export function options(subject: Subject): void {
  const { minilm, v5 } = subject.models;
  const test = caseOf(subject);

  test('vectors have length 1 unless that is turned off', async (foundation) => {
    const input = 'Follow the white rabbit.';
    const [scaled] = await vectors(foundation, { model: minilm, input });
    const [raw] = await vectors(foundation, { model: minilm, input, normalized: false });
    expect(norm(scaled!)).toBeCloseTo(1, 5);
    expect(Math.abs(norm(raw!) - 1)).toBeGreaterThan(0.01);
    expect(cosine(raw!, scaled!)).toBeGreaterThan(0.99999);
    expect(await vectors(foundation, { model: minilm, input, normalized: null })).toEqual([scaled]);
  });

  for (const dimensions of [1, 2, 31, 64, 383, 384]) {
    test(`dimensions ${dimensions}: the first of them, scaled again`, async (foundation) => {
      const input = 'Follow the white rabbit.';
      const [whole] = await vectors(foundation, { model: minilm, input, normalized: false });
      const [cut] = await vectors(foundation, { model: minilm, input, dimensions });
      const [raw] = await vectors(foundation, { model: minilm, input, dimensions, normalized: false });
      expect(norm(cut!)).toBeCloseTo(1, 5);
      expectNear(raw!, whole!.subarray(0, dimensions), 1e-5);
      const length = norm(raw!);
      expectNear(
        cut!,
        Array.from(raw!, (value) => value / length),
        1e-5,
      );
    });
  }

  test('dimensions of a model that only its files know', async (foundation) => {
    const [cut] = await vectors(foundation, { model: v5.id, input: 'cut', dimensions: 8 });
    expectNear(cut!, v5.embed('cut', { task: 'text-matching', dimensions: 8 }));
    await expectInvalid(
      foundation.embeddings({ model: v5.id, input: 'cut', dimensions: v5.dimensions + 1 }),
      'dimensions',
    );
  });

  for (const dimensions of [0, -1, 1.5, 385, 2 ** 31]) {
    test(`dimensions ${dimensions} is refused`, (foundation) =>
      expectInvalid(foundation.embeddings({ model: minilm, input: 'a', dimensions }), 'dimensions'));
  }

  test('null options are the defaults', async (foundation) => {
    const plain = await foundation.embeddings({ model: minilm, input: 'a' });
    const nulls = {
      embedding_type: null,
      normalized: null,
      truncate: null,
      dimensions: null,
      task: null,
      late_chunking: null,
      return_multivector: null,
      return_tokenized_input: null,
      input_type: null,
      prompt_name: null,
      split_sentences: null,
      user: null,
    };
    expect(await foundation.embeddings({ model: minilm, input: 'a', ...nulls })).toEqual(plain);
  });

  test('user is accepted and changes nothing', async (foundation) => {
    const plain = await foundation.embeddings({ model: minilm, input: 'a' });
    expect(await foundation.embeddings({ model: minilm, input: 'a', user: 'somebody' })).toEqual(plain);
  });

  const aliases: [string, Record<string, unknown>, EmbeddingsRequest][] = [
    ['content', { model: v5.id, content: 'a' }, { model: v5.id, input: 'a' }],
    ['texts', { model: v5.id, texts: ['a', 'b'] }, { model: v5.id, input: ['a', 'b'] }],
    [
      'task_type',
      { model: v5.id, input: 'a', task_type: 'clustering' },
      { model: v5.id, input: 'a', task: 'clustering' },
    ],
    [
      'output_dimensionality',
      { model: minilm, input: 'a', output_dimensionality: 8 },
      { model: minilm, input: 'a', dimensions: 8 },
    ],
    [
      'output_dimension',
      { model: minilm, input: 'a', output_dimension: 8 },
      { model: minilm, input: 'a', dimensions: 8 },
    ],
    [
      'truncation',
      { model: minilm, input: 'word '.repeat(300), truncation: true },
      { model: minilm, input: 'word '.repeat(300), truncate: true },
    ],
  ];
  for (const [name, older, request] of aliases) {
    test(`${name} of older clients`, async (foundation) => {
      expect(await foundation.embeddings(unchecked<EmbeddingsRequest>(older))).toEqual(
        await foundation.embeddings(request),
      );
    });
  }
  for (const name of ['encoding_format', 'encoding_type', 'embedding_types']) {
    test(`${name} of older clients`, async (foundation) => {
      const older = unchecked<EmbeddingsRequest>({ model: v5.id, input: 'a', [name]: 'base64' });
      const { data } = await foundation.embeddings(older);
      expect((data[0] as SingleEmbedding).embedding).toBeTypeOf('string');
    });
  }

  test('a field under its own name wins over an older one', async (foundation) => {
    const both = unchecked<EmbeddingsRequest>({ model: v5.id, input: 'a', texts: ['b', 'c'] });
    expect((await foundation.embeddings(both)).data).toHaveLength(1);
  });
}
