import { describe, expect, it } from 'vitest';
import { indexOf, textDocument } from '../test/index-of.ts';
import { buildIndex } from './build-index.ts';
import { memoryLoader } from './loader.ts';
import { MergedIndex, openIndexes } from './merged-index.ts';

const first = [
  textDocument('bread', 'Keeping bread', 'Loaves stay soft in a linen bag.', { filters: { kind: ['food'] } }),
  textDocument('jobs', 'Jobs', 'A job that failed is run again.'),
];
const second = [
  textDocument('bread', 'Old bread', 'Bread, in passing, among many other words of no use here.', {
    filters: { kind: ['food', 'old'] },
  }),
];

describe('several indexes', () => {
  it('are searched as one, results with the name of theirs', async () => {
    const merged = await openIndexes({
      now: memoryLoader(await buildIndex({ documents: first })),
      before: memoryLoader(await buildIndex({ documents: second })),
    });
    const { results, meaning, problems } = await merged.search('bread');
    expect(results.map(({ index, id }) => `${index}/${id}`).sort()).toEqual(['before/bread', 'now/bread']);
    expect(results[0]!.score).toBeGreaterThanOrEqual(results[1]!.score);
    expect({ meaning, problems }).toEqual({ meaning: 'none', problems: [] });
    expect((await merged.search('bread', { limit: 1 })).results).toHaveLength(1);
    expect(await merged.facets()).toEqual({ kind: { food: 2, old: 1 } });
    expect(await merged.isOutdated()).toBe(false);
  });

  it('weigh what they are given', async () => {
    const [now, before] = [await indexOf({ documents: first }), await indexOf({ documents: second })];
    const merged = new MergedIndex([
      { name: 'now', index: now.index, weight: 0.1 },
      { name: 'before', index: before.index },
    ]);
    expect((await merged.search('bread')).results[0]!.index).toBe('before');
  });

  it('answer without one that is damaged, and say so', async () => {
    const files = await buildIndex({ documents: second });
    const broken = new Map(files);
    for (const name of files.keys()) if (name.startsWith('start.')) broken.delete(name);
    const merged = await openIndexes({
      now: memoryLoader(await buildIndex({ documents: first })),
      before: memoryLoader(broken),
    });
    const { results, problems } = await merged.search('bread');
    expect(results.map(({ index }) => index)).toEqual(['now']);
    expect(problems).toMatchObject([{ code: 'RESOURCE_NOT_FOUND' }]);
    await expect(merged.search('bread', { limit: 0 })).rejects.toMatchObject({ param: 'limit' });
    await expect((await openIndexes({ one: memoryLoader(broken) })).search('x')).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  it('need names of their own', async () => {
    const { index } = await indexOf({ documents: first });
    expect(() => new MergedIndex([])).toThrow();
    expect(
      () =>
        new MergedIndex([
          { name: 'a', index },
          { name: 'a', index },
        ]),
    ).toThrow();
  });
});

describe('languages', () => {
  it('have the stems of their own, and can be filtered by', async () => {
    const { index } = await indexOf({
      documents: [
        textDocument('haus', 'Häuser', 'Die Häuser stehen am Fluss.', { language: 'de-AT' }),
        textDocument('house', 'Houses', 'Houses stand by the river.', { language: 'en' }),
        textDocument('maison', 'Maisons', 'Des maisons au bord.', { language: 'fr' }),
        textDocument('ie', '家', '検索エンジンの使い方', { language: 'ja' }),
      ],
    });
    expect(new Set(index.manifest.languages)).toEqual(new Set(['de', 'en', 'fr', 'und']));
    const ids = async (query: string, filters = {}): Promise<string[]> =>
      (await index.search(query, { filters })).results.map(({ id }) => id);
    expect(await ids('Hauses ')).toContain('haus');
    expect(await ids('house ')).toEqual(['house']);
    expect(await ids('maison ')).toEqual(['maison']);
    expect(await ids('検索')).toEqual(['ie']);
    expect(await ids('stehen stand ', { language: 'en' })).toEqual(['house']);
    const { results } = await index.search('fluss ');
    expect(results[0]!.passages[0]!.highlights).toHaveLength(1);
  });
});

it('weighs parts of pages as they say', async () => {
  const { documentOfHtml } = await import('./documents/html.ts');
  const page = (id: string, attribute: string) =>
    documentOfHtml(`<main><h1>${id}</h1><p ${attribute}>A linen bag keeps it soft.</p><p>Other.</p></main>`, {
      id,
      url: id,
    });
  const { index } = await indexOf({
    documents: [
      page('low', 'data-nearfield-weight="0.25"'),
      page('plain', ''),
      page('high', 'data-nearfield-weight="3"'),
    ],
  });
  const { results } = await index.search('linen', { explain: true });
  expect(results.map(({ id }) => id)).toEqual(['high', 'plain', 'low']);
  expect(results.map(({ passages }) => passages[0]!.explanation!.weight)).toEqual([3, undefined, 0.25]);
});
