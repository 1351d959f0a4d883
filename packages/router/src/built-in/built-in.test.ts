import { HashedFoundation } from '@nearfield/hashed-foundation';
import { embed, FoundationError } from '@nearfield/spec';
import { afterEach, expect, it } from 'vitest';
import { createRouter } from '../index.ts';
import {
  createBuiltIn,
  hasBuiltIn,
  type SemanticEmbedderResult,
  type SemanticEmbedderStatic,
} from './index.ts';
import type { Availability } from './semantic-embedder.ts';

/** A stand-in of the browser's interface over hashed words. */
function standIn(
  options: { availability?: Availability; space?: string | undefined; mostCharacters?: number } = {},
) {
  const { availability = 'available', mostCharacters = 1000 } = options;
  const space = 'space' in options ? options.space : 'gemma-300m@1';
  const log: { created: number; destroyed: number; tasks: (string | undefined)[] } = {
    created: 0,
    destroyed: 0,
    tasks: [],
  };
  const hashed = new HashedFoundation();
  const embedder: SemanticEmbedderStatic = {
    availability: async () => availability,
    async create({ monitor } = {}) {
      log.created++;
      const target = new EventTarget();
      monitor?.(target);
      for (const loaded of [0, 1]) {
        target.dispatchEvent(Object.assign(new Event('downloadprogress'), { loaded, total: 1 }));
      }
      return {
        async embed(input, { taskType, signal } = {}): Promise<SemanticEmbedderResult> {
          signal?.throwIfAborted();
          log.tasks.push(taskType);
          const texts = [input].flat();
          const { data } = await hashed.embeddings({
            model: 'jina-embeddings-v3',
            input: texts.map((text) => text.slice(0, mostCharacters) || 'empty'),
            normalized: false,
            dimensions: 64,
          });
          return {
            embeddings: data.map(({ embedding }, index) => ({
              values: embedding,
              statistics: {
                tokenCount: texts[index]!.split(' ').length,
                truncated: texts[index]!.length > mostCharacters,
              },
            })),
            ...(space === undefined ? {} : { metadata: { embeddingSpace: space, maxInputTokens: 2048 } }),
          };
        },
        destroy: () => {
          log.destroyed++;
        },
      };
    },
  };
  return { embedder, log };
}

const request = { model: 'built-in', input: ['fresh bread', 'old trains'] };

afterEach(() => {
  delete (globalThis as { SemanticEmbedder?: unknown }).SemanticEmbedder;
});

it('is found where the browser has it and its model runs', async () => {
  expect(await hasBuiltIn()).toBe(false);
  expect(() => createBuiltIn()).toThrow(/SemanticEmbedder/);
  const { embedder } = standIn();
  (globalThis as { SemanticEmbedder?: unknown }).SemanticEmbedder = embedder;
  expect(await hasBuiltIn()).toBe(true);
  expect((await createBuiltIn().embeddings(request)).data).toHaveLength(2);
  const none = standIn({ availability: 'unavailable' }).embedder;
  expect(await hasBuiltIn({ embedder: none })).toBe(false);
  await expect(createBuiltIn({ embedder: none }).embeddings(request)).rejects.toMatchObject({
    code: 'DEVICE_NOT_AVAILABLE',
  });
});

it('embeds texts with the browser’s task, scaled, and names the browser’s space', async () => {
  const { embedder, log } = standIn({ availability: 'downloadable' });
  const foundation = createBuiltIn({ embedder });
  const events: string[] = [];
  const answer = await foundation.embeddings(
    { ...request, task: 'retrieval.passage' },
    { onProgress: ({ type }) => events.push(type) },
  );
  expect(answer.usage.total_tokens).toBe(4);
  expect(Math.hypot(...answer.data[0]!.embedding)).toBeCloseTo(1, 5);
  expect((answer as unknown as { nearfield: object }).nearfield).toEqual({
    space: { id: 'built-in/gemma-300m@1', model: 'gemma-300m@1', precision: 'built-in' },
  });
  expect(events).toEqual(['model-progress', 'model-progress', 'work-progress']);
  await embed(foundation, 'built-in', 'fresh bread', { task: 'retrieval.query' });
  await foundation.embeddings(request);
  expect(log).toMatchObject({
    created: 1,
    tasks: ['retrieval-document', 'retrieval-query', undefined],
  });
  await foundation.close();
  expect(log.destroyed).toBe(1);
  await expect(foundation.embeddings(request)).rejects.toMatchObject({ code: 'CLOSED' });
});

