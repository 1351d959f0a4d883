import { describe, expect, test } from 'vitest';
import { readExampleLines } from './example-lines.ts';

const read = (text: string, known?: string[]) => {
  const { examples, rest } = readExampleLines(text, known);
  return { examples: examples.map(({ label, text: each }) => [label, each]), rest };
};

describe('readExampleLines', () => {
  test('label, tab, text; other lines are given back', () => {
    expect(read('good\tI like it.\r\nno tab\n\tno label\nno text\t\n\nbad\tNever\tagain.\n')).toEqual({
      examples: [
        ['good', 'I like it.'],
        ['bad', 'Never again.'],
      ],
      rest: ['no tab', '\tno label', 'no text\t'],
    });
  });

  test('text, tab, label', () => {
    expect(read('I like it.\tgood\nI do not.\tbad\nLovely.\tgood').examples).toEqual([
      ['good', 'I like it.'],
      ['bad', 'I do not.'],
      ['good', 'Lovely.'],
    ]);
  });

  test('a single line is read by length', () => {
    expect(read('The hinge is loose.\tworkshop').examples).toEqual([['workshop', 'The hinge is loose.']]);
    expect(read('workshop\tThe hinge is loose.').examples).toEqual([['workshop', 'The hinge is loose.']]);
  });

  test('where nothing tells, the label comes first', () => {
    expect(read('thanks\tThank you\nquestion\tWhy?').examples).toEqual([
      ['thanks', 'Thank you'],
      ['question', 'Why?'],
    ]);
    expect(read('red\tblue').examples).toEqual([['red', 'blue']]);
  });

  test('labels that are known decide', () => {
    expect(read('No.\ta rather long label', ['a rather long label']).examples).toEqual([
      ['a rather long label', 'No.'],
    ]);
  });

  test('CSV with titles, quotes, separators and line breaks in cells', () => {
    expect(
      read('text,label\n"I like it, really.",good\n"Two\nlines and a ""quote""",bad\nPlain.,good').examples,
    ).toEqual([
      ['good', 'I like it, really.'],
      ['bad', 'Two\nlines and a "quote"'],
      ['good', 'Plain.'],
    ]);
    expect(read('label;text\ngood;Yes, please.').examples).toEqual([['good', 'Yes, please.']]);
  });

  test('commas without quotes belong to the text', () => {
    expect(read('good,I like it, really\nbad,It is slow, loud, and hot\ngood,Fine').examples).toEqual([
      ['good', 'I like it, really'],
      ['bad', 'It is slow, loud, and hot'],
      ['good', 'Fine'],
    ]);
  });

  test('a quote inside a text is one', () => {
    expect(read('good\t"Great" they said\nbad\tan 8" pipe').examples).toEqual([
      ['good', '"Great" they said'],
      ['bad', 'an 8" pipe'],
    ]);
  });

  test('nothing of nothing', () => {
    expect(read(' \n\n')).toEqual({ examples: [], rest: [] });
    expect(read('only words')).toEqual({ examples: [], rest: ['only words'] });
  });
});
