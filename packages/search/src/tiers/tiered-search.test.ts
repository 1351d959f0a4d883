/** A real index and a foundation whose vectors are those that the index was built with. */
import { HashedFoundation } from '@nearfield/hashed-foundation';
import { beforeAll, describe, expect, it } from 'vitest';
import { textDocument } from '../../test/index-of.ts';
import { buildIndex } from '../build-index.ts';
import { MANIFEST } from '../format/manifest.ts';
import { type Loader, memoryLoader } from '../loader.ts';
import { openIndex } from '../open-index.ts';
import type { Tier } from './later-tiers.ts';
import type { Engine } from './optional-model.ts';
import { permissionOf } from './policy.ts';
import type { TieredSearchOptions } from './search-state.ts';
import { TieredSearch } from './tiered-search.ts';

const MODEL = 'all-MiniLM-L6-v2';
const RERANKER = 'minilm-reranker';

// `stone` counts most in titles for the words, and in short texts for the vectors: the orders differ.
const documents = [
  textDocument(
    'title',
    'Stone',
    'Here is a long text about rivers, trees, hills, clouds, birds and other things.',
  ),
  textDocument(
    'twice',
    'Walls',
    'A stone on a stone, with moss and grass and flowers between them all year.',
  ),
  textDocument('short', 'Path', 'stone way'),
  textDocument('other', 'Sky', 'Nothing of the kind, only stars, the moon and the dark between them.'),
  textDocument('grass', 'Meadow', 'Grass, flowers.'),
];
let files: Map<string, Uint8Array<ArrayBuffer>>;
beforeAll(async () => {
  files = await buildIndex({ documents, meaning: { foundation: new HashedFoundation(), model: MODEL } });
});

function gate() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** An engine whose steps wait until they are let go. */
function engineOf({ cached = [MODEL, RERANKER] }: { cached?: readonly string[] } = {}) {
  const foundation = new HashedFoundation();
  const loaded: string[] = [];
  const gates = { load: gate(), rerank: gate() };
  const engine: Engine = {
    embeddings: (request, options) => foundation.embeddings(request, options),
    rerank: async (request) => {
      await gates.rerank.promise;
      const response = await foundation.rerank(request);
      // One that is sure of itself: the words of a title weigh much.
      const results = response.results.map((each, place) => ({
        ...each,
        relevance_score: place === 0 ? 1 : 0,
      }));
      return { ...response, results };
    },
    load: async (model) => {
      loaded.push(model);
      await gates.load.promise;
    },
    storage: { usage: async () => cached.map((model) => ({ model, complete: true })) },
  };
  return { engine, foundation, loaded, gates };
}

/** A search, and the tiers whose orders were shown so far. */
function searchOf(options: Partial<TieredSearchOptions> = {}, loader: Loader = memoryLoader(files)) {
  const search = new TieredSearch({ openIndex: () => openIndex(loader), savesData: () => false, ...options });
  const shown: (Tier | undefined)[] = [];
  let before = search.state.slots;
  search.subscribe(() => {
    if (search.state.slots !== before) shown.push(search.state.tier);
    before = search.state.slots;
  });
  const until = (isReached: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      if (isReached()) return resolve();
      const stop = search.subscribe(() => {
        if (!isReached()) return;
        stop();
        resolve();
      });
    });
  return { search, shown, until };
}
/** The page that a query names would come first by the model, too. */
const UNNAMED = { keywords: { named: 0 } };
const ids = ({ state }: TieredSearch): string[] => state.slots.map(({ result }) => result.id);

describe('policies', () => {
  it.each([
    ['never', true, false, 'none'],
    ['if-cached', false, false, 'none'],
    ['if-cached', true, false, 'cached'],
    ['if-cached', true, true, 'cached'],
    ['on-focus', false, false, 'none'],
    ['on-focus', true, false, 'any'],
    ['on-focus', true, true, 'cached'],
    ['always', false, false, 'any'],
    ['always', false, true, 'cached'],
  ] as const)('%s, engaged %s, data saved %s: %s', (policy, isEngaged, savesData, permission) =>
    expect(permissionOf(policy, { isEngaged, savesData })).toBe(permission),
  );
});

