/** What every engine has to do: rank as a static index of the same documents. */
import { describe, expect, it } from 'vitest';
import type { SearchOptions } from '../../src/answers.ts';
import type { SourceDocument } from '../../src/documents/types.ts';
import type { EngineIndex, EngineOptions } from '../../src/engines/engine-index.ts';
import type { EngineSource } from '../../src/engines/write.ts';
import { indexOf, tableFoundation, textDocument } from '../index-of.ts';
import { minilmQueryTable } from '../query-table.ts';

const MODEL = 'all-MiniLM-L6-v2';
const foundation = tableFoundation(minilmQueryTable());

const SUBJECTS = ['loaf', 'server', 'violin', 'garden', 'invoice', 'harbour', 'glacier', 'planet'];
const TEXTS = [
  'Keep it in a linen bag, never in the refrigerator.',
  'Restarting loses no jobs, since the queue is kept on disk.',
  'Turn the pegs slowly: strings break when they are turned fast.',
  "It's watered in the morning; O'Neill's back\\slash rule says so.",
  'Pay it within thirty days of its date.',
];

const documents: SourceDocument[] = SUBJECTS.flatMap((subject, at) =>
  TEXTS.map((text, number) =>
    textDocument(`${subject}-${number}`, `The ${subject} ${number}`, text, {
      filters: { subject: [subject], half: [at % 2 === 0 ? 'even' : 'odd'] },
      breadcrumbs: ['Guide'],
      sections: [
        { headings: ['First'], anchor: 'first', text },
        {
          headings: ['Second'],
          anchor: 'second',
          text: `More of the ${subject}. ${TEXTS[(number + 1) % 5]}`,
        },
      ],
    }),
  ),
);

export interface EngineUnderTest {
  readonly name: string;
  write(name: string, source: EngineSource): Promise<void>;
  open(name: string, options?: EngineOptions): Promise<EngineIndex>;
  /** Tables, indexes or collections that there are. */
  places(): Promise<readonly string[]>;
}

const QUERIES = [
  'keep a loaf',
  'strings of the violin',
  'restarted srever',
  'pay the invoi',
  'sever a loaf',
  "O'Neill's rule",
  'back\\slash',
  'the',
  'nothing like it qqqq',
];

