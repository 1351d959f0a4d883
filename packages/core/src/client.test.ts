import { describe, expect, it, vi } from 'vitest';
import { createLocal } from './client.ts';

const model = 'all-MiniLM-L6-v2';

describe('createLocal() on a server', () => {
  it('makes a foundation, whose calls say where to make them', async () => {
    const foundation = createLocal({ models: [{ id: model, source: '/models/all-MiniLM-L6-v2/' }] });
    const refusal = {
      code: 'NOT_SUPPORTED',
      message: expect.stringMatching(/this is a server.*createNodeFoundation\(\).*docs\/toolchains\.md$/),
    };
    await expect(foundation.embeddings({ model, input: 'hello' })).rejects.toMatchObject(refusal);
    await expect(foundation.load(model)).rejects.toMatchObject(refusal);
    await expect(foundation.capabilities()).rejects.toMatchObject(refusal);
    await foundation.close();
  });

  it.each(['ServiceWorkerGlobalScope', 'SharedWorkerGlobalScope'])(
    'in a %s names what would help',
    async (scope) => {
      vi.stubGlobal('location', new URL('https://site.example/worker.js'));
      // The realm is one if its global object is an instance.
      const isRealm = { value: (value: unknown) => value === globalThis };
      vi.stubGlobal(
        scope,
        Object.defineProperty(() => {}, Symbol.hasInstance, isRealm),
      );
      try {
        await expect(createLocal().embeddings({ model, input: 'hello' })).rejects.toMatchObject({
          code: 'NOT_SUPPORTED',
          message: expect.stringContaining(
            scope.startsWith('Service') ? 'offscreen document' : 'shared: true',
          ),
        });
      } finally {
        vi.unstubAllGlobals();
      }
    },
  );
});

describe('a source', () => {
  it.each(['models/all-MiniLM-L6-v2', 'public/all-MiniLM-L6-v2', 'static/m', 'assets/m'])(
    "'%s' is never taken for a repository of the hub",
    (source) => {
      expect(() => createLocal({ models: [{ id: model, source }] })).toThrow(
        expect.objectContaining({
          code: 'INPUT_VALIDATION_FAILED',
          param: 'models',
          message: expect.stringContaining(`'/${source}/'`),
        }),
      );
    },
  );

  it.each(['Xenova/all-MiniLM-L6-v2', './models/m', '../m', '/models/m/', 'https://site.example/m'])(
    "'%s' is taken",
    (source) => {
      expect(() => createLocal({ models: [{ id: model, source }] })).not.toThrow();
    },
  );
});
