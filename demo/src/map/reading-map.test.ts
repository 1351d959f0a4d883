import { expect, test } from 'vitest';
import type { MapItem } from './item.ts';
import { packVectors } from './projection/vectors.ts';
import { membersOf, nearestTo, withWords } from './reading-map.ts';

const picture = { id: 'p', blob: new Blob(), thumbnail: new Blob() };

/** Items at so many degrees from the question. */
const mapOf = (given: readonly (readonly [text: string, degrees: number, isPicture?: boolean])[]) => ({
  items: given.map(([text, , isPicture]): MapItem => ({ text, label: '', ...(isPicture && { picture }) })),
  vectors: packVectors(
    given.map(([, degrees]) => {
      const angle = (degrees / 180) * Math.PI;
      return Float32Array.of(Math.cos(angle), Math.sin(angle));
    }),
  ),
});
const question = packVectors([Float32Array.of(1, 0)]);

test('the nearest are those of the largest cosines', () => {
  const map = mapOf([
    ['far', 90],
    ['near', 60],
    ['nearest', 0],
  ]);
  const found = nearestTo(map, question);
  expect(found.map(({ index }) => map.items[index]!.text)).toEqual(['nearest', 'near', 'far']);
  expect(found.map(({ cosine }) => cosine)).toEqual([1, expect.closeTo(0.5, 6), expect.closeTo(0, 6)]);
});

test('pictures take turns with texts, which are nearer to texts; whoever is left follows', () => {
  const map = mapOf([
    ['text 1', 10],
    ['text 2', 20],
    ['text 3', 30],
    ['picture 2', 75, true],
    ['picture 1', 70, true],
  ]);
  const order = (wanted: typeof map) =>
    nearestTo(wanted, question).map(({ index }) => wanted.items[index]!.text);
  expect(order(map)).toEqual(['picture 1', 'text 1', 'picture 2', 'text 2', 'text 3']);
  const more = mapOf([
    ['text', 10],
    ['picture 2', 75, true],
    ['picture 1', 70, true],
  ]);
  expect(order(more)).toEqual(['picture 1', 'text', 'picture 2']);
});

test('ten are found of many', () => {
  const many = mapOf(Array.from({ length: 30 }, (_, at) => [`text ${at}`, at]));
  expect(nearestTo(many, question).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('words are looked for in texts and labels, members by what the colours show', () => {
  const items: MapItem[] = [
    { text: 'Red house', label: 'home' },
    { text: 'Blue house', label: 'work' },
    { text: 'Red car', label: 'home' },
  ];
  expect(withWords(items, 'HOUSE')).toEqual([0, 1]);
  expect(withWords(items, 'red home')).toEqual([0, 2]);
  expect(withWords(items, '')).toEqual([0, 1, 2]);
  const map = { items, labels: ['home', 'work'], groups: Uint8Array.of(1, 0, 0) } as never;
  expect(membersOf(map, 'label', 0)).toEqual([0, 2]);
  expect(membersOf(map, 'group', 0)).toEqual([1, 2]);
});
