import { describe, expect, it } from 'vitest';
import { indexOf, tableFoundation, textDocument } from '../test/index-of.ts';
import { minilmQueryTable } from '../test/query-table.ts';
import { estimateTokens, retrieve, type Searchable } from './retrieve.ts';

const passage = (text: string, score: number, headings: string[] = []) => ({
  headings,
  anchor: 'a',
  text,
  score,
});
const index = (...documents: [string, ReturnType<typeof passage>[]][]): Searchable => ({
  search: async () => ({
    results: documents.map(([title, passages]) => ({
      id: title,
      title,
      url: `/${title}/`,
      breadcrumbs: ['Guide'],
      score: passages[0]!.score,
      passages,
    })),
    meaning: 'full',
    problems: [],
  }),
});
const words = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;

describe('retrieve', () => {
  it('writes passages under their sources, the best first', async () => {
    const found = await retrieve(
      index(
        [
          'Bread',
          [passage('Keep it dry.', 0.9, ['Storage']), passage('Bake it hot.', 0.3, ['Bread', 'Baking'])],
        ],
        ['Cake', [passage('Eat it soon.', 0.5)]],
      ),
      'bread',
      { tokens: 100, countTokens: words },
    );
    expect(found.text).toBe(
      '[1] Guide › Bread (/Bread/)\n\nStorage\nKeep it dry.\n\nBaking\nBake it hot.\n\n[2] Guide › Cake (/Cake/)\n\nEat it soon.',
    );
    expect(found.tokens).toBe(words(found.text));
    expect(found.sources).toMatchObject([
      { number: 1, id: 'Bread' },
      { number: 2, id: 'Cake' },
    ]);
    expect(found.passages.map(({ source, text }) => [source, text])).toEqual([
      [1, 'Keep it dry.'],
      [1, 'Bake it hot.'],
      [2, 'Eat it soon.'],
    ]);
  });

  it('keeps to the budget, and fills it with what fits', async () => {
    const many = Array.from({ length: 30 }, (_, at): [string, ReturnType<typeof passage>[]] => [
      `T${at}`,
      [
        passage(
          Array.from({ length: at % 2 === 0 ? 40 : 5 }, (_, word) => `w${at}x${word}`).join(' '),
          30 - at,
        ),
      ],
    ]);
    for (const tokens of [5, 12, 60, 200]) {
      const found = await retrieve(index(...many), 'x', { tokens, countTokens: words });
      expect(found.tokens).toBe(words(found.text));
      expect(found.tokens).toBeLessThanOrEqual(tokens);
      if (tokens === 12) expect(found.sources.map(({ id }) => id)).toEqual(['T1']);
    }
    await expect(retrieve(index(), 'x', { tokens: 0 })).rejects.toMatchObject({ param: 'tokens' });
    expect(await retrieve(index(), 'x', { tokens: 9 })).toMatchObject({ text: '', tokens: 0, sources: [] });
  });

  it('leaves out what repeats another passage', async () => {
    const text = 'A loaf stays fresh for four days in a linen bag on the shelf of a dry kitchen.';
    const found = await retrieve(
      index(
        ['A', [passage(text, 0.9)]],
        ['B', [passage(`${text} Yes.`, 0.8)]],
        ['C', [passage('A loaf stays fresh for an hour on the beach.', 0.7)]],
      ),
      'x',
      { tokens: 500 },
    );
    expect(found.sources.map(({ id }) => id)).toEqual(['A', 'C']);
  });

  it('asks any index', async () => {
    const { index: built } = await indexOf({
      documents: [
        textDocument('bread', 'Bread', 'Keep a loaf dry.'),
        textDocument('tax', 'Tax', 'Pay in May.'),
      ],
    });
    expect((await retrieve(built, 'loaf', { tokens: 50 })).text).toBe(
      '[1] Bread (/bread/)\n\nKeep a loaf dry.',
    );
  });
});

it.each([
  ['', 0],
  ['Hello, world!', 6],
  ['日本語', 3],
  ['internationalisation', 5],
])('tokens of %j are about %i', (text, tokens) => expect(estimateTokens(text)).toBe(tokens));

describe('related pages of a static index', () => {
  it('are those that mean the same, not the page itself', async () => {
    const foundation = tableFoundation(minilmQueryTable());
    const { index: built } = await indexOf({
      documents: [
        textDocument('bread', 'Fresh bread', 'Keep a loaf in a linen bag.'),
        textDocument('baking', 'Baking', 'Knead the dough, let the yeast work, bake the loaf.', {
          filters: { kind: ['kitchen'] },
        }),
        textDocument('server', 'Restart the server', 'Log in to the machine and restart the process.'),
        textDocument('jobs', 'Failed jobs', 'The machine runs the process again when a job fails.'),
      ],
      meaning: { foundation, model: 'all-MiniLM-L6-v2' },
    });
    const related = async (id: string, options = {}) =>
      (await built.related(id, options)).map((each) => each.id);
    expect((await related('bread'))[0]).toBe('baking');
    expect((await related('server'))[0]).toBe('jobs');
    expect(await related('server', { limit: 1 })).toHaveLength(1);
    expect(await related('bread')).not.toContain('bread');
    expect(await related('server', { filters: { kind: 'kitchen' } })).not.toContain('jobs');
    await expect(built.related('nowhere')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});
