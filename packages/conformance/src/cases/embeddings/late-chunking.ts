import type { EmbeddingsRequest } from '@nearfield/spec';
import { expect } from 'vitest';
import { expectShape } from '../../openapi.ts';
import { expectInvalid, type Subject, unchecked } from '../../subject.ts';
import { cosine, expectNear, norm } from '../../vectors.ts';
import { caseOf, vectors } from './shared.ts';

/** `late_chunking` and `split_sentences`. */
export function lateChunking(subject: Subject): void {
  const { minilm, v3, v5, clip } = subject.models;
  const test = caseOf(subject);
  const task = 'text-matching';
  const chunks = ['Berlin is the capital of Germany.', 'Its population is large.', 'The city is old.'];

  test('one forward pass, the mean over each input’s tokens', async (foundation) => {
    const answer = await foundation.embeddings({ model: v3.id, input: chunks, task, late_chunking: true });
    expectShape('EmbeddingResponse', answer);
    const expected = v3.lateChunks(chunks, { task });
    expect(answer.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    answer.data.forEach(({ embedding }, index) => {
      expectNear(embedding, expected[index]!);
    });
  });

  test('the prompt belongs to no chunk', async (foundation) => {
    const asked = { task: 'retrieval.passage' } as const;
    const answer = await vectors(foundation, { model: v3.id, input: chunks, ...asked, late_chunking: true });
    const expected = v3.lateChunks(chunks, asked);
    answer.forEach((vector, index) => {
      expectNear(vector, expected[index]!);
    });
  });

  test('a chunk sees the others: pronouns take their meaning from them', async (foundation) => {
    const [alone] = await vectors(foundation, { model: minilm, input: chunks[1]! });
    const [berlin] = await vectors(foundation, { model: minilm, input: 'Berlin' });
    const [, late] = await vectors(foundation, { model: minilm, input: chunks, late_chunking: true });
    expect(cosine(late!, berlin!)).toBeGreaterThan(cosine(alone!, berlin!) + 0.1);
  });

  test('usage counts what was read once', async (foundation) => {
    const { usage } = await foundation.embeddings({ model: v3.id, input: chunks, task, late_chunking: true });
    const [before, after] = v3.tokenizer.around;
    const bare = chunks.reduce((sum, chunk) => sum + v3.tokenizer.bare(chunk).length, 0);
    const total = before.length + bare + after.length;
    expect(usage).toEqual({ total_tokens: total, prompt_tokens: total });
  });

  test('with dimensions, encodings and without scaling', async (foundation) => {
    const request = { model: v3.id, input: chunks, task, late_chunking: true, dimensions: 16 } as const;
    const [first] = await vectors(foundation, { ...request, normalized: false });
    expectNear(first!, v3.lateChunks(chunks, { task, dimensions: 16, normalized: false })[0]!);
    const { data } = await foundation.embeddings({ ...request, embedding_type: 'binary' });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([2, 2, 2]);
  });

  test('one input and no splitting is one vector', async (foundation) => {
    const { data } = await foundation.embeddings({
      model: v3.id,
      input: chunks.join(' '),
      task,
      late_chunking: true,
      split_sentences: false,
    });
    expect(data).toHaveLength(1);
  });

  test('split_sentences gives one vector a sentence of a single input', async (foundation) => {
    const text = chunks.join(' ');
    for (const input of [text, [text], { text }]) {
      const answer = await foundation.embeddings({
        model: minilm,
        input,
        late_chunking: true,
        split_sentences: true,
      });
      expectShape('EmbeddingResponse', answer);
      expect(answer.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    }
  });

  test('the sentences of one text are the chunks of a list', async (foundation) => {
    const split = await vectors(foundation, {
      model: minilm,
      input: chunks.join(' '),
      late_chunking: true,
      split_sentences: true,
    });
    const given = await vectors(foundation, { model: minilm, input: chunks, late_chunking: true });
    expect(split).toHaveLength(3);
    split.forEach((vector, index) => {
      expectNear(vector, given[index]!, 1e-3);
    });
  });

  test('more text than the context is read in overlapping windows', async (foundation) => {
    const long = Array.from(
      { length: 12 },
      (_, index) => `Chapter ${index}. ${'The rabbit runs on. '.repeat(8)}`,
    );
    const answer = await vectors(foundation, { model: minilm, input: long, late_chunking: true });
    expect(answer).toHaveLength(12);
    const [alone] = await vectors(foundation, { model: minilm, input: long[11]! });
    expect(cosine(answer[11]!, alone!)).toBeGreaterThan(0.7);
    for (const vector of answer) expect(norm(vector)).toBeCloseTo(1, 4);
  });

  const refused: [string, object, string][] = [
    ['a model that has not late chunking', { model: v5.id, input: chunks }, 'late_chunking'],
    ['a CLIP model', { model: clip.id, input: chunks }, 'late_chunking'],
    [
      'together with return_multivector',
      { model: minilm, input: chunks, return_multivector: true },
      'late_chunking',
    ],
    ['a chunk without tokens', { model: minilm, input: ['a', '', 'b'] }, 'input.1'],
    ['splitting several inputs', { model: minilm, input: chunks, split_sentences: true }, 'split_sentences'],
  ];
  for (const [name, request, param] of refused) {
    test(`is refused for ${name}`, (foundation) =>
      expectInvalid(
        foundation.embeddings(unchecked<EmbeddingsRequest>({ ...request, late_chunking: true })),
        param,
      ));
  }

  test('split_sentences needs it', (foundation) =>
    expectInvalid(
      foundation.embeddings({ model: minilm, input: 'a', split_sentences: true }),
      /body|split_sentences/,
    ));
}
