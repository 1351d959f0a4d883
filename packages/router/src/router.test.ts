import { HashedFoundation } from '@nearfield/hashed-foundation';
import { createRemote } from '@nearfield/remote';
import { createNodeServer, type NodeServer } from '@nearfield/server/node';
import { FoundationError, type SearchFoundation } from '@nearfield/spec';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Conditions } from './conditions.ts';
import { createRouter, type Place, type RoutedCall, type Router, type RouterOptions } from './index.ts';

const MODEL = 'jina-embeddings-v3';
const request = { model: MODEL, input: 'fresh bread' };
const AT_HOME: Conditions = { online: true, saveData: false, lowBattery: false };

/** The hashed foundation stands for an engine that has loaded its models in one precision. */
class Local extends HashedFoundation {
  dtype: 'fp16' | 'q8' = 'fp16';
  async load(): Promise<{ dtype: 'fp16' | 'q8' }> {
    return { dtype: this.dtype };
  }
}

let server: NodeServer;
let served: HashedFoundation;
beforeAll(async () => {
  served = new HashedFoundation();
  server = await createNodeServer(served, { port: 0 });
});
afterAll(() => server.close());

const routers: Router[] = [];
afterEach(async () => {
  for (const router of routers.splice(0)) await router.close();
});

function setUp(options: Partial<RouterOptions> = {}) {
  const local = new Local();
  const remote = createRemote({ baseUrl: server.url, retries: 0 });
  const router = createRouter({ local, remote, conditions: () => AT_HOME, ...options });
  routers.push(router);
  return { router, local, remote };
}

const failingWith = (code: 'SERVICE_UNAVAILABLE' | 'CONNECTION_FAILED' | 'INPUT_VALIDATION_FAILED') =>
  new FoundationError({ code, message: `Failed with ${code}.` });

/** Where a router answers a request. */
async function placeOf(router: Router, asked: object = request, options = {}): Promise<Place> {
  const { nearfield } = await router.embeddings({ ...request, ...asked }, options);
  return nearfield.route.place;
}

