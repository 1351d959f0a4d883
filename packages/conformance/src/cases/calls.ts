import type { CallOptions, CallProgress, ChatRequest, SearchFoundation } from '@nearfield/spec';
import { FOUNDATION_METHODS, type FoundationMethod } from '@nearfield/spec/implement';
import { beforeAll, describe, expect, it } from 'vitest';
import { embeddedIdsOf, tinyModelsOf } from '../models.ts';
import { collect, refusal, type Subject } from '../subject.ts';

type Call = (foundation: SearchFoundation, options?: CallOptions) => Promise<unknown>;

/** One legal call of every method. */
function callsOf({ models, jsonOnly }: Subject): [FoundationMethod, string, Call][] {
  const { minilm, v5, crossEncoder } = models;
  const examples = [
    { text: 'a', label: 'x' },
    { text: 'b', label: 'y' },
  ];
  const chat: ChatRequest = { model: 'jina-vlm', messages: [{ role: 'user', content: 'hello' }] };
  const calls: [FoundationMethod, string, Call][] = [
    ['embeddings', 'embeddings', (f, o) => f.embeddings({ model: v5.id, input: 'a' }, o)],
    ['multiVector', 'multiVector', (f, o) => f.multiVector({ model: minilm, input: 'a' }, o)],
    ['rerank', 'rerank', (f, o) => f.rerank({ model: crossEncoder.id, query: 'a', documents: ['b'] }, o)],
    ['classify', 'classify', (f, o) => f.classify({ model: v5.id, input: 'a', labels: ['x', 'y'] }, o)],
    ['train', 'train', (f, o) => f.train({ model: v5.id, input: examples }, o)],
    ['classifiers', 'classifiers.list', (f, o) => f.classifiers.list(o)],
    ['classifiers', 'classifiers.delete', (f, o) => f.classifiers.delete('nobody', o)],
    ['segment', 'segment', (f, o) => f.segment({ content: 'a' }, o)],
    ['models', 'models.list', (f, o) => f.models.list(o)],
    ['models', 'models.get', (f, o) => f.models.get(minilm, o)],
    [
      'batches',
      'batches.create',
      (f, o) => f.batches.create({ model: v5.id, input: [{ body: { input: 'a' } }] }, o),
    ],
    ['batches', 'batches.list', (f, o) => f.batches.list(o)],
    ['batches', 'batches.get', (f, o) => f.batches.get('nobody', o)],
    ['batches', 'batches.cancel', (f, o) => f.batches.cancel('nobody', o)],
    ['batches', 'batches.output', (f, o) => collect(f.batches.output('nobody', o))],
    ['batches', 'batches.errors', (f, o) => collect(f.batches.errors('nobody', o))],
    ['chat', 'chat', (f, o) => f.chat(chat, o)],
  ];
  // These are services of their own, not routes of the server.
  const services: [FoundationMethod, string, Call][] = [
    ['read', 'read', (f, o) => f.read({ url: 'https://example.com/' }, o)],
    ['search', 'search', (f, o) => f.search({ q: 'a' }, o)],
    ['ground', 'ground', (f, o) => f.ground({ statement: 'a' }, o)],
  ];
  return jsonOnly ? calls : [...calls, ...services];
}

/** Enough work that it is still running when it is cancelled. */
const LONG = Array.from({ length: 400 }, (_, index) => `sentence number ${index} `.repeat(30));

