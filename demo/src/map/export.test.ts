import { expect, test } from 'vitest';
import { savedFile } from './export.ts';

const points = [
  { text: 'a, "b"\nc', label: 'x', group: 'y', x: 0.123456, y: 1 },
  { text: '=SUM(A1)', label: '', group: '', x: 0, y: 0.5 },
];

test('a table quotes what it must, and holds nothing that a spreadsheet would compute', async () => {
  const blob = await savedFile(points, 'csv');
  expect((await blob.text()).split('\r\n')).toEqual([
    'text,label,group,x,y',
    '"a, ""b""\nc",x,y,0.12346,1',
    `"'=SUM(A1)",,,0,0.5`,
  ]);
});

test('JSON holds the same', async () => {
  const saved: unknown = JSON.parse(await (await savedFile(points, 'json')).text());
  expect(saved).toEqual([{ ...points[0], x: 0.12346 }, points[1]]);
});