describe('policies', () => {
  it.each([
    ['local-only', AT_HOME, 'local'],
    ['local-first', AT_HOME, 'local'],
    ['remote-first', AT_HOME, 'remote'],
    ['remote-first', { ...AT_HOME, online: false }, 'local'],
    ['local-first', { ...AT_HOME, saveData: true }, 'remote'],
    ['fastest', { ...AT_HOME, saveData: true }, 'remote'],
    ['local-only', { ...AT_HOME, saveData: true }, 'local'],
  ] as const)('%s under %o: %s', async (policy, conditions, place) => {
    const { router } = setUp({ policy, conditions: () => conditions });
    const { nearfield } = await router.embeddings(request);
    expect(nearfield.route).toMatchObject({ place, passedOver: [] });
    expect(nearfield.route.reason).toMatch(/policy|offline|saves data/);
  });

  it('saves the battery in large calls alone, and data until the model is loaded', async () => {
    const low = setUp({ conditions: () => ({ ...AT_HOME, lowBattery: true }), spaces: 'any' });
    expect(await placeOf(low.router)).toBe('local');
    expect(await placeOf(low.router, { input: Array(20).fill('a') })).toBe('remote');

    let saveData = false;
    const { router } = setUp({ conditions: () => ({ ...AT_HOME, saveData }), spaces: 'any' });
    await router.embeddings(request);
    saveData = true;
    expect(await placeOf(router)).toBe('local');
    expect(await placeOf(router, { model: 'jina-embeddings-v2-base-en' })).toBe('remote');
  });

  it('local-only never asks the server, whatever fails', async () => {
    const { router, local } = setUp({ policy: 'local-only' });
    local.failWith = failingWith('SERVICE_UNAVAILABLE');
    served.calls.length = 0;
    await expect(router.embeddings(request)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    await expect(router.embeddings(request, { place: 'remote' })).resolves.toBeDefined();
    expect(served.calls).toHaveLength(1);
  });

  it('fastest tries each place twice first', async () => {
    const { router } = setUp({ policy: 'fastest', spaces: 'any' });
    const answered: Place[] = [];
    router.onRoute(({ place }) => answered.push(place));
    for (let call = 0; call < 4; call++) await router.embeddings(request);
    expect(answered.sort()).toEqual(['local', 'local', 'remote', 'remote']);
    // Also for what has no model.
    answered.length = 0;
    for (let call = 0; call < 4; call++) await router.segment({ content: 'one two' });
    expect(answered.sort()).toEqual(['local', 'local', 'remote', 'remote']);
  });

  it('a function decides by what it is told of the call', async () => {
    const calls: RoutedCall[] = [];
    const { router } = setUp({
      policy: (call) => {
        calls.push(call);
        return call.characters > 10 ? 'remote' : ['local', 'remote'];
      },
      spaces: 'any',
    });
    expect(await placeOf(router, { input: ['short', { text: 'text' }] })).toBe('local');
    expect(await placeOf(router, { input: 'a longer text' })).toBe('remote');
    expect(calls[0]).toMatchObject({
      method: 'embeddings',
      model: MODEL,
      inputs: 2,
      characters: 9,
      places: ['local', 'remote'],
      conditions: AT_HOME,
    });
    expect(calls[0]!.isReady('local')).toBe(true);
    const none = setUp({ policy: () => [] });
    await expect(none.router.embeddings(request)).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    const wrong = setUp({ policy: () => 'builtIn' });
    await expect(wrong.router.embeddings(request)).rejects.toMatchObject({ param: 'place' });
  });
});

describe('failover', () => {
  it('asks the next place, and the answer says why', async () => {
    const { router, local } = setUp();
    local.failWith = failingWith('SERVICE_UNAVAILABLE');
    const { nearfield } = await router.embeddings(request);
    expect(nearfield.route).toEqual({
      place: 'remote',
      reason: 'The policy is local-first. local did not answer: SERVICE_UNAVAILABLE.',
      passedOver: [
        { place: 'local', code: 'SERVICE_UNAVAILABLE', message: 'Failed with SERVICE_UNAVAILABLE.' },
      ],
    });
  });

  it('a server that is gone: the device answers', async () => {
    const remote = createRemote({ baseUrl: 'http://127.0.0.1:9', retries: 0 });
    const { router } = setUp({ remote, policy: 'remote-first' });
    const { nearfield } = await router.rerank({ model: 'jina-reranker-v3', query: 'a', documents: ['b'] });
    expect(nearfield.route).toMatchObject({ place: 'local', passedOver: [{ code: 'CONNECTION_FAILED' }] });
  });

  it('a bad request is nobody else’s business', async () => {
    const { router } = setUp();
    served.calls.length = 0;
    await expect(router.embeddings({ ...request, dimensions: -1 })).rejects.toMatchObject({
      code: 'INPUT_VALIDATION_FAILED',
    });
    await expect(router.embeddings(null as never)).rejects.toMatchObject({ code: 'INPUT_VALIDATION_FAILED' });
    expect(served.calls).toHaveLength(0);
  });

  it('if all fail, the most telling error has the others in its message', async () => {
    const remote = createRemote({ baseUrl: 'http://127.0.0.1:9', retries: 0 });
    const { router } = setUp({ remote });
    const error = await router.read({ url: 'https://example.com/' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'NOT_SUPPORTED' });
    const unknown = await router.embeddings({ model: 'nobody', input: 'a' }).catch((reason) => reason);
    expect(unknown).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(unknown.message).toContain('INPUT_MODEL_NOT_FOUND');
  });

  it('does not train twice: a failure in the middle is the caller’s', async () => {
    const trained: string[] = [];
    const { router } = setUp();
    const failing = {
      ...new HashedFoundation(),
      train: async () => {
        trained.push('local');
        throw failingWith('CONNECTION_FAILED');
      },
    } as unknown as SearchFoundation;
    const other = setUp({ local: failing });
    const input = [
      { text: 'a', label: 'x' },
      { text: 'b', label: 'y' },
    ];
    await expect(other.router.train({ model: MODEL, input })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    });
    expect(trained).toEqual(['local']);
    expect((await router.train({ model: MODEL, input })).nearfield.route.place).toBe('local');
  });

  it('an abort is an abort, and ends every place', async () => {
    const { router, local } = setUp();
    const stop = new AbortController();
    local.hold = new Promise(() => {});
    const call = router.embeddings(request, { signal: stop.signal });
    stop.abort(new DOMException('Enough.', 'AbortError'));
    served.calls.length = 0;
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    expect(served.calls).toHaveLength(0);
  });
});

