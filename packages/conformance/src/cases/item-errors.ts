import { type CallProgress, FoundationError, type ItemError, LIMITS } from '@nearfield/spec';
import type { ItemCallOptions } from '@nearfield/spec/implement';
import { describe, expect } from 'vitest';
import { base64, pictures } from '../pictures.ts';
import { refusal, type Subject, unchecked } from '../subject.ts';
import { expectNear } from '../vectors.ts';

const COLLECT = { errors: 'collect' } as const;

/** More words than the embedded model reads. */
const LONG = 'word '.repeat(400);

const HALF_DRAWING = btoa('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect wid');

/** Fails unless the errors are of these items, whole, and say where. */
function expectErrors(errors: readonly ItemError[], params: Record<number, string>): void {
  expect(Object.fromEntries(errors.map(({ index, error }) => [index, error.param]))).toEqual(params);
  expect(errors.map(({ index }) => index)).toEqual(
    [...errors.keys()].map((at) => Number(Object.keys(params)[at])),
  );
  for (const { index, error } of errors) {
    expect(FoundationError.isInstance(error)).toBe(true);
    expect(error).toBeInstanceOf(Error);
    expect(error.message.length).toBeGreaterThan(20);
    expect(error.message).not.toMatch(new RegExp(`[Ii]nput[ .](?!${index}\\b)\\d`));
    for (const { field } of error.issues ?? []) expect(field).toMatch(new RegExp(`^input\\.${index}(\\.|$)`));
  }
}

const indicesOf = (data: readonly { index: number }[]): number[] => data.map(({ index }) => index);

