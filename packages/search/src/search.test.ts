/** From documents to answers: what is found, and what is noticed when files are not what they should be. */
import { beforeAll, describe, expect, it } from 'vitest';
import { indexOf, tableFoundation, textDocument } from '../test/index-of.ts';
import { smallQueryTable } from '../test/query-table.ts';
import { buildIndex } from './build-index.ts';
import { MANIFEST } from './format/manifest.ts';
import { type Loader, memoryLoader } from './loader.ts';
import { openIndex, type SearchOptions } from './open-index.ts';

const documents = [
  textDocument('bread', 'Keeping bread', 'Loaves stay soft in a linen bag. Never in the refrigerator.', {
    filters: { kind: ['food'] },
  }),
  textDocument('taxonomy', 'Taxonomies', 'A taxonomy groups pages. Error 429 means too many requests.', {
    filters: { kind: ['docs'] },
  }),
  textDocument('retry', 'Retries', 'A job that failed is run again after a delay. Error 428 is another.', {
    filters: { kind: ['docs'], version: ['1', '2'] },
  }),
  textDocument('install', 'Installation', 'Configuration of the server follows. Café au lait.'),
  textDocument('static', 'Static site generator', 'Site static things generator.'),
  textDocument('japanese', '検索', '全文検索エンジンの使い方'),
];
const table = smallQueryTable();
const foundation = tableFoundation(table);
const meaning = { foundation, model: 'all-MiniLM-L6-v2', table };

let files: Map<string, Uint8Array<ArrayBuffer>>;
beforeAll(async () => {
  files = await buildIndex({ documents, meaning });
});

const search = async (query: string, options: SearchOptions = {}, loader: Loader = memoryLoader(files)) =>
  (await openIndex(loader)).search(query, options);
const ids = async (query: string, options?: SearchOptions): Promise<string[]> =>
  (await search(query, options)).results.map(({ id }) => id);
const words = (query: string): Promise<string[]> => ids(query, { meaning: false });
const fileOf = (kind: string): string => [...files.keys()].find((name) => name.startsWith(`${kind}.`))!;

describe('keywords', () => {
  it.each([
    ['a stem', 'taxonomies ', ['taxonomy']],
    ['a beginning', 'refrig', ['bread']],
    ['a beginning of a form', 'configurati', ['install']],
    ['one edit', 'taxnomy', ['taxonomy']],
    ['one edit of a form', 'instalation ', ['install']],
    ['diacritics', 'cafe', ['install']],
    ['a number', '429', ['taxonomy']],
    ['words without spaces', '検索', ['japanese']],
    ['no number that is another', '427', []],
    ['no short word with an edit', 'jab', []],
    ['no beginning in the middle of a query', 'refrig x', []],
    ['nothing', '  ', []],
    ['marks alone', '?!', []],
    ['a property of objects', 'constructor', []],
  ])('find %s', async (_, query, expected) => expect(await words(query)).toEqual(expected));

  it('rank a phrase before its words', async () => {
    const pair = [
      textDocument('apart', 'x', 'Green trees stand beside a house.'),
      textDocument('together', 'x', 'Trees stand beside a green house.'),
    ];
    const { index } = await indexOf({ documents: pair });
    const { results } = await index.search('green house', { explain: true });
    expect(results.map(({ id }) => id)).toEqual(['together', 'apart']);
    expect(results.map(({ passages }) => passages[0]!.explanation!.phrase > 0)).toEqual([true, false]);
  });

  it('rank a title before a text', async () => expect((await words('retries error'))[0]).toBe('retry'));
});