/** What holds for every method: cancelling, time limits, progress, priorities. */
export function callCases(subject: Subject): void {
  const { minilm, v5 } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('embeddings', name, run);
  const usable = async (foundation: SearchFoundation): Promise<void> => {
    expect((await foundation.embeddings({ model: v5.id, input: 'still there' })).data).toHaveLength(1);
  };

  describe('cancelling', () => {
    for (const [method, name, call] of callsOf(subject)) {
      subject.case(
        method,
        `${name} does not begin when its signal is aborted already`,
        async (foundation) => {
          const reason = new DOMException('Not wanted any more.', 'AbortError');
          await expect(call(foundation, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
        },
      );
    }

    test('running work stops, and the engine goes on', async (foundation) => {
      const controller = new AbortController();
      const call = foundation.embeddings({ model: minilm, input: LONG }, { signal: controller.signal });
      const reason = new DOMException('Enough.', 'AbortError');
      setTimeout(() => controller.abort(reason), 20);
      await expect(call).rejects.toBe(reason);
      await usable(foundation);
    });

    test('a signal without a reason of its own gives an AbortError', async (foundation) => {
      const controller = new AbortController();
      const call = foundation.embeddings({ model: minilm, input: LONG }, { signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
      await usable(foundation);
    });

    test('rejects with whatever the reason is', async (foundation) => {
      for (const reason of ['a string', { any: 'object' }, new RangeError('mine')]) {
        const controller = new AbortController();
        const call = foundation.embeddings({ model: minilm, input: LONG }, { signal: controller.signal });
        setTimeout(() => controller.abort(reason), 10);
        await expect(call).rejects.toBe(reason);
      }
      await usable(foundation);
    });

    test('one call that is cancelled does not touch the others', async (foundation) => {
      const controller = new AbortController();
      const input = Array.from({ length: 20 }, (_, index) => `other ${index}`);
      const doomed = foundation.embeddings({ model: minilm, input: LONG }, { signal: controller.signal });
      const other = foundation.embeddings({ model: minilm, input });
      setTimeout(() => controller.abort(), 10);
      await expect(doomed).rejects.toMatchObject({ name: 'AbortError' });
      expect((await other).data).toHaveLength(20);
    });

    test('aborting after the answer changes nothing', async (foundation) => {
      const controller = new AbortController();
      const answer = await foundation.embeddings({ model: v5.id, input: 'a' }, { signal: controller.signal });
      controller.abort();
      expect(answer.data).toHaveLength(1);
      await usable(foundation);
    });

    subject.case('train', 'a training that is cancelled leaves no classifier', async (foundation) => {
      const before = await foundation.classifiers.list();
      const controller = new AbortController();
      const input = LONG.map((text, index) => ({ text, label: `${index % 2}` }));
      const call = foundation.train({ model: minilm, input }, { signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      await expect(call).rejects.toMatchObject({ name: 'AbortError' });
      expect(await foundation.classifiers.list()).toEqual(before);
    });
  });

  if (subject.jsonOnly) return;

  describe('a time limit', () => {
    test('ends a call with SERVICE_TIMEOUT', async (foundation) => {
      const call = foundation.embeddings({ model: minilm, input: LONG }, { timeout: 20 });
      expect(await refusal(call)).toMatchObject({ code: 'SERVICE_TIMEOUT', status: 504, retryable: true });
      await usable(foundation);
    });

    test('that is not reached changes nothing', async (foundation) => {
      const answer = await foundation.embeddings({ model: v5.id, input: 'a' }, { timeout: 60_000 });
      expect(answer.data).toHaveLength(1);
    });
  });

  describe('progress', () => {
    test('tells of inputs and tokens, and ends complete', async (foundation) => {
      const events: CallProgress[] = [];
      const input = Array.from({ length: 100 }, (_, index) => `sentence number ${index} `.repeat(10));
      const { usage } = await foundation.embeddings(
        { model: minilm, input },
        { onProgress: (e) => events.push(e) },
      );
      const work = events.filter((event) => event.type === 'work-progress');
      expect(work.at(-1)).toEqual({
        type: 'work-progress',
        inputs: { done: 100, total: 100 },
        tokens: { done: usage.total_tokens, total: usage.total_tokens },
      });
      const done = work.map(({ inputs }) => inputs.done);
      expect(done).toEqual([...done].sort((a, b) => a - b));
      for (const { inputs, tokens } of work) {
        expect(inputs.done).toBeLessThanOrEqual(inputs.total);
        expect(tokens.done).toBeLessThanOrEqual(tokens.total);
      }
    });
  });

  describe('priorities', () => {
    test('give the same answers', async (foundation) => {
      const request = { model: v5.id, input: ['a', 'b'] };
      const plain = await foundation.embeddings(request);
      for (const priority of ['interactive', 'bulk'] as const) {
        expect(await foundation.embeddings(request, { priority })).toEqual(plain);
      }
    });
  });
}

/** What the implementation says of itself, and that it is true. */
export function capabilityCases(subject: Subject): void {
  describe('capabilities', () => {
    it('name every method and the models at hand', async () => {
      const capabilities = await subject.foundation.capabilities();
      expect(Object.keys(capabilities.methods).sort()).toEqual([...FOUNDATION_METHODS].sort());
      expect(['local', 'remote', 'router']).toContain(capabilities.implementation);
      for (const { id } of tinyModelsOf(subject.models)) expect(capabilities.models).toContain(id);
      for (const id of embeddedIdsOf(subject.models)) expect(capabilities.models).toContain(id);
      expect(new Set(capabilities.models).size).toBe(capabilities.models.length);
    });

    it('say of every method but the reader’s services whether it is there', async () => {
      const { methods } = await subject.foundation.capabilities();
      for (const method of FOUNDATION_METHODS) {
        if (['read', 'search', 'ground'].includes(method)) continue;
        expect([method, methods[method]]).toEqual([method, subject.has(method)]);
      }
    });

    it('what is at hand is data that can be sent', async () => {
      const capabilities = await subject.foundation.capabilities();
      expect(JSON.parse(JSON.stringify(capabilities))).toEqual(structuredClone(capabilities));
    });

    for (const [method, name, call] of callsOf(subject)) {
      it(`${name} is refused by its name where it is not supported`, async (context) => {
        if (subject.has(method)) context.skip(`${method} is supported`);
        const error = await refusal(call(subject.foundation));
        expect(error).toMatchObject({ code: 'NOT_SUPPORTED', status: 400, retryable: false });
        expect(error.message).toContain(method);
      });
    }
  });
}

/** What is left after `close()`. The last of the suite: nothing can be asked any more. */
export function closingCases(subject: Subject): void {
  if (subject.jsonOnly) return;
  describe('closing', () => {
    let running: Promise<unknown>;
    beforeAll(async () => {
      const { foundation, models } = subject;
      running = foundation.embeddings({ model: models.minilm, input: LONG }).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await foundation.close();
    });

    it('ends what runs with CLOSED', async () => {
      expect(await running).toMatchObject({ code: 'CLOSED', retryable: false });
    });

    it('may be done again', async () => {
      await expect(subject.foundation.close()).resolves.toBeUndefined();
    });

    for (const [method, name, call] of callsOf(subject)) {
      // The catalogue is data: a local engine needs nothing to tell it.
      if (method === 'models') continue;
      subject.case(method, `${name} is refused with CLOSED`, async (foundation) => {
        expect(await refusal(call(foundation))).toMatchObject({ code: 'CLOSED' });
      });
    }
  });
}
