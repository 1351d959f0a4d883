import { expect, test } from 'vitest';
import { resultsAsCsv, resultsAsJson } from './batch.ts';

const results = [
  { text: 'He said "no", twice', label: 'a', score: 0.75, scores: { a: 0.75, b: 0.25 } },
  { text: '=HYPERLINK("x")\nnext', label: undefined, score: 0.5, scores: { a: 0.5, b: 0.5 } },
];

test('results are CSV as RFC 4180 has it, without formulas', () => {
  expect(resultsAsCsv(results)).toBe(
    'text,label,score,score: a,score: b\r\n' +
      '"He said ""no"", twice",a,0.75,0.75,0.25\r\n' +
      '"\'=HYPERLINK(""x"")\nnext",,0.5,0.5,0.5\r\n',
  );
});

test('results are JSON, with null for none of the classes', () => {
  expect(JSON.parse(resultsAsJson(results))).toMatchObject([{ label: 'a' }, { label: null, score: 0.5 }]);
});
