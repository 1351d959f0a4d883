import { expect, test } from 'vitest';
import { classOfPath, readPasted, readTextFile } from './intake.ts';

test('pasted lines are texts, and sentences keep their commas', () => {
  expect(readPasted('Hello, dear shop.\r\n\n Where, please? ', [])).toEqual({
    additions: [{ text: 'Hello, dear shop.' }, { text: 'Where, please?' }],
    notUnderstood: 0,
  });
});

test('pasted tabs part labels and texts in either order', () => {
  const { additions, notUnderstood } = readPasted(
    'Where is it?\tdelivery\nI paid twice.\tbilling\nno tab',
    [],
  );
  expect(additions).toEqual([
    { text: 'Where is it?', label: 'delivery' },
    { text: 'I paid twice.', label: 'billing' },
  ]);
  expect(notUnderstood).toBe(1);
});

test('titles of a table name its columns, wherever they are', () => {
  const csv =
    'id,label,text,date\n1,billing,"Paid twice, ""again""",2026\n2,,Nobody answers,2026\n3,billing,,2026\n';
  expect(readTextFile('tickets.csv', csv, [])).toEqual({
    additions: [
      { text: 'Paid twice, "again"', label: 'billing' },
      { text: 'Nobody answers', label: undefined },
    ],
    notUnderstood: 1,
  });
  expect(readPasted('text;label\nOne; a\n', []).additions).toEqual([{ text: 'One', label: 'a' }]);
});

test('a table without titles has a label and a text, or texts alone', () => {
  expect(readTextFile('a.csv', 'billing,I paid twice.\ndelivery,Where is it?', []).additions).toEqual([
    { text: 'I paid twice.', label: 'billing' },
    { text: 'Where is it?', label: 'delivery' },
  ]);
  expect(readTextFile('a.csv', 'one\ntwo', []).additions).toEqual([{ text: 'one' }, { text: 'two' }]);
});

test('JSON lines are strings or objects, and broken ones are counted', () => {
  const lines = '{"text":"One","label":"a"}\n"Two"\n{"Body":"Three"}\n{"x":1}\nnot JSON';
  expect(readTextFile('a.jsonl', lines, [])).toEqual({
    additions: [{ text: 'One', label: 'a' }, { text: 'Two' }, { text: 'Three' }].map((each) => ({
      label: undefined,
      ...each,
    })),
    notUnderstood: 2,
  });
});

test('the folder below the chosen one is the class', () => {
  expect(classOfPath('icons/cats/one.png')).toBe('cats');
  expect(classOfPath('icons/animals/cats/one.png')).toBe('cats');
  expect(classOfPath('icons/one.png')).toBeUndefined();
  expect(classOfPath('one.png')).toBeUndefined();
});