it('without a name of the space, vectors are of the session: they are not the next one’s', async () => {
  const { embedder } = standIn({ space: undefined });
  const idOf = async (foundation: ReturnType<typeof createBuiltIn>): Promise<string> => {
    const answer = (await foundation.embeddings(request)) as unknown as {
      nearfield: { space: { id: string } };
    };
    return answer.nearfield.space.id;
  };
  const [first, second] = [createBuiltIn({ embedder }), createBuiltIn({ embedder })];
  expect(await idOf(first)).toBe(await idOf(first));
  expect(await idOf(first)).not.toBe(await idOf(second));
});

it('refuses what the browser does not do, by name', async () => {
  const foundation = createBuiltIn({ embedder: standIn({ mostCharacters: 20 }).embedder });
  const codeOf = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.catch((reason: unknown) => reason);
    return FoundationError.isInstance(error) ? error.code : 'answer';
  };
  const long = 'a text that is longer than twenty characters';
  expect(await codeOf(foundation.embeddings({ ...request, model: 'jina-embeddings-v3' }))).toBe(
    'INPUT_MODEL_NOT_FOUND',
  );
  expect(await codeOf(foundation.embeddings({ ...request, dimensions: 32 }))).toBe('NOT_SUPPORTED');
  expect(await codeOf(foundation.embeddings({ ...request, task: 'nl2code.query' }))).toBe('NOT_SUPPORTED');
  expect(await codeOf(foundation.embeddings({ ...request, input: [{ image: 'x' }] }))).toBe('NOT_SUPPORTED');
  expect(await codeOf(foundation.embeddings(request, { errors: 'collect' }))).toBe('NOT_SUPPORTED');
  expect(await codeOf(foundation.embeddings({ ...request, input: long }))).toBe('INPUT_TOKEN_LIMIT_EXCEEDED');
  expect(await codeOf(foundation.embeddings({ ...request, input: long, truncate: true }))).toBe('answer');
  expect(await codeOf(foundation.embeddings({ ...request, normalized: 1 as never }))).toBe(
    'INPUT_VALIDATION_FAILED',
  );
  expect(await codeOf(foundation.rerank())).toBe('NOT_SUPPORTED');
  expect(await codeOf(foundation.classifiers.list())).toBe('NOT_SUPPORTED');
  expect(await codeOf(foundation.models.get('built-in'))).toBe('NOT_SUPPORTED');
});

it('stops with the signal and the time limit, even if the browser does not react', async () => {
  const { embedder } = standIn();
  const stuck: SemanticEmbedderStatic = {
    ...embedder,
    create: async () => ({ embed: () => new Promise(() => {}), destroy: () => {} }),
  };
  const foundation = createBuiltIn({ embedder: stuck });
  const stop = new AbortController();
  const call = foundation.embeddings(request, { signal: stop.signal });
  stop.abort(new DOMException('Enough.', 'AbortError'));
  await expect(call).rejects.toMatchObject({ name: 'AbortError' });
  await expect(foundation.embeddings(request, { timeout: 1 })).rejects.toMatchObject({
    code: 'SERVICE_TIMEOUT',
  });
  const running = foundation.embeddings(request);
  await foundation.close();
  await expect(running).rejects.toMatchObject({ code: 'CLOSED' });
});

it('is a third place of a router, whose vectors are not mixed with others', async () => {
  const { embedder } = standIn();
  const models = { passages: { local: 'jina-embeddings-v3', builtIn: 'built-in' } };
  const local = new HashedFoundation();
  const router = createRouter({ local, builtIn: () => createBuiltIn({ embedder }), models });
  const asked = { model: 'passages', input: 'fresh bread' };
  const first = await router.embeddings(asked, { place: 'builtIn' });
  expect(first.nearfield.space!.id).toBe('built-in/gemma-300m@1');
  // Local comes first by the policy, and computes in another space.
  const second = await router.embeddings(asked);
  expect(second.nearfield.route).toMatchObject({
    place: 'builtIn',
    passedOver: [{ place: 'local', code: 'EMBEDDING_SPACE_MISMATCH' }],
  });
  await router.close();
});