export function engineSuite(engine: EngineUnderTest): void {
  describe(engine.name, () => {
    const meaning = { foundation, model: MODEL };
    const opened = engine.write('docs', { documents, meaning }).then(() => engine.open('docs', meaning));
    const fixed = indexOf({ documents, meaning });

    it.each(QUERIES)('answers "%s" as a static index does', async (query) => {
      const index = await opened;
      for (const by of [false, meaning]) {
        const options = { meaning: by, explain: true, limit: 5 };
        const left = await (await fixed).index.search(query, options);
        const right = await index.search(query, options);
        expect(right.problems).toEqual([]);
        expect(right.meaning).toBe(left.meaning);
        expect(right.corrected).toBe(left.corrected);
        expect(right.results).toHaveLength(left.results.length);
        for (const [at, { score, passages }] of right.results.entries()) {
          // Documents may change places only where their scores are equal, or nearly so.
          expect(score).toBeCloseTo(left.results[at]!.score, 1);
          const same = left.results.find(({ id }) => id === right.results[at]!.id);
          if (same === undefined) continue;
          expect(passages[0]!.highlights).toEqual(same.passages[0]!.highlights);
          expect(passages[0]!.explanation!.words.map(({ term }) => term).sort()).toEqual(
            same.passages[0]!.explanation!.words.map(({ term }) => term).sort(),
          );
        }
        if (query !== 'the' && !query.startsWith('nothing')) {
          expect(right.results[0]!.title).toBe(left.results[0]!.title);
        }
      }
    });

    it('filters, by several names at once, and counts facets', async () => {
      const index = await opened;
      for (const by of [true, false]) {
        const filters = { half: ['odd'], subject: ['garden', 'loaf', 'server'] };
        const { results } = await index.search('restarting loses jobs', { filters, meaning: by, limit: 40 });
        expect(results.length).toBeGreaterThan(1);
        for (const { id } of results) expect(id).toMatch(/^(garden|server)-/);
      }
      expect(await index.facets()).toEqual(await (await fixed).index.facets());
    });

    it.each<[string, SearchOptions]>([
      ['restarting jobs', {}],
      ['linen refrigerator', {}],
      ['strings of the violin', { limit: 2 }],
      ['restarted srever', { limit: 1 }],
      ['water', { limit: 3, filters: { half: 'odd' } }],
      ['pay the invoice', { limit: 2, filters: { half: 'even', subject: ['loaf', 'invoice'] } }],
      ["O'Neill's back\\slash rule", { limit: 1 }],
      ['nothing like it qqqq', {}],
    ])('counts the values of "%s" as a static index does, or refuses', async (query, more) => {
      const index = await opened;
      const options = { facets: true, ...more };
      for (const by of [false, meaning]) {
        const counted = index.search(query, { ...options, meaning: by });
        if (!index.countsFacets) {
          await expect(counted).rejects.toMatchObject({ code: 'NOT_SUPPORTED', param: 'facets' });
          continue;
        }
        const { facets } = await (await fixed).index.search(query, { ...options, meaning: by });
        expect((await counted).facets).toEqual(facets);
      }
    });

    it('finds what is alike, not the document itself', async () => {
      const index = await opened;
      const alike = await index.related('violin-2', { limit: 3 });
      expect(alike).toHaveLength(3);
      expect(alike.map(({ id }) => id)).not.toContain('violin-2');
      expect(alike[0]!.score).toBeGreaterThan(0.5);
      const filtered = await index.related('violin-2', { limit: 3, filters: { subject: 'garden' } });
      expect(filtered.map(({ id }) => id.split('-')[0])).toEqual(Array(3).fill('garden'));
      await expect(index.related("nowhere'")).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    });

    it('refuses a vector of another model, and checks the model', async () => {
      const index = await opened;
      await expect(index.search('x', { meaning: new Float32Array(3) })).rejects.toMatchObject({
        param: 'meaning',
      });
      const other = { foundation, model: 'jina-embeddings-v2-base-en' };
      const { problems, meaning: state } = await index.search('loaf', { meaning: other });
      expect([problems[0]!.code, state]).toEqual(['SELF_CHECK_FAILED', 'none']);
    });

    it('puts a new index in place of the old one, and leaves nothing of it', async () => {
      const before = (await engine.places()).length;
      await engine.write('news', { documents: [textDocument('old', 'Old', 'the old one')] });
      const there = (await engine.places()).length;
      expect(there).toBeGreaterThan(before);
      await engine.write('news', { documents: [textDocument('new', 'New', 'the new one')] });
      const index = await engine.open('news');
      expect((await index.search('one')).results.map(({ id }) => id)).toEqual(['new']);
      expect((await index.search('one')).meaning).toBe('none');
      expect(await index.related('new')).toEqual([]);
      expect(await engine.places()).toHaveLength(there);
      expect((await (await opened).search('loaf')).results.length).toBeGreaterThan(0);
    });

    it('keeps the old index where writing fails', async () => {
      await engine.write('kept', { documents: [textDocument('old', 'Old', 'the old one')] });
      const places = [...(await engine.places())].sort();
      const controller = new AbortController();
      const failing = engine.write('kept', {
        documents,
        meaning,
        signal: controller.signal,
        onProgress: ({ embedded, of }) => {
          if (embedded === of) controller.abort();
        },
      });
      await expect(failing).rejects.toMatchObject({ name: 'AbortError' });
      expect([...(await engine.places())].sort()).toEqual(places);
      expect((await (await engine.open('kept')).search('old')).results[0]!.id).toBe('old');
    });

    it('says where there is no index, and refuses names that are none', async () => {
      await expect(engine.open('absent')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
      await expect(async () => engine.open('a; drop table x')).rejects.toMatchObject({ param: 'name' });
      await expect(
        engine.write('twice', { documents: [textDocument('a', 'A', 'x'), textDocument('a', 'A', 'y')] }),
      ).rejects.toMatchObject({ param: 'documents' });
    });
  });
}