describe('meaning', () => {
  it('finds what shares no word', async () => {
    expect(await words('store toast fresh')).toEqual([]);
    expect((await ids('store toast fresh'))[0]).toBe('bread');
  });

  it('corrects mistyped words, not those that the language has', async () => {
    const { index } = await indexOf({
      documents: [textDocument('page', 'Drawing', 'Render the page when buttons are pressed.')],
      meaning,
    });
    const corrected = async (query: string) => (await index.search(query)).corrected;
    expect(await corrected('rendr of it')).toBe('render of it');
    for (const query of ['sender of it', 'button of it']) expect(await corrected(query)).toBeUndefined();
  });

  it('takes a vector of the model in place of the table', async () => {
    const vector = (await foundation.embeddings({ model: 'x', input: 'loaf' })).data[0]!
      .embedding as unknown as Float32Array;
    expect((await ids('zzz', { meaning: vector }))[0]).toBe('bread');
    for (const wrong of [vector.slice(1), vector.map(() => Number.NaN)]) {
      await expect(search('x', { meaning: wrong })).rejects.toMatchObject({
        code: 'INPUT_VALIDATION_FAILED',
        param: 'meaning',
      });
    }
  });

  it('reads rows from their beginning, once a search, where no parts are served, and says what it lacks', async () => {
    const { load, beginning } = memoryLoader(files);
    const loaded: string[] = [];
    const begun: number[] = [];
    const index = await openIndex({
      load: (name, options) => {
        loaded.push(name);
        return load(name, options);
      },
      beginning: (name, length, options) => {
        expect(name).toBe(fileOf('rows'));
        begun.push(length);
        return beginning(name, length, options);
      },
    });
    // Behind the tokens that are known from the start: `table` has 9000.
    const rare = index.manifest.meaning!.table!;
    const query = `how do I keep bread fresh with ${table.vocabulary.findLast((token) => /^[a-z]+$/.test(token))}`;
    const first = await index.search(query);
    expect(first.meaning).toBe('partial');
    expect(begun).toHaveLength(1);
    expect(begun[0]).toBeLessThan(rare.rows.bytes);
    const second = await index.search(query);
    expect(second.meaning).toBe('full');
    expect(begun).toHaveLength(2);
    await index.search(query);
    expect(begun).toHaveLength(2);
    expect(new Set(loaded).size).toBe(loaded.length);
    expect(loaded).not.toContain(fileOf('rows'));
    expect((await search(query)).results.map(({ id }) => id)[0]).toBe(second.results[0]!.id);
  });

  it('has no more than five requests for a first answer, whatever the words', async () => {
    for (const query of [
      'bread',
      'how do I keep bread fresh',
      'taxnomy',
      'xylophonic zwyxthoggle zeppelins',
    ]) {
      const { load, ranges } = memoryLoader(files);
      const requests: string[] = [];
      const index = await openIndex({
        load: (name, options) => {
          requests.push(name);
          return load(name, options);
        },
        ranges: (name, parts, options) => {
          requests.push(name);
          return ranges(name, parts, options);
        },
      });
      await index.search(query);
      expect(requests.length, `${query}: ${requests}`).toBeLessThanOrEqual(5);
    }
  });
});

it('filters, and counts what can be filtered by', async () => {
  expect(await ids('error', { filters: { kind: 'docs', version: ['2', '3'] } })).toEqual(['retry']);
  expect(await ids('error', { filters: { kind: [] } })).toEqual([]);
  expect(await (await openIndex(memoryLoader(files))).facets()).toEqual({
    kind: { food: 1, docs: 2 },
    version: { 1: 1, 2: 1 },
  });
});

it('counts values among the documents of a query', async () => {
  const { facets } = await search('error', { facets: true, meaning: false, filters: { version: '1' } });
  expect(facets).toEqual({ kind: { docs: 1 }, version: { 1: 1, 2: 1 } });
  const all = await search('error', { facets: true, meaning: false });
  expect(all.facets).toEqual({ kind: { docs: 2 }, version: { 1: 1, 2: 1 } });
  expect(await search('error')).not.toHaveProperty('facets');
});

it('explains, and says which passage was found', async () => {
  const { results, meaning: state } = await search('taxonomy pages', { explain: true, limit: 1 });
  expect(state).toBe('full');
  expect(results).toHaveLength(1);
  const [best] = results[0]!.passages;
  expect(best!.text).toContain('groups pages');
  const { keywords, meaning: similarity, words: each } = best!.explanation!;
  expect(best!.score).toBeCloseTo(keywords + similarity, 6);
  expect(each.map(({ word }) => word).sort()).toEqual(['pages', 'taxonomy']);
  expect((await search('taxonomy')).results[0]!.passages[0]).not.toHaveProperty('explanation');
});

it('embeds again only what the cache has not', async () => {
  const cache = new Map<string, Float32Array>();
  const first = await buildIndex({ documents, meaning: { ...meaning, cache } });
  expect(cache.size).toBe(documents.length + 1); // A golden, too.
  foundation.texts.length = 0;
  const again = await buildIndex({ documents, meaning: { ...meaning, cache } });
  expect(foundation.texts).toHaveLength(2); // The goldens.
  // Names carry sums, and the manifest all of them.
  expect([...again.keys()]).toEqual([...first.keys()]);
  const manifest = (of: typeof first): string => new TextDecoder().decode(of.get(MANIFEST));
  expect(manifest(again)).toBe(manifest(first));
});

it('has few files, each with its sum in its name and none left over', async () => {
  const many = Array.from({ length: 5000 }, (_, index) =>
    textDocument(String(index), `Title ${index}`, `text ${index} ${'word'.repeat(index % 9)}${index}`),
  );
  const large = await buildIndex({ documents: many });
  expect(large.size + files.size).toBeLessThanOrEqual(60);
  const manifest = new TextDecoder().decode(files.get(MANIFEST));
  for (const name of files.keys()) if (name !== MANIFEST) expect(manifest).toContain(name);
  const { results } = await (await openIndex(memoryLoader(large))).search('4321');
  expect(results[0]).toMatchObject({ id: '4321', title: 'Title 4321' });
});