describe('an answer', () => {
  it('comes from the words at once, and stays where no model may be used', async () => {
    const { search, shown } = searchOf({
      model: 'never',
      rerank: 'never',
      foundation: () => expect.unreachable(),
    });
    search.engage();
    await search.search('stone');
    expect(shown).toEqual(['keywords']);
    expect(ids(search)[0]).toBe('title');
    expect(search.state).toMatchObject({ query: 'stone', isBusy: false, isRefining: false, problems: [] });
  });

  it('gets a better order once, when the model and the reranker have answered', async () => {
    const { engine, gates } = engineOf();
    const { search, shown, until } = searchOf({ foundation: async () => engine, weights: UNNAMED });
    search.engage();
    const done = search.search('stone');
    await until(() => shown.length === 1);
    const words = ids(search);
    await until(() => search.state.isRefining);
    gates.load.resolve();
    await until(() => search.state.models.model === 'ready');
    expect(ids(search)).toEqual(words);
    gates.rerank.resolve();
    await done;
    expect(shown).toEqual(['keywords', 'reranker']);
    expect(ids(search)[0]).toBe('short');
    expect(search.state.relevance.get('short')).toBe(1);
    expect(search.state.isRefining).toBe(false);
  });

  it('never moves a result that the reader holds', async () => {
    const { engine, gates } = engineOf({ cached: [MODEL] });
    const { search, shown, until } = searchOf({ foundation: async () => engine, weights: UNNAMED });
    search.engage();
    const done = search.search('stone');
    await until(() => shown.length === 1);
    search.hold('title');
    gates.load.resolve();
    await done;
    expect(shown).toEqual(['keywords', 'model']);
    expect(ids(search).slice(0, 2)).toEqual(['title', 'short']);
  });

  it('holds what was passed on the way down, until the next query', async () => {
    const { engine, gates } = engineOf({ cached: [MODEL] });
    const { search, shown, until } = searchOf({ foundation: async () => engine, weights: UNNAMED });
    search.engage();
    const first = search.search('stone');
    await until(() => shown.length === 1);
    const words = ids(search);
    expect(words).toEqual(['title', 'short', 'twice']);
    search.holdThrough('twice');
    gates.load.resolve();
    await first;
    expect(shown).toEqual(['keywords', 'model']);
    expect(ids(search).slice(0, 3)).toEqual(words);
    await search.search('stone');
    expect(ids(search)[0]).toBe('short');
  });

  it('is not made of a query that another has replaced', async () => {
    const { engine, foundation, gates } = engineOf({ cached: [MODEL] });
    const { search, shown, until } = searchOf({ foundation: async () => engine });
    search.engage();
    gates.load.resolve();
    await until(() => search.state.models.model === 'ready');
    foundation.hold = new Promise(() => {});
    const first = search.search('stone');
    // The index's goldens, then the query.
    await expect.poll(() => foundation.calls.length).toBe(2);
    foundation.hold = undefined;
    const second = search.search('grass');
    await first;
    await second;
    expect(foundation.calls.at(-2)!.signal!.aborted).toBe(true);
    expect(shown).toEqual(['keywords', 'keywords', 'model']);
    expect(search.state.query).toBe('grass');
    expect(ids(search)[0]).toBe('grass');
  });

  it('is emptied with its query', async () => {
    const { search } = searchOf();
    await search.search('stone');
    await search.search('  ');
    expect(search.state).toMatchObject({ query: '', slots: [], tier: undefined });
  });

  it('keeps to filters', async () => {
    const { search } = searchOf();
    await search.search('stone', { kind: 'x' });
    expect(search.state.slots).toEqual([]);
    expect(search.state.tier).toBe('keywords');
  });
});