/** `errors: 'collect'`: what can be answered of a call is, and the rest is told of item by item. */
export function itemErrorCases(subject: Subject): void {
  // A server's JSON has no such option: it is for whoever sends requests.
  if (subject.jsonOnly) return;
  const { minilm, icons, v3, clip, colbert } = subject.models;

  describe('errors of single inputs', () => {
    subject.case(
      'embeddings',
      'pictures that cannot be read leave the others, each in its place',
      async (f) => {
        const made = await pictures();
        const input = [
          'a text',
          { image: base64(made.gradient) },
          { image: HALF_DRAWING },
          { image: base64(made.wide) },
          { image: btoa('not a picture') },
          { text: 'another text' },
          { image: base64(made.cut) },
          { image: base64(made.gradient) },
        ];
        const { data, errors, usage } = await f.embeddings({ model: clip.id, input }, COLLECT);
        expect(indicesOf(data)).toEqual([0, 1, 3, 5, 7]);
        expectErrors(errors, { 2: 'input.2.image', 4: 'input.4.image', 6: 'input.6.image' });
        expect(errors.map(({ error }) => error.code)).toEqual(new Array(3).fill('INPUT_VALIDATION_FAILED'));
        let total = 0;
        let imageTokens = 0;
        for (const { index, embedding } of data) {
          const alone = await f.embeddings({ model: clip.id, input: [input[index]!] });
          expectNear(embedding, alone.data[0]!.embedding, 1e-6);
          total += alone.usage.total_tokens;
          imageTokens += alone.usage.image_tokens ?? 0;
        }
        expect(usage).toEqual({ total_tokens: total, prompt_tokens: total, image_tokens: imageTokens });
        // The error is the one that the call rejects with otherwise.
        const error = await refusal(f.embeddings({ model: clip.id, input }));
        expect(error).toMatchObject({ code: errors[0]!.error.code, message: errors[0]!.error.message });
      },
    );

    subject.case('embeddings', 'more pictures than are held at a time', async (f) => {
      const made = await pictures();
      const input = Array.from({ length: 40 }, (_, index) => ({
        image: index % 10 === 7 ? HALF_DRAWING : base64(made.gradient),
      }));
      const { data, errors } = await f.embeddings({ model: icons, input }, COLLECT);
      expect(data).toHaveLength(36);
      expect(errors.map(({ index }) => index)).toEqual([7, 17, 27, 37]);
      for (const { embedding } of data) expectNear(embedding, data[0]!.embedding, 1e-6);
    });

    subject.case('embeddings', 'texts that are too long, unless they may be cut', async (f) => {
      const input = [LONG, 'a', LONG, 'b'];
      const { data, errors, usage } = await f.embeddings({ model: minilm, input }, COLLECT);
      expect(indicesOf(data)).toEqual([1, 3]);
      expectErrors(errors, { 0: 'input.0', 2: 'input.2' });
      expect(errors[1]!.error).toMatchObject({ code: 'INPUT_TOKEN_LIMIT_EXCEEDED', status: 400 });
      expect(errors[1]!.error.message).toMatch(/^Input 2 has \d+ tokens/);
      const alone = await f.embeddings({ model: minilm, input: ['a', 'b'] });
      expect(usage).toEqual(alone.usage);
      data.forEach(({ embedding }, at) => {
        expectNear(embedding, alone.data[at]!.embedding, 1e-6);
      });
      const cut = await f.embeddings({ model: minilm, input, truncate: true }, COLLECT);
      expect(indicesOf(cut.data)).toEqual([0, 1, 2, 3]);
      expect(cut.errors).toEqual([]);
    });

    subject.case('embeddings', 'what is no input at all, however much there is of it', async (f) => {
      const bad = [5, null, {}, { text: 5 }, { image: '' }, { text: 'a', image: 'b' }, { frobnicate: 'a' }];
      const input = [...bad, 'a', ...new Array(50).fill([]), 'b'];
      const request = unchecked<{ model: string; input: string[] }>({ model: clip.id, input });
      const { data, errors } = await f.embeddings(request, COLLECT);
      expect(indicesOf(data)).toEqual([7, 58]);
      expect(errors).toHaveLength(57);
      expectErrors(
        errors,
        Object.fromEntries(
          errors.map(({ index }) => [index, `input.${index}${{ 3: '.text', 4: '.image' }[index] ?? ''}`]),
        ),
      );
    });

    subject.case('embeddings', 'what the model does not take', async (f) => {
      const input = ['a', { image: HALF_DRAWING }, { pdf: 'https://host.example/a.pdf' }, 'b'];
      const { data, errors } = await f.embeddings({ model: minilm, input }, COLLECT);
      expect(indicesOf(data)).toEqual([0, 3]);
      expectErrors(errors, { 1: 'input.1', 2: 'input.2' });
      const pdf = await f.embeddings(
        { model: clip.id, input: ['a', { pdf: 'https://host.example/a.pdf' }] },
        COLLECT,
      );
      expect(indicesOf(pdf.data)).toEqual([0]);
      expectErrors(pdf.errors, { 1: 'input.1' });
    });

    subject.case('embeddings', 'all of them', async (f) => {
      for (const input of [[{ image: HALF_DRAWING }, { image: btoa('none') }], { image: HALF_DRAWING }]) {
        const { model, object, data, errors, usage } = await f.embeddings({ model: clip.id, input }, COLLECT);
        expect({ model, object, data }).toEqual({ model: clip.id, object: 'list', data: [] });
        expect(errors.map(({ index }) => index)).toEqual(Array.isArray(input) ? [0, 1] : [0]);
        expect(usage.total_tokens).toBe(0);
      }
      const request = unchecked<{ model: string; input: string[] }>({ model: minilm, input: [5, {}] });
      const { data, errors } = await f.embeddings(request, COLLECT);
      expect(data).toEqual([]);
      expectErrors(errors, { 0: 'input.0', 1: 'input.1' });
    });

    subject.case('embeddings', 'none of them; without the option there is no list of errors', async (f) => {
      expect((await f.embeddings({ model: minilm, input: 'a' }, COLLECT)).errors).toEqual([]);
      for (const options of [undefined, {}, { errors: 'throw' } as const]) {
        expect(await f.embeddings({ model: minilm, input: 'a' }, options)).not.toHaveProperty('errors');
        expect((await refusal(f.embeddings({ model: minilm, input: ['a', LONG] }, options))).param).toBe(
          'input.1',
        );
      }
      const odd = unchecked<ItemCallOptions>({ errors: 'ignore' });
      expect(await refusal(f.embeddings({ model: minilm, input: 'a' }, odd))).toMatchObject({
        code: 'INPUT_VALIDATION_FAILED',
        param: 'errors',
      });
    });

    subject.case('embeddings', 'the encodings and names of fields are those of every call', async (f) => {
      const request = unchecked<{ model: string; input: string[]; embedding_type: 'base64' }>({
        model: minilm,
        texts: [LONG, 'a'],
        embedding_type: 'base64',
        dimensions: 8,
      });
      const { data, errors } = await f.embeddings(request, COLLECT);
      const alone = await f.embeddings({
        model: minilm,
        input: 'a',
        embedding_type: 'base64',
        dimensions: 8,
      });
      expect(data).toEqual([{ ...alone.data[0]!, index: 1 }]);
      expectErrors(errors, { 0: 'input.0' });
    });

    subject.case('embeddings', 'what is wrong with the call still rejects', async (f) => {
      const input = ['a', LONG];
      const codeOf = async (request: object): Promise<string> =>
        (await refusal(f.embeddings(unchecked<{ model: string; input: string }>(request), COLLECT))).code;
      expect(await codeOf({ model: 'no-such-model', input })).toBe('INPUT_MODEL_NOT_FOUND');
      // A client that has nothing left to send does not hear of the model.
      if ((await f.capabilities()).implementation === 'local') {
        expect(await codeOf({ model: 'no-such-model', input: [5] })).toBe('INPUT_MODEL_NOT_FOUND');
      }
      expect(await codeOf({ model: minilm, input, dimensions: 0 })).toBe('INPUT_VALIDATION_FAILED');
      expect(await codeOf({ model: minilm, input: [5], dimensions: 0 })).toBe('INPUT_VALIDATION_FAILED');
      expect(await codeOf({ model: minilm, input, frobnicate: 1 })).toBe('INPUT_VALIDATION_FAILED');
      expect(await codeOf({ model: minilm })).toBe('INPUT_VALIDATION_FAILED');
      expect(await codeOf({ model: minilm, input: [] })).toBe('INPUT_VALIDATION_FAILED');
      expect(await codeOf({ model: minilm, input: 5 })).toBe('INPUT_VALIDATION_FAILED');
      const many = new Array(LIMITS.embeddings.inputs + 1).fill(5);
      if (!subject.splits)
        expect(await codeOf({ model: minilm, input: many })).toBe('INPUT_VALIDATION_FAILED');
    });

    subject.case('embeddings', 'chunks of one text do not fail alone', async (f) => {
      const request = {
        model: v3.id,
        task: 'text-matching',
        input: ['one', 'two'],
        late_chunking: true,
      } as const;
      const { data, errors } = await f.embeddings(request, COLLECT);
      expect(indicesOf(data)).toEqual([0, 1]);
      expect(errors).toEqual([]);
      expect(await refusal(f.embeddings({ ...request, input: ['one', ''] }, COLLECT))).toMatchObject({
        param: 'input.1',
      });
    });

    subject.case('embeddings', 'an abort ends it all', async (f) => {
      const input = Array.from({ length: 400 }, (_, index) =>
        index === 3 ? LONG : `text ${index} `.repeat(40),
      );
      const controller = new AbortController();
      const reason = new DOMException('Enough.', 'AbortError');
      const call = f.embeddings({ model: minilm, input }, { ...COLLECT, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 0);
      await expect(call).rejects.toBe(reason);
      const before = { ...COLLECT, signal: AbortSignal.abort(reason) };
      await expect(f.embeddings({ model: minilm, input: [LONG] }, before)).rejects.toBe(reason);
    });

    subject.case('embeddings', 'progress reaches the end', async (f) => {
      const events: CallProgress[] = [];
      await f.embeddings(
        { model: minilm, input: ['a', LONG, 'b'] },
        { ...COLLECT, onProgress: (event) => events.push(event) },
      );
      const last = events.filter((event) => event.type === 'work-progress').at(-1);
      expect(last?.inputs).toEqual({ done: 3, total: 3 });
    });

    subject.case('classify', 'of labels in words', async (f) => {
      const made = await pictures();
      const input = [{ image: HALF_DRAWING }, 'a', { image: base64(made.gradient) }, { image: btoa('none') }];
      const labels = { colour: ['red', 'blue'], size: ['large', 'small'] };
      const { data, errors } = await f.classify({ model: clip.id, input, labels }, COLLECT);
      expect(indicesOf(data)).toEqual([1, 2]);
      expectErrors(errors, { 0: 'input.0.image', 3: 'input.3.image' });
      const alone = await f.classify({ model: clip.id, input: [input[1]!, input[2]!], labels });
      data.forEach(({ prediction, score }, at) => {
        expect(prediction).toEqual(alone.data[at]!.prediction);
        for (const [name, value] of Object.entries(score))
          expect(value).toBeCloseTo(alone.data[at]!.score[name]!, 5);
      });
      // A label is every input's.
      expect(
        await refusal(f.classify({ model: minilm, input: 'a', labels: ['b', LONG] }, COLLECT)),
      ).toMatchObject({
        code: 'INPUT_TOKEN_LIMIT_EXCEEDED',
        param: 'labels.1',
      });
      const none = await f.classify(
        { model: clip.id, input: { image: HALF_DRAWING }, labels: ['a', 'b'] },
        COLLECT,
      );
      expect(none.data).toEqual([]);
      expectErrors(none.errors, { 0: 'input.0.image' });
    });

    subject.case('train', 'of a trained classifier, and none of the examples it learns from', async (f) => {
      const examples = [
        { text: 'good', label: 'up' },
        { text: 'bad', label: 'down' },
      ];
      const { classifier_id } = await f.train({ model: minilm, input: examples });
      const input = ['fine', LONG, { image: HALF_DRAWING }, 'poor'];
      const { data, errors, usage } = await f.classify({ classifier_id, input }, COLLECT);
      expect(indicesOf(data)).toEqual([0, 3]);
      expectErrors(errors, { 1: 'input.1', 2: 'input.2' });
      const alone = await f.classify({ classifier_id, input: ['fine', 'poor'] });
      expect(data.map(({ prediction }) => prediction)).toEqual(
        alone.data.map(({ prediction }) => prediction),
      );
      expect(usage).toEqual(alone.usage);
      await f.classifiers.delete(classifier_id);
      expect((await refusal(f.classify({ classifier_id, input: ['a', LONG] }, COLLECT))).code).toBe(
        'RESOURCE_NOT_FOUND',
      );
    });

    subject.case('multiVector', 'of vectors of tokens', async (f) => {
      const input = [LONG, 'two words', { image: HALF_DRAWING }, 'a'];
      const { data, errors, usage } = await f.multiVector({ model: minilm, input }, COLLECT);
      expect(indicesOf(data)).toEqual([1, 3]);
      expectErrors(errors, { 0: 'input.0', 2: 'input.2' });
      const alone = await f.multiVector({ model: minilm, input: ['two words', 'a'] });
      expect(usage).toEqual(alone.usage);
      expect(data.map(({ embeddings }) => embeddings.length)).toEqual(
        alone.data.map(({ embeddings }) => embeddings.length),
      );
      expectNear(data[1]!.embeddings[0]!, alone.data[1]!.embeddings[0]!, 1e-6);
      const query = await f.multiVector(
        { model: colbert.id, input: ['a', { image: HALF_DRAWING }] },
        COLLECT,
      );
      expectErrors(query.errors, { 1: 'input.1' });
    });
  });
}