describe('spaces', () => {
  it('each answer carries its own; the first decides for later ones', async () => {
    const { router, local } = setUp();
    const { nearfield } = await router.embeddings(request);
    expect(nearfield.space).toEqual({ id: `${MODEL}/float`, model: MODEL, precision: 'float' });
    // The server does not say in which precision it computes: its vectors are none of this space.
    local.failWith = failingWith('SERVICE_UNAVAILABLE');
    const error = await router.embeddings(request).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect((error as Error).message).toContain('EMBEDDING_SPACE_MISMATCH');
    await expect(router.embeddings(request, { place: 'remote' })).rejects.toMatchObject({
      code: 'EMBEDDING_SPACE_MISMATCH',
    });
    // A device that was lost: the engine goes on in another precision.
    local.dtype = 'q8';
    await expect(router.embeddings(request)).rejects.toThrow(/jina-embeddings-v3\/q8/);
    router.releaseSpace(MODEL);
    expect((await router.embeddings(request)).nearfield.space!.id).toBe(`${MODEL}/q8`);
  });

  it('a call may ask for the space of its index, and gets it or an error', async () => {
    const { router } = setUp({ spaces: 'any' });
    const first = await router.embeddings(request, { place: 'remote' });
    const { space } = first.nearfield;
    expect(space!.id).toBe(`${MODEL}/server ${server.url}`);
    // Local is asked first and passed over.
    const second = await router.embeddings(request, { space });
    expect(second.nearfield.route).toMatchObject({
      place: 'remote',
      passedOver: [{ place: 'local', code: 'EMBEDDING_SPACE_MISMATCH' }],
    });
    await expect(router.embeddings(request, { space: `${MODEL}/q4` })).rejects.toMatchObject({
      code: 'EMBEDDING_SPACE_MISMATCH',
      param: 'model',
    });
  });

  it('calls at the same time do not get vectors of two spaces', async () => {
    const { router, local } = setUp();
    let release = (): void => {};
    local.hold = new Promise((resolve) => {
      release = resolve;
    });
    const slow = router.embeddings(request);
    const fast = await router.embeddings(request, { place: 'remote' });
    release();
    const late = await slow;
    expect(late.nearfield.space).toEqual(fast.nearfield.space);
    expect(late.nearfield.route.passedOver[0]).toMatchObject({ place: 'local' });
  });

  it('the hosted API and an engine in float compute the same space', async () => {
    const body = await new HashedFoundation().embeddings({ ...request, embedding_type: 'base64' });
    const fetch = async (): Promise<Response> => Response.json(body);
    const remote = createRemote({ apiKey: 'jina_0123456789abcdef', fetch, retries: 0 });
    const { router, local } = setUp({ remote });
    await router.embeddings(request);
    local.failWith = failingWith('SERVICE_UNAVAILABLE');
    const { nearfield } = await router.embeddings(request);
    expect(nearfield).toMatchObject({ route: { place: 'remote' }, space: { id: `${MODEL}/float` } });
  });

  it('names of the router’s own stand for a model at each place', async () => {
    const models = { passages: { local: 'jina-embeddings-v2-base-en', remote: MODEL } };
    const { router } = setUp({ models, spaces: 'any' });
    const asked = { model: 'passages', input: 'a' };
    expect((await router.embeddings(asked)).model).toBe('jina-embeddings-v2-base-en');
    expect((await router.embeddings(asked, { place: 'remote' })).model).toBe(MODEL);
  });
});

