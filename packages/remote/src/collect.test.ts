import { FoundationError } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { createRemote, type RemoteOptions } from './index.ts';

const model = 'jina-embeddings-v3';
const collect = { errors: 'collect' } as const;

interface ApiError {
  status: number;
  body: object;
}

/**
 * The API as it is: it answers all inputs of a request or none. `judge` says what is wrong with a request's inputs; an
 * input's vector is its own number.
 */
function api(judge: (input: string[]) => ApiError | undefined, options: RemoteOptions = {}) {
  const requests: string[][] = [];
  const foundation = createRemote({
    retries: 0,
    baseUrl: 'http://api.example',
    ...options,
    fetch: async (url, init) => {
      const { input } = JSON.parse(init!.body as string) as { input: string[] };
      requests.push(input);
      init?.signal?.throwIfAborted();
      const wrong = judge(input);
      if (wrong) return Response.json(wrong.body, { status: wrong.status });
      const total = input.length;
      const items = input.map((text, index) => ({ index, value: Number(/\d+/.exec(text)?.[0]) }));
      return String(url).endsWith('/v1/classify')
        ? Response.json({
            usage: { total_tokens: total + 2 },
            data: items.map(({ index, value }) => ({
              object: 'classification',
              index,
              prediction: `label ${value}`,
              score: 1,
              predictions: [],
            })),
          })
        : Response.json({
            model,
            object: 'list',
            usage: { total_tokens: total, prompt_tokens: total },
            data: items.map(({ index, value }) => ({ object: 'embedding', index, embedding: [value] })),
          });
    },
  });
  return { foundation, requests };
}

const isBad = (text: string): boolean => text.startsWith('bad');
const textsOf = (count: number, bad: readonly number[]): string[] =>
  Array.from({ length: count }, (_, index) => `${bad.includes(index) ? 'bad' : 'good'} ${index}`);
const goodOf = (count: number, bad: readonly number[]): number[] =>
  [...new Array(count).keys()].filter((index) => !bad.includes(index));

/** Names the first input at fault, as a Nearfield server does. */
const named = (input: string[]): ApiError | undefined => {
  const at = input.findIndex(isBad);
  return at < 0
    ? undefined
    : {
        status: 400,
        body: {
          detail: {
            message: `Input ${at} has 9 tokens.`,
            code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
            param: `input.${at}`,
          },
        },
      };
};

/** Names all of them, as a server's 422 does. */
const allNamed = (input: string[]): ApiError | undefined => {
  const errors = input.flatMap((text, at) =>
    isBad(text) ? [{ field: `input.${at}.image`, message: 'No picture.', type: 'image' }] : [],
  );
  return errors.length === 0 ? undefined : { status: 422, body: { detail: 'Validation errors.', errors } };
};

/** Names none. */
const unnamed = (input: string[]): ApiError | undefined =>
  input.some(isBad) ? { status: 400, body: { detail: 'An input is too long.' } } : undefined;

describe.each([
  ['names the first input at fault', named],
  ['names all of them', allNamed],
  ['names none of them', unnamed],
] as const)('a server that %s', (_, judge) => {
  it.each<[number, number[]]>([
    [5, []],
    [1, [0]],
    [5, [0]],
    [5, [4]],
    [5, [1, 2, 3]],
    [5, [0, 1, 2, 3, 4]],
    [300, [7, 8, 150, 299]],
  ])('%i inputs, bad are %j', async (count, bad) => {
    const { foundation, requests } = api(judge);
    const { data, errors, usage } = await foundation.embeddings(
      { model, input: textsOf(count, bad) },
      collect,
    );
    const good = goodOf(count, bad);
    expect(data.map(({ index }) => index)).toEqual(good);
    expect(data.map(({ embedding }) => embedding[0])).toEqual(good);
    expect(errors.map(({ index }) => index)).toEqual(bad);
    for (const { index, error } of errors) {
      expect(FoundationError.isInstance(error)).toBe(true);
      if (judge !== unnamed) expect(error.param).toMatch(new RegExp(`^input\\.${index}(\\.image)?$`));
    }
    expect(usage).toEqual({ total_tokens: good.length, prompt_tokens: good.length });
    const steps = judge === unnamed ? 2 * Math.ceil(Math.log2(count)) : 2;
    expect(requests.length).toBeLessThanOrEqual(1 + steps * bad.length);
  });
});

