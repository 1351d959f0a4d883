import type { LocalFoundation } from '@nearfield/core';
import { createRouter } from '@nearfield/router';
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { expect, it } from 'vitest';
import { LetterFoundation, localFoundation } from '../testing.ts';
import { oneSpace } from './one-space.ts';

const MODEL = 'letters';
const request = { model: MODEL, input: 'fresh bread' };
const failure = new FoundationError({ code: 'SERVICE_UNAVAILABLE', message: 'It failed.' });

/** A router over this browser, which computes in float, and a server that names its own space. */
function setUp(serverSpace: string) {
  const local = new LetterFoundation();
  const remote = new LetterFoundation();
  const server = new Proxy<SearchFoundation>(remote.foundation, {
    get: (target, name) =>
      name === 'embeddings'
        ? async (...call: Parameters<SearchFoundation['embeddings']>) => {
            const answer = await target.embeddings(...call);
            return { ...answer, nearfield: { space: { id: serverSpace, model: MODEL, precision: '' } } };
          }
        : Reflect.get(target, name, target),
  });
  const load = async () => ({ dtype: 'fp16' }) as Awaited<ReturnType<LocalFoundation['load']>>;
  const router = createRouter({ local: localFoundation(local.foundation, { load }), remote: server });
  return { local, remote, foundation: oneSpace(router) };
}

it('asks no server before this browser has named the space', async () => {
  const { local, remote, foundation } = setUp(`${MODEL}/float`);
  local.failure = failure;
  await expect(foundation.embeddings(request)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(remote.calls).toEqual([]);
});

it('then asks one that computes the same space, and says so', async () => {
  const { local, remote, foundation } = setUp(`${MODEL}/float`);
  await foundation.embeddings(request);
  local.failure = failure;
  expect(await foundation.embeddings(request)).toMatchObject({
    nearfield: { route: { place: 'remote', passedOver: [{ place: 'local' }] } },
  });
  expect(remote.calls).toHaveLength(1);
});

it('takes no vectors of another space', async () => {
  const { local, foundation } = setUp(`${MODEL}/server elsewhere`);
  await foundation.embeddings(request);
  local.failure = failure;
  const error = await foundation.embeddings(request).catch((reason: unknown) => reason);
  expect(FoundationError.isInstance(error)).toBe(true);
  expect(String(error)).toContain('EMBEDDING_SPACE_MISMATCH');
});