describe('what lives somewhere', () => {
  const input = [
    { text: 'bread', label: 'food' },
    { text: 'train', label: 'travel' },
  ];

  it('a classifier is asked, updated and deleted where it was trained, whatever the policy', async () => {
    const { router, local, remote } = setUp({ policy: 'remote-first' });
    const { classifier_id } = await local.train({ model: MODEL, input });
    served.calls.length = 0;
    const classified = await router.classify({ classifier_id, input: 'bread' });
    expect(classified.nearfield.route).toMatchObject({ place: 'local' });
    await router.train({ classifier_id, input });
    const there = await router.train({ model: MODEL, input });
    expect(there.nearfield.route.place).toBe('remote');
    expect(
      (await router.classify({ classifier_id: there.classifier_id, input: 'a' })).nearfield.route.place,
    ).toBe('remote');
    const ids = (await router.classifiers.list()).map((each) => each.classifier_id);
    expect(ids.sort()).toEqual([classifier_id, there.classifier_id].sort());
    await router.classifiers.delete(classifier_id);
    await router.classifiers.delete(there.classifier_id);
    expect(await remote.classifiers.list()).toEqual([]);
    await expect(router.classify({ classifier_id, input: 'a' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  it('a batch job stays where it was created', async () => {
    const { router, local, remote } = setUp();
    const lines = [{ custom_id: 'one', body: { input: 'a' } }];
    const mine = await router.batches.create({ model: 'jina-embeddings-v5-text-nano', input: lines });
    expect(mine.nearfield).toMatchObject({ route: { place: 'local' } });
    const other = await remote.batches.create({ model: 'jina-embeddings-v5-text-nano', input: lines });
    // Only its id is known.
    expect((await router.batches.get(other.batch_id)).batch_id).toBe(other.batch_id);
    expect((await router.batches.list()).map(({ batch_id }) => batch_id).sort()).toEqual(
      [mine.batch_id, other.batch_id].sort(),
    );
    expect(await router.batches.list({ limit: 1 })).toHaveLength(1);
    await expect.poll(async () => (await local.batches.get(mine.batch_id)).status).toBe('completed');
    const names: string[] = [];
    for await (const { custom_id } of router.batches.output(mine.batch_id)) names.push(custom_id);
    expect(names).toEqual(['one']);
    await expect(router.batches.get('nobody')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});

describe('places', () => {
  it('are made when they are needed, once', async () => {
    const made: string[] = [];
    const make = (name: string) => async () => {
      made.push(name);
      return new Local();
    };
    const { router } = setUp({ local: make('local'), remote: make('remote'), policy: 'remote-first' });
    await Promise.all([router.embeddings(request), router.embeddings(request)]);
    expect(made).toEqual(['remote']);
    await router.capabilities();
    expect(made.sort()).toEqual(['local', 'remote']);
  });

  it('that cannot be made are passed over, and tried again', async () => {
    let attempts = 0;
    const { router } = setUp({
      spaces: 'any',
      local: () => {
        if (attempts++ === 0) throw new TypeError('Failed to fetch dynamically imported module');
        return new Local();
      },
    });
    const { nearfield } = await router.embeddings(request);
    expect(nearfield.route.passedOver).toMatchObject([{ code: 'RUNTIME_NOT_AVAILABLE' }]);
    expect(await placeOf(router)).toBe('local');
  });

  it('are closed with the router, which answers no more', async () => {
    const { router, local, remote } = setUp();
    await router.close();
    await router.close();
    await expect(router.embeddings(request)).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(router.classifiers.list()).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(remote.embeddings(request)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(local).toBeDefined();
  });

  it('have their abilities together', async () => {
    const { router } = setUp();
    const { implementation, methods, models } = await router.capabilities();
    expect(implementation).toBe('router');
    expect(methods).toMatchObject({ embeddings: true, read: false });
    expect(new Set(models).size).toBe(models.length);
    const { data } = await router.models.list();
    expect(new Set(data.map(({ id }) => id)).size).toBe(data.length);
    expect((await router.models.get(MODEL)).id).toContain(MODEL);
  });

  it('stream if one of them does', async () => {
    const pieces = ['a', 'b'];
    const streaming = Object.assign(new HashedFoundation(), {
      async *chatStream() {
        yield* pieces;
      },
    }) as unknown as SearchFoundation;
    const { router } = setUp({ remote: streaming });
    const got: unknown[] = [];
    const chat = { model: 'jina-vlm', messages: [{ role: 'user', content: 'a' }] } as const;
    for await (const piece of router.chatStream(chat)) got.push(piece);
    expect(got).toEqual(pieces);
    const read = router.readStream({ url: 'https://example.com/' }).next();
    await expect(read).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });

  it('tell listeners of each answer, whose errors are theirs', async () => {
    const { router } = setUp();
    const seen: unknown[] = [];
    const end = router.onRoute(({ method, place }) => seen.push([method, place]));
    await router.segment({ content: 'a' });
    end();
    await router.segment({ content: 'a' });
    expect(seen).toEqual([['segment', 'local']]);
  });
});
