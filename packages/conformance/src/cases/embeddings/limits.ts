import { type EmbeddingsRequest, LIMITS } from '@nearfield/spec';
import { expect } from 'vitest';
import { expectInvalid, refusal, type Subject, unchecked } from '../../subject.ts';
import { caseOf, TEXTS } from './shared.ts';

/** Limits of a request, and errors about its model and fields. */
export function limits(subject: Subject): void {
  const { minilm, v5, crossEncoder } = subject.models;
  const test = caseOf(subject);
  const { inputs } = LIMITS.embeddings;

  test(`${inputs} inputs are answered`, async (foundation) => {
    const input = Array.from({ length: inputs }, (_, index) => `${index % 10}`);
    const { data } = await foundation.embeddings({ model: v5.id, input, embedding_type: 'ubinary' });
    expect(data).toHaveLength(inputs);
    expect(data.at(-1)!.index).toBe(inputs - 1);
  });

  if (subject.splits) {
    test(`${inputs + 1} inputs are answered in several requests`, async (foundation) => {
      const input = Array.from({ length: inputs + 1 }, (_, index) => `${index % 10}`);
      const { data } = await foundation.embeddings({ model: v5.id, input, embedding_type: 'base64' });
      expect(data.map(({ index }) => index)).toEqual(input.map((_, index) => index));
      expect(data.at(-1)!.embedding).toBe(data[inputs % 10]!.embedding);
    });
    test('an input at fault is named by its position in the whole', (foundation) =>
      expectInvalid(
        foundation.embeddings({ model: v5.id, input: [...Array<string>(inputs + 7).fill('a'), 5 as never] }),
        `input.${inputs + 7}`,
      ));
  } else {
    test(`${inputs + 1} inputs are refused`, (foundation) =>
      expectInvalid(
        foundation.embeddings({ model: v5.id, input: Array.from({ length: inputs + 1 }, () => 'a') }),
        'input',
      ));
  }

  // 254 words and two special tokens are the 256 tokens of the model's context.
  test('a text as long as the context is read whole', async (foundation) => {
    const { usage } = await foundation.embeddings({ model: minilm, input: 'word '.repeat(254) });
    expect(usage.total_tokens).toBe(256);
  });

  test('one token more is refused with the API’s code', async (foundation) => {
    const call = foundation.embeddings({ model: minilm, input: ['a', 'word '.repeat(255)] });
    const error = await refusal(call);
    expect(error).toMatchObject({
      code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
      status: 400,
      param: 'input.1',
      retryable: false,
    });
    expect(error.message).toMatch(/257/);
    expect(error.message).toMatch(/256/);
  });

  test('truncate cuts it at the context', async (foundation) => {
    const cut = await foundation.embeddings({ model: minilm, input: 'word '.repeat(400), truncate: true });
    expect(cut.usage.total_tokens).toBe(256);
    const whole = await foundation.embeddings({ model: minilm, input: 'word '.repeat(254) });
    expect(cut.data[0]!.embedding).toEqual(whole.data[0]!.embedding);
  });

  test('truncate leaves shorter texts as they are', async (foundation) => {
    const plain = await foundation.embeddings({ model: minilm, input: TEXTS });
    expect(await foundation.embeddings({ model: minilm, input: TEXTS, truncate: true })).toEqual(plain);
  });

  test('an unknown model is refused with the names that are near', async (foundation) => {
    const error = await refusal(foundation.embeddings({ model: 'all-MiniLM-L6-v3', input: 'a' }));
    expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
    expect(error.message).toContain('all-MiniLM-L6-v2');
  });

  test('a model for another endpoint is refused', async (foundation) => {
    const error = await refusal(foundation.embeddings({ model: crossEncoder.id, input: 'a' }));
    expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, param: 'model' });
  });

  test('a model that runs only elsewhere says what runs here', async (foundation) => {
    const error = await refusal(foundation.embeddings({ model: 'jina-embeddings-v4', input: 'a' }));
    expect(error).toMatchObject({ code: 'MODEL_NOT_AVAILABLE_LOCALLY', status: 400, retryable: false });
    expect(error.message).toMatch(/jina-embeddings-v5/);
  });

  test('every field at fault is listed', async (foundation) => {
    const request = { model: minilm, input: 'a', normalized: 'yes', truncate: 1, dimensions: '8' };
    const error = await refusal(foundation.embeddings(unchecked<EmbeddingsRequest>(request)));
    expect(error.issues?.map(({ field }) => field).sort()).toEqual(['dimensions', 'normalized', 'truncate']);
  });

  test('a field that nobody looks at is refused by its name', async (foundation) => {
    const request = { model: minilm, input: 'a', frobnicate: 1, colour: 'blue' };
    const error = await refusal(foundation.embeddings(unchecked<EmbeddingsRequest>(request)));
    expect(error).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param: 'frobnicate' });
    expect(error.message).toContain('colour');
  });
}
