import { describe, expect, it } from 'vitest';
import { ANY_LANGUAGE, ENGLISH } from '../analysis/analyser.ts';
import { highlightsOf } from '../ranking/highlights.ts';
import { excerptOf, marked, type Piece, type Range, sentenceOf } from './excerpt.ts';
import { markedForms, marksOf } from './marks.ts';

/** Marks in brackets. */
const written = (pieces: readonly Piece[]): string =>
  pieces.map(({ text, isMarked }) => (isMarked ? `[${text}]` : text)).join('');
const ranges = (text: string, ...terms: string[]): Range[] => [
  ...highlightsOf(text, new Set(terms), ENGLISH),
];

describe('marks', () => {
  it.each([
    [
      'words by their terms',
      'Installing is easy. Install it.',
      ['instal'],
      '[Installing] is easy. [Install] it.',
    ],
    [
      'neighbours as one',
      'the Host header and host-header',
      ['host', 'header'],
      'the [Host header] and [host]-[header]',
    ],
    ['nothing without terms', 'Install it.', [], 'Install it.'],
    ['words with diacritics', 'Le café', ['cafe'], 'Le [café]'],
    ['no part of a word', 'hosting ghost', ['host', 'hosts'], '[hosting] ghost'],
  ])('%s', (_, text, all, expected) => expect(written(marked(text, ranges(text, ...all)))).toBe(expected));

  it('keep every character of the text', () => {
    const text = ' a  𝒳 host\n header! ';
    expect(
      marked(text, ranges(text, 'host', 'header'))
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });
});

describe('an excerpt', () => {
  const filler = 'Nothing of the kind is said in this sentence at all. '.repeat(8);

  const excerpt = (text: string, terms: readonly string[], length?: number): string =>
    written(excerptOf(text, ranges(text, ...terms), length));

  it('is the whole of a short passage', () =>
    expect(excerpt('One two three', ['two'])).toBe('One [two] three'));

  it('shows the stretch with most marks, cut at words', () => {
    const text = `A server. ${filler}The server and its proxy stand here. ${filler}`;
    const shown = excerpt(text, ['server', 'proxi']);
    expect(shown).toMatch(/^….*The \[server\] and its \[proxy\] stand here\..*…$/);
    const plain = shown.replace(/[[\]…]/g, '');
    expect(text).toContain(plain);
    expect(text.split(' ')).toEqual(expect.arrayContaining(plain.split(' ').slice(0, -1)));
    expect(plain.length).toBeLessThanOrEqual(220);
  });

  it('begins at the beginning without marks, and where they are near it', () => {
    expect(excerpt(filler, [])).toMatch(/^Nothing of the kind .*…$/);
    expect(excerpt(`The proxy. ${filler}`, ['proxi'])).toMatch(/^The \[proxy\]\./);
  });

  it('cuts texts without spaces, and no surrogate pair', () => {
    for (const length of [20, 21]) {
      expect(excerpt('𝒳'.repeat(40), [], length)).toMatch(/^(𝒳)+…$/u);
    }
  });
});

it('a sentence of a passage is that with most of its marks, or the first', () => {
  const sentence = (text: string, ...terms: string[]): string => sentenceOf(text, ranges(text, ...terms));
  const passage = 'One thing.  Another thing.\n\nThe Host header  names\nanother server. Check it.';
  expect(sentence(passage, 'host', 'server')).toBe('another server.');
  expect(sentence(passage, 'host', 'header', 'server')).toBe('The Host header names');
  expect(sentence(passage, 'anoth')).toBe('Another thing.');
  expect(sentence(passage)).toBe('One thing.');
  expect(sentence('')).toBe('');
});

it('marks are the forms that the words of the query were found as, in title, headings and text', () => {
  const passage = {
    headings: ['Setup', 'Proxies'],
    anchor: '',
    text: 'A proxy stands before the server. Proxy settings.',
    score: 1,
    explanation: {
      keywords: 1,
      meaning: 0,
      phrase: 0,
      named: 0,
      words: [{ word: 'proxi', term: 'proxi', score: 1 }],
    },
  };
  const page = { id: '', title: 'The proxy', url: '', breadcrumbs: [], score: 1, passages: [passage] };
  const marks = marksOf(page, passage, [ENGLISH]);
  expect(marks).toEqual({
    title: [[4, 9]],
    headings: [[8, 15]],
    text: [
      [2, 7],
      [34, 39],
    ],
  });
  expect(markedForms(page, passage, marks)).toEqual(['Proxy', 'Proxies']);
  expect(marksOf(page, { ...passage }, [ANY_LANGUAGE]).text).toEqual([]);
});