it('more results than a reranker reads are all shown, the rest in their order', async () => {
  const many = Array.from({ length: 26 }, (_, number) =>
    textDocument(`${number}`, `Page ${number}`, `grass ${'and other plants '.repeat(number)}`),
  );
  const index = await buildIndex({ documents: many });
  const { engine, gates } = engineOf({ cached: [RERANKER] });
  gates.load.resolve();
  gates.rerank.resolve();
  const { search, shown } = searchOf({ foundation: async () => engine, limit: 30 }, memoryLoader(index));
  await search.search('grass');
  const before = ids(search);
  search.engage();
  await search.search('grass');
  expect(shown).toEqual(['keywords', 'keywords', 'reranker']);
  expect(ids(search)).toHaveLength(26);
  expect(ids(search).slice(20)).toEqual(before.slice(20));
});

describe('the model', () => {
  it('is left alone where it would have to be downloaded', async () => {
    const { engine, loaded } = engineOf({ cached: [] });
    const { search, shown, until } = searchOf({ foundation: async () => engine });
    search.engage();
    await until(() => search.state.models.reranker === 'absent');
    await search.search('stone');
    expect(search.state.models).toEqual({ model: 'absent', reranker: 'absent' });
    expect(loaded).toEqual([]);
    expect(shown).toEqual(['keywords']);
  });

  it('is downloaded on focus if that is allowed, and not where data is saved', async () => {
    for (const saves of [false, true]) {
      const { engine, loaded, gates } = engineOf({ cached: [] });
      gates.load.resolve();
      const { search, shown } = searchOf({
        foundation: async () => engine,
        model: 'on-focus',
        rerank: 'never',
        savesData: () => saves,
      });
      await search.search('stone');
      expect(shown).toEqual(['keywords']);
      search.engage();
      await search.search('stone');
      expect(loaded).toEqual(saves ? [] : [MODEL]);
      expect(shown.at(-1)).toBe(saves ? 'keywords' : 'model');
    }
  });

  it('makes an answer better that stands when it comes', async () => {
    const { engine, gates } = engineOf({ cached: [MODEL] });
    gates.load.resolve();
    const { search, shown, until } = searchOf({ foundation: async () => engine });
    await search.search('stone');
    search.engage();
    await until(() => shown.length === 2);
    expect(shown).toEqual(['keywords', 'model']);
  });

  it('of another index is noticed, said, and not used', async () => {
    const { engine, gates } = engineOf({ cached: [MODEL] });
    gates.load.resolve();
    const other = new HashedFoundation();
    const another: Engine = {
      ...engine,
      embeddings: (async (...[request, options]: Parameters<Engine['embeddings']>) => {
        const response = await other.embeddings(request, options);
        for (const { embedding } of response.data as unknown as { embedding: Float32Array }[]) {
          embedding.fill(384 ** -0.5);
        }
        return response;
      }) as Engine['embeddings'],
    };
    const { search, shown } = searchOf({ foundation: async () => another });
    search.engage();
    await search.search('stone');
    await search.search('stone');
    expect(search.state.models.model).toBe('failed');
    expect(search.state.problems).toMatchObject([{ code: 'SELF_CHECK_FAILED' }]);
    expect(shown).toEqual(['keywords', 'keywords']);
  });

  it('that cannot be started costs no answer', async () => {
    const { search, shown } = searchOf({ foundation: () => Promise.reject(new Error('no worker')) });
    search.engage();
    await search.search('stone');
    expect(shown).toEqual(['keywords']);
    await search.search('stone');
    expect(search.state.problems[0]).toMatchObject({
      code: 'RUNTIME_NOT_AVAILABLE',
      message: expect.stringContaining('no worker'),
    });
  });

  it('for reranking that fails leaves the order as it was', async () => {
    const { engine, gates } = engineOf({ cached: [RERANKER] });
    gates.load.resolve();
    const { search, shown } = searchOf({
      foundation: async () => ({ ...engine, rerank: () => Promise.reject(new Error('out of memory')) }),
    });
    search.engage();
    await search.search('stone');
    expect(shown).toEqual(['keywords']);
    expect(search.state).toMatchObject({ tier: 'keywords', isRefining: false });
    expect(search.state.problems.map(({ message }) => message)).toEqual(['out of memory']);
  });

  it('that fails later costs no answer either', async () => {
    const { engine, foundation, gates } = engineOf({ cached: [MODEL] });
    gates.load.resolve();
    const { search, until } = searchOf({ foundation: async () => engine });
    search.engage();
    await until(() => search.state.models.model === 'ready');
    foundation.failWith = new Error('device lost');
    await search.search('stone');
    expect(search.state).toMatchObject({ tier: 'keywords', isRefining: false });
    expect(search.state.problems[0]!.message).toContain('device lost');
  });
});

