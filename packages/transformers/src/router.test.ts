/** transformers.js as the router's answer for models that the engine has no recipe for: both real, on tiny models. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNodeFoundation } from '@nearfield/core/node';
import { writeModel } from '@nearfield/model-tiny/node';
import { createRouter, type Policy, type PolicyFunction, type Router } from '@nearfield/router';
import type { SearchFoundation } from '@nearfield/spec';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FILES, minilm, modelsBelow, withConfig } from '../test/models.ts';
import { createNodeTransformers } from './node.ts';

/** A model that both read, and one whose files do not tell the engine how they are to be used. */
const SHARED = 'minilm';
const FOREIGN = 'foreign';

let directory: string;
let engine: SearchFoundation;
let transformers: SearchFoundation;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nearfield-router-'));
  for (const [id, files] of Object.entries(FILES)) await writeModel(join(directory, id), { files });
  await writeModel(join(directory, 'own'), { files: FILES.minilm! });
  const files = withConfig(FILES.minilm!, { architectures: ['BertForSequenceClassification'] });
  await writeModel(join(directory, FOREIGN), { files });
  engine = createNodeFoundation({
    models: [
      { id: SHARED, like: 'all-MiniLM-L6-v2', source: join(directory, SHARED) },
      { id: FOREIGN, source: join(directory, FOREIGN) },
    ],
    dataDirectory: join(directory, 'data'),
    threads: 1,
  });
  transformers = createNodeTransformers({
    models: [
      ...modelsBelow(`${directory}/`),
      ...['own', FOREIGN].map((id) => ({
        id,
        source: join(directory, id),
        kind: 'text-embedding' as const,
        dtype: 'fp32' as const,
      })),
    ],
  });
});
afterAll(async () => {
  await Promise.all([engine.close(), transformers.close()]);
  await rm(directory, { recursive: true });
});

/** A router whose end leaves the two foundations to the other tests. */
function routerWith(policy: Policy | PolicyFunction): Router {
  return createRouter({
    local: () => engine,
    transformers: () => transformers,
    remote: () => Promise.reject(new Error('The server is not asked.')),
    policy,
    conditions: () => ({ online: true, saveData: false, lowBattery: false }),
  });
}

it.each(['local-only', 'local-first', 'fastest'] as const)(
  '%s: the engine does not know the model',
  async (policy) => {
    const router = routerWith(policy);
    const { data, nearfield } = await router.embeddings({ model: 'own', input: 'white rabbit' });
    expect(nearfield.route).toMatchObject({
      place: 'transformers',
      passedOver: [{ place: 'local', code: 'INPUT_MODEL_NOT_FOUND' }],
    });
    expect(nearfield.space).toEqual({
      id: 'own/transformers float',
      model: 'own',
      precision: 'transformers float',
    });
    const expected = minilm.embed('white rabbit');
    data[0]!.embedding.forEach((value, at) => {
      expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-4);
    });
  },
);

it('answers with a model that the engine has the files of and no recipe for', async () => {
  const { data, nearfield } = await routerWith('local-only').embeddings({ model: FOREIGN, input: 'x' });
  expect(nearfield.route).toMatchObject({
    place: 'transformers',
    passedOver: [{ place: 'local', code: 'MODEL_INVALID' }],
  });
  expect(data[0]!.embedding).toHaveLength(minilm.embed('x').length);
});

it('answers what the engine has another model for', async () => {
  const request = { model: 'entailment', input: 'a rabbit', labels: ['rabbit', 'France'] };
  const { data, nearfield } = await routerWith('local-only').classify(request);
  expect(nearfield.route.place).toBe('transformers');
  expect(data).toEqual((await transformers.classify(request)).data);
});

it('remote-first: a server that cannot be made, then the engine, then transformers.js', async () => {
  const { nearfield } = await routerWith('remote-first').embeddings({ model: 'own', input: 'x' });
  expect(nearfield.route.passedOver.map(({ place }) => place)).toEqual(['remote', 'local']);
});

it('is left out by a policy that does not name it', async () => {
  const router = routerWith(() => 'local');
  await expect(router.embeddings({ model: 'own', input: 'x' })).rejects.toMatchObject({
    code: 'INPUT_MODEL_NOT_FOUND',
  });
  const chosen = routerWith(({ method }) => (method === 'embeddings' ? 'transformers' : 'local'));
  expect((await chosen.embeddings({ model: SHARED, input: 'x' })).nearfield.route.place).toBe('transformers');
});

it('never stands in for the engine in one space', async () => {
  const router = routerWith('local-first');
  const first = await router.embeddings({ model: SHARED, input: 'x' });
  expect(first.nearfield.route.place).toBe('local');
  const other = router.embeddings({ model: SHARED, input: 'x' }, { place: 'transformers' });
  await expect(other).rejects.toMatchObject({ code: 'EMBEDDING_SPACE_MISMATCH' });
  router.releaseSpace(SHARED);
  const anew = await router.embeddings({ model: SHARED, input: 'x' }, { place: 'transformers' });
  expect(anew.nearfield.space!.id).not.toBe(first.nearfield.space!.id);
  // Now the engine is the one that is passed over.
  const next = await router.embeddings({ model: SHARED, input: 'y' });
  expect(next.nearfield.route).toMatchObject({
    place: 'transformers',
    passedOver: [{ place: 'local', code: 'EMBEDDING_SPACE_MISMATCH' }],
  });
});
