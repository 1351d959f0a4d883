import { describe, expect, it } from 'vitest';
import { ANY_LANGUAGE, ENGLISH } from '../analysis/analyser.ts';
import { excerptOf, formOf, marked, type Piece, sentenceOf } from './excerpt.ts';

/** Marks in brackets. */
const written = (pieces: readonly Piece[]): string =>
  pieces.map(({ text, isMarked }) => (isMarked ? `[${text}]` : text)).join('');
const terms = (...all: string[]): ReadonlySet<string> => new Set(all);

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
      'the [Host header] and [host-header]',
    ],
    ['nothing without terms', 'Install it.', [], 'Install it.'],
    ['words with diacritics', 'Le café', ['cafe'], 'Le [café]'],
    ['no part of a word', 'hosting ghost', ['host', 'hosts'], '[hosting] ghost'],
  ])('%s', (_, text, all, expected) => expect(written(marked(text, terms(...all), ENGLISH))).toBe(expected));

  it('keep every character of the text', () => {
    const text = ' a  𝒳 host\n header! ';
    expect(
      marked(text, terms('host', 'header'), ENGLISH)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });
});

describe('an excerpt', () => {
  const filler = 'Nothing of the kind is said in this sentence at all. '.repeat(8);

  it('is the whole of a short passage, with its space as one', () =>
    expect(written(excerptOf(' One\n\ntwo  three ', terms('two'), ENGLISH))).toBe('One [two] three'));

  it('shows the stretch with most marks, cut at words', () => {
    const text = `A server. ${filler}The server and its proxy stand here. ${filler}`;
    const excerpt = written(excerptOf(text, terms('server', 'proxi'), ENGLISH));
    expect(excerpt).toMatch(/^….*The \[server\] and its \[proxy\] stand here\..*…$/);
    const plain = excerpt.replace(/[[\]…]/g, '');
    expect(text).toContain(plain);
    expect(text.split(' ')).toEqual(expect.arrayContaining(plain.split(' ').slice(0, -1)));
    expect(plain.length).toBeLessThanOrEqual(220);
  });

  it('begins at the beginning without marks, and where they are near it', () => {
    expect(written(excerptOf(filler, terms(), ENGLISH))).toMatch(/^Nothing of the kind .*…$/);
    expect(written(excerptOf(`The proxy. ${filler}`, terms('proxi'), ENGLISH))).toMatch(/^The \[proxy\]\./);
  });

  it('cuts texts without spaces, and no surrogate pair', () => {
    for (const length of [20, 21]) {
      const excerpt = excerptOf('𝒳'.repeat(40), terms(), ANY_LANGUAGE, length);
      expect(excerpt.map(({ text }) => text).join('')).toMatch(/^(𝒳)+…$/u);
    }
  });
});

it('a sentence of a passage is that with most of the terms, or the first', () => {
  const passage = 'One thing. Another thing.\n\nThe Host header names\nanother server. Check it.';
  expect(sentenceOf(passage, terms('host', 'server'), ENGLISH)).toBe('The Host header names');
  expect(sentenceOf(passage, terms(), ENGLISH)).toBe('One thing.');
  expect(sentenceOf('', terms('x'), ENGLISH)).toBe('');
});

it('a term is shown as the text has it', () => {
  expect(formOf('All Proxies here', 'proxi', ENGLISH)).toBe('Proxies');
  expect(formOf('Nothing', 'proxi', ENGLISH)).toBeUndefined();
});