describe('builds of bad documents', () => {
  it('are refused', async () => {
    const INPUT = { code: 'INPUT_VALIDATION_FAILED' };
    await expect(buildIndex({ documents: [documents[0]!, documents[0]!] })).rejects.toMatchObject(INPUT);
    await expect(
      buildIndex({ documents, meaning: { ...meaning, model: 'jina-embeddings-v3' } }),
    ).rejects.toMatchObject({
      ...INPUT,
      param: 'meaning.table',
    });
  });

  it('of no documents are indexes that find nothing', async () => {
    const { index } = await indexOf({ documents: [], meaning });
    expect(await index.search('x')).toEqual({ results: [], meaning: 'none', problems: [] });
  });
});

describe('a damaged index', () => {
  const broken = (
    name: string,
    change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined,
  ): Loader => {
    const copy = new Map(files);
    const bytes = change(copy.get(name)!.slice());
    if (bytes === undefined) copy.delete(name);
    else copy.set(name, bytes);
    return memoryLoader(copy);
  };
  const flip = (bytes: Uint8Array<ArrayBuffer>) => {
    bytes[bytes.length >> 1]! ^= 1;
    return bytes;
  };
  const flipAll = (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte) => byte ^ 1);
  const INTEGRITY = { code: 'INTEGRITY_MISMATCH' };

  /** Terms of this index are in the first block, rare tokens in those behind it. */
  const flipRare = (bytes: Uint8Array<ArrayBuffer>) =>
    bytes.map((byte, at) => (at > bytes.length / 2 ? byte ^ 1 : byte));

  it.each([
    ['bits', 'taxonomy', flip],
    ['allterms', 'taxonomy zeppelin', flipRare],
  ])('in meaning’s part of %s is ranked by keywords alone', async (kind, query, change) => {
    const by = kind === 'bits' ? new Float32Array(384).fill(0.05) : true;
    const {
      results,
      problems,
      meaning: state,
    } = await search(query, { meaning: by }, broken(fileOf(kind), change));
    expect(problems).toMatchObject([INTEGRITY]);
    expect(problems[0]!.message).toContain(fileOf(kind));
    expect(state).toBe('none');
    expect(results.map(({ id }) => id)).toEqual(['taxonomy']);
  });

  it.each(['rows', 'vectors'])('in rows of %s likewise', async (kind) => {
    const by = kind === 'vectors' ? new Float32Array(384).fill(0.05) : true;
    const { results, problems } = await search('taxonomy', { meaning: by }, broken(fileOf(kind), flipAll));
    expect(problems).toMatchObject([INTEGRITY]);
    expect(results.map(({ id }) => id)).toEqual(['taxonomy']);
  });

  it('in terms is ranked by meaning alone', async () => {
    const { results, problems } = await search(
      'bread',
      { explain: true },
      broken(fileOf('allterms'), flipAll),
    );
    expect(problems).toMatchObject([INTEGRITY]);
    expect(results[0]).toMatchObject({ id: 'bread', passages: [{ explanation: { keywords: 0 } }] });
    await expect(
      search('bread', { meaning: false }, broken(fileOf('allterms'), flipAll)),
    ).rejects.toMatchObject(INTEGRITY);
  });

  it.each(['start', 'alltexts'])('in %s is refused', async (kind) => {
    await expect(search('bread', {}, broken(fileOf(kind), flip))).rejects.toMatchObject(INTEGRITY);
    await expect(
      search(
        'bread',
        {},
        broken(fileOf(kind), (bytes) => bytes.slice(1)),
      ),
    ).rejects.toMatchObject(INTEGRITY);
  });

  it('in its manifest is refused', async () => {
    const text = (change: (json: string) => string) =>
      broken(MANIFEST, (bytes) => new TextEncoder().encode(change(new TextDecoder().decode(bytes))));
    await expect(
      openIndex(text((json) => json.replace('"passages":6', '"passages":7'))),
    ).rejects.toMatchObject(INTEGRITY);
    await expect(openIndex(text(() => '<html>'))).rejects.toMatchObject(INTEGRITY);
    await expect(openIndex(text(() => 'null'))).rejects.toMatchObject(INTEGRITY);
    for (const other of [1, 2, 4]) {
      await expect(
        openIndex(text((json) => json.replace('"version":3', `"version":${other}`))),
      ).rejects.toMatchObject({
        code: 'NOT_SUPPORTED',
        message: expect.stringContaining('Build the index anew'),
      });
    }
  });

  it('is loaded again once it is mended', async () => {
    const name = fileOf('start');
    const copy = new Map(files).set(name, flip(files.get(name)!.slice()));
    const index = await openIndex(memoryLoader(copy));
    await expect(index.search('bread')).rejects.toMatchObject(INTEGRITY);
    copy.set(name, files.get(name)!);
    expect((await index.search('bread')).results[0]!.id).toBe('bread');
  });

  it('that was replaced while it was open says so', async () => {
    const host = new Map(files);
    const index = await openIndex(memoryLoader(host));
    expect(await index.isOutdated()).toBe(false);
    const next = await buildIndex({ documents: documents.slice(1) });
    host.clear();
    for (const [name, bytes] of next) host.set(name, bytes);
    expect(await index.isOutdated()).toBe(true);
    await expect(index.search('bread')).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      message: expect.stringContaining('new index'),
    });
  });
});
