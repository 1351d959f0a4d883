import { expect, it } from 'vitest';
import { Hyphens } from './hyphens.ts';

const joined = (first: string, second: string, known: string = ''): string => {
  const hyphens = new Hyphens();
  hyphens.learn(` ${known} `);
  const { cut, glue } = hyphens.seam(first, second);
  return first.slice(0, first.length - cut) + glue + second;
};

it.each([
  ['a repre-', 'sentation of', '', 'a representation of'],
  ['soft\u00ad', 'ware', '', 'software'],
  ['a well-', 'known fact', '', 'a well-known fact'],
  ['state-of-', 'the-art', '', 'state-of-the-art'],
  ['the data-', 'base is', 'this database and', 'the database is'],
  ['the data-', 'driven', 'a data-driven way', 'the data-driven'],
  ['in 10-', 'fold', '', 'in 10-fold'],
  ['pre-', 'and postwar', '', 'pre- and postwar'],
  ['Jean-', 'Paul', '', 'Jean-Paul'],
  ['two', 'words', '', 'two words'],
  ['我们', '你们', '', '我们你们'],
])('joins "%s" and "%s"', (first, second, known, expected) => {
  expect(joined(first, second, known)).toBe(expected);
});
