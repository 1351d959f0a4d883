import { describe, expect, it } from 'vitest';
import type { FoundDocument } from '../open-index.ts';
import { placed, settle } from './settle.ts';

const result = (id: string, headings: readonly string[] = []): FoundDocument => ({
  id,
  title: id,
  url: `/${id}/`,
  breadcrumbs: [],
  score: 1,
  passages: ['', ...headings].map((heading) => ({
    headings: heading === '' ? [] : [heading],
    anchor: heading,
    text: 'text',
    score: 1,
  })),
});
const list = (ids: string): FoundDocument[] => [...ids].map((id) => result(id));
const order = (shown: string, next: string, held: string): string =>
  settle(placed(list(shown)), list(next), new Set(held))
    .map(({ result: { id } }) => id)
    .join('');

describe('settle', () => {
  it.each([
    ['takes the new order where nothing is held', 'abcd', 'dcba', '', 'dcba'],
    ['leaves what is held in its place', 'abcd', 'dcba', 'b', 'dbca'],
    ['leaves all that is held', 'abcde', 'edcba', 'bd', 'ebcda'],
    ['keeps what is held and not found again', 'abc', 'cda', 'b', 'cbd'],
    ['fills what a shorter list leaves open above what is held', 'abcd', 'd', 'd', 'abcd'],
    ['shortens the list below it', 'abcd', 'da', 'a', 'ad'],
    ['lengthens the list', 'ab', 'cbad', 'a', 'acbd'],
    ['holds what was never shown nowhere', 'ab', 'cab', 'c', 'ab'],
    ['begins from nothing', '', 'ab', '', 'ab'],
  ])('%s', (_, shown, next, held, expected) => expect(order(shown, next, held)).toBe(expected));

  it('has each result once, and what is held where it was, whatever the orders', () => {
    const permutations = (letters: string): string[] =>
      letters.length < 2
        ? [letters]
        : [...letters].flatMap((letter) =>
            permutations(letters.replace(letter, '')).map((rest) => letter + rest),
          );
    for (const next of permutations('abcd')) {
      for (let held = 0; held < 16; held++) {
        const holds = [...'abcd'].filter((_, bit) => held & (1 << bit)).join('');
        const settled = order('abcd', next, holds);
        expect([...settled].sort().join('')).toBe('abcd');
        for (const id of holds) expect(settled.indexOf(id)).toBe('abcd'.indexOf(id));
        const free = (ids: string): string => [...ids].filter((id) => !holds.includes(id)).join('');
        expect(free(settled)).toBe(free(next));
      }
    }
  });

  it('keeps the sizes of the places above what is held', () => {
    const shown = placed([result('a', ['x']), result('b'), result('c')]);
    const next = [result('d', ['x', 'y']), result('c', ['x', 'y']), result('a', ['x'])];
    const sizes = (held: string): [string, number, number][] =>
      settle(shown, next, new Set(held)).map(({ result: { id }, more, rows }) => [id, more.length, rows]);
    expect(sizes('b')).toEqual([
      ['d', 1, 1],
      ['b', 0, 0],
      ['c', 2, 2],
    ]);
    expect(sizes('')).toEqual([
      ['d', 2, 2],
      ['c', 2, 2],
      ['a', 1, 1],
    ]);
    // A place that had more than its new result needs keeps the room.
    expect(
      settle(placed([result('a', ['x', 'y']), result('b')]), list('cba'), new Set('b'))[0],
    ).toMatchObject({ result: { id: 'c' }, more: [], rows: 2 });
  });
});

describe('placed', () => {
  const passages = (each: readonly [anchor: string, score: number][]) =>
    placed([
      {
        ...result('a'),
        passages: each.map(([anchor, score]) => ({
          headings: anchor === '' ? [] : [anchor],
          anchor,
          text: '',
          score,
        })),
      },
    ])[0]!.more.map(({ anchor }) => anchor);

  it('shows other passages under headings of their own, each once, unless they are far behind', () => {
    expect(
      passages([
        ['x', 1],
        ['y', 0.9],
        ['z', 0.8],
      ]),
    ).toEqual(['y', 'z']);
    expect(
      passages([
        ['x', 1],
        ['x', 0.9],
        ['y', 0.8],
      ]),
    ).toEqual(['y']);
    expect(
      passages([
        ['x', 1],
        ['', 0.9],
        ['y', 0.4],
      ]),
    ).toEqual([]);
  });
});