describe('a call that collects', () => {
  it('classifies: usage counts labels with each request', async () => {
    const { foundation } = api(named);
    const input = textsOf(4, [1]);
    const { data, errors, usage } = await foundation.classify({ model, input, labels: ['a', 'b'] }, collect);
    expect(data.map(({ index, prediction }) => [index, prediction])).toEqual([
      [0, 'label 0'],
      [2, 'label 2'],
      [3, 'label 3'],
    ]);
    expect(errors).toMatchObject([
      { index: 1, error: { param: 'input.1', message: 'Input 1 has 9 tokens.' } },
    ]);
    expect(usage).toEqual({ total_tokens: 1 + 2 + 2 + 2 });
  });

  it('sends nothing of what it can tell itself', async () => {
    const { foundation, requests } = api(named);
    const input = ['good 0', 5, { image: '' }, 'good 3', { image: new Blob([]) }] as unknown as string[];
    const { data, errors } = await foundation.embeddings({ model, input }, collect);
    expect(data.map(({ index }) => index)).toEqual([0, 3]);
    expect(errors.map(({ error }) => error.param)).toEqual(['input.1', 'input.2.image', 'input.4.image']);
    expect(requests).toEqual([['good 0', 'good 3']]);
  });

  it('ends after a hundred requests, with the last error', async () => {
    const { foundation, requests } = api(named);
    const bad = [...new Array(150).keys()].map((index) => 2 * index);
    const call = foundation.embeddings({ model, input: textsOf(300, bad) }, collect);
    await expect(call).rejects.toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED' });
    expect(requests).toHaveLength(100);
  });

  it.each<[string, ApiError]>([
    [
      'another field',
      { status: 422, body: { detail: 'x', errors: [{ field: 'task', message: 'x', type: 'x' }] } },
    ],
    [
      'an input and another field',
      {
        status: 422,
        body: {
          detail: 'x',
          errors: [
            { field: 'input.0', message: 'x', type: 'x' },
            { field: 'task', message: 'x', type: 'x' },
          ],
        },
      },
    ],
    [
      'an input that was not sent',
      {
        status: 400,
        body: { detail: { message: 'x', code: 'INPUT_TOKEN_LIMIT_EXCEEDED', param: 'input.9' } },
      },
    ],
    [
      'the model',
      { status: 400, body: { detail: { message: 'x', code: 'INPUT_MODEL_NOT_FOUND', param: 'model' } } },
    ],
    ['the key', { status: 401, body: { detail: 'x', code: 'AUTH_INVALID_API_KEY' } }],
    ['the size of the body', { status: 413, body: { detail: 'x' } }],
    ['the server', { status: 500, body: { detail: 'x' } }],
    ['the rate', { status: 429, body: { detail: 'x' } }],
  ])('rejects at once with what is about %s', async (_, error) => {
    const { foundation, requests } = api(() => error);
    await expect(foundation.embeddings({ model, input: ['a', 'b'] }, collect)).rejects.toMatchObject({
      status: error.status,
    });
    expect(requests).toHaveLength(1);
  });

  it('rejects when it is aborted between its requests', async () => {
    const controller = new AbortController();
    const { foundation, requests } = api((input) => {
      if (requests.length === 2) controller.abort(new DOMException('Enough.', 'AbortError'));
      return named(input);
    });
    const call = foundation.embeddings(
      { model, input: textsOf(9, [2, 4, 6]) },
      { ...collect, signal: controller.signal },
    );
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(requests).toHaveLength(2);
  });

  it('has one request where nothing fails, and is one call for progress', async () => {
    const { foundation, requests } = api(named);
    const events: unknown[] = [];
    const input = textsOf(5, [1, 3]);
    await foundation.embeddings({ model, input }, { ...collect, onProgress: (event) => events.push(event) });
    expect(events).toMatchObject([{ inputs: { done: 5, total: 5 }, tokens: { done: 3 } }]);
    requests.length = 0;
    expect((await foundation.embeddings({ model, input: 'good 1' }, collect)).errors).toEqual([]);
    expect(requests).toEqual([['good 1']]);
  });

  it('does not take the chunks of one text apart', async () => {
    const { foundation, requests } = api(named);
    const request = { model, input: textsOf(3, [1]), late_chunking: true };
    await expect(foundation.embeddings(request, collect)).rejects.toMatchObject({ param: 'input.1' });
    expect(requests).toHaveLength(1);
    expect((await foundation.embeddings({ ...request, input: ['good 1'] }, collect)).errors).toEqual([]);
  });
});