describe('an index', () => {
  it('that is missing is said, and looked for again', async () => {
    let isThere = false;
    const { search } = searchOf(
      {},
      { load: (name, options) => memoryLoader(isThere ? files : new Map()).load(name, options) },
    );
    await search.search('stone');
    expect(search.state).toMatchObject({ error: { code: 'RESOURCE_NOT_FOUND' }, isBusy: false, slots: [] });
    isThere = true;
    await search.search('stone');
    expect(search.state.error).toBeUndefined();
    expect(ids(search)).toContain('title');
  });

  it('that is damaged is said', async () => {
    const copy = new Map(files);
    for (const [name, bytes] of files) {
      if (name.includes('texts'))
        copy.set(
          name,
          bytes.map((byte) => byte ^ 1),
        );
    }
    const { search } = searchOf({}, memoryLoader(copy));
    await search.search('stone');
    expect(search.state.error).toMatchObject({ code: 'INTEGRITY_MISMATCH' });
  });

  it('whose signs are damaged answers by words, and is said to be', async () => {
    const copy = new Map(files);
    const name = [...files.keys()].find((each) => each.startsWith('bits'))!;
    copy.set(
      name,
      files.get(name)!.map((byte) => byte ^ 1),
    );
    const { engine, gates } = engineOf({ cached: [MODEL] });
    gates.load.resolve();
    const { search, shown } = searchOf({ foundation: async () => engine }, memoryLoader(copy));
    search.engage();
    await search.search('stone');
    expect(shown).toEqual(['keywords']);
    expect(search.state).toMatchObject({
      tier: 'keywords',
      problems: [{ code: 'INTEGRITY_MISMATCH', message: expect.stringContaining(name) }],
    });
  });

  it('that was replaced is noticed, and the new one is opened on request', async () => {
    const host = new Map(files);
    const { search } = searchOf({}, memoryLoader(host));
    await search.search('grass');
    await search.checkOutdated();
    expect(search.state.isOutdated).toBe(false);
    const next = await buildIndex({ documents: [textDocument('new', 'New', 'More grass.')] });
    for (const [name, bytes] of next) host.set(name, bytes);
    await search.checkOutdated();
    expect(search.state).toMatchObject({ isOutdated: true, query: 'grass' });
    expect(ids(search)).toContain('grass');
    await search.reopen();
    expect(search.state.isOutdated).toBe(false);
    expect(ids(search)).toEqual(['new']);
  });

  it('is known to be replaced when its files are gone', async () => {
    const host = new Map(files);
    const { search } = searchOf({}, memoryLoader(host));
    await search.index();
    const next = await buildIndex({ documents: [textDocument('new', 'New', 'More grass.')] });
    host.clear();
    for (const [name, bytes] of next) host.set(name, bytes);
    await search.search('grass');
    expect(search.state).toMatchObject({ isOutdated: true, error: { code: 'RESOURCE_NOT_FOUND' } });
    expect(host.has(MANIFEST)).toBe(true);
  });
});
