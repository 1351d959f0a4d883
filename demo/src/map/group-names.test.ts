import { expect, test } from 'vitest';
import { namesOfGroups } from './group-names.ts';

// By hand: 12 words that count, so A = 6. In group 0, of 6 words: sail 2/6 · ln(1 + 6/2) = 0.46, boat 2/6 · ln(1 + 6/3) = 0.37,
// mast and rope 1/6 · ln(1 + 6/1) = 0.32. In group 1, of 6: oven 3/6 · ln(1 + 6/3) = 0.55, bread 2/6 · ln(1 + 6/2) = 0.46,
// boat 1/6 · ln(1 + 6/3) = 0.18.
test('a group is named by the words that are typical of it', () => {
  const texts = [
    'A boat with a sail',
    'The sail, the mast and the rope of a boat',
    'Bread in the oven',
    'oven bread and an oven boat',
  ];
  expect(namesOfGroups(texts, [0, 0, 1, 1])).toEqual(['sail, boat, mast', 'oven, bread, boat']);
});

test('words of every fifth text and more name nothing, in any language', () => {
  const texts = Array.from(
    { length: 24 },
    (_, at) => `der ${at % 2 === 0 ? 'wagen' : 'apfel'}${at % 12} und der rest`,
  );
  const [first] = namesOfGroups(
    texts,
    texts.map((_, at) => at % 2),
  );
  expect(first).toMatch(/^wagen\d+, wagen\d+, wagen\d+$/u);
});

test('Chinese words are words, numbers are none', () => {
  expect(namesOfGroups(['猫 2024 12', '犬 2025'], [0, 1])).toEqual(['猫', '犬']);
});

test('a group without words has no name', () => {
  expect(namesOfGroups(['1 2 3', 'harbour'], [0, 1])).toEqual(['', 'harbour']);
  expect(namesOfGroups([], [])).toEqual([]);
});
