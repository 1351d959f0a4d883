import { describe, expect, test } from 'vitest';
import { isTable, readTable } from './table.ts';

describe('a table', () => {
  test('has its columns by their names', async () => {
    const source = 'id;Label;Text\n1;sea;"The tide; it ""comes"" in"\n2;;A ship\n';
    expect(await readTable(source)).toEqual([
      { text: 'The tide; it "comes" in', label: 'sea' },
      { text: 'A ship', label: '' },
    ]);
    expect(isTable(source)).toBe(true);
  });

  test('without names has its text in the longest column, and of two the other is the label', async () => {
    expect(await readTable('sea,the tide comes in\nland,a cow eats grass')).toEqual([
      { text: 'the tide comes in', label: 'sea' },
      { text: 'a cow eats grass', label: 'land' },
    ]);
    expect(await readTable('1,the tide comes in,9\n2,a cow eats grass,9')).toMatchObject([
      { text: 'the tide comes in', label: '' },
      { text: 'a cow eats grass', label: '' },
    ]);
  });

  test('is what pasted text is whose first line names a column of texts', () => {
    expect(isTable('text\tlabel\na\tb')).toBe(true);
    expect(isTable('"text","topic"\na,b')).toBe(true);
    expect(isTable('Well, the text of this line is none.\nNor this.')).toBe(false);
    expect(isTable('text\nNo other column.')).toBe(false);
    expect(isTable('')).toBe(false);
  });

  test('with lines of different length loses none of them', async () => {
    expect(await readTable('text,label\nonly a text\n\na longer one,b,c\n')).toEqual([
      { text: 'only a text', label: '' },
      { text: 'a longer one', label: 'b' },
    ]);
  });
});
