import { describe, expect, it } from 'vitest';
import { ENGLISH } from '../analysis/analyser.ts';
import { Dictionary } from '../keywords/dictionary.ts';
import { queryWords } from '../keywords/query.ts';
import { correctedQuery } from './correction.ts';
import { excerptOf, highlightsOf, markedTerms } from './highlights.ts';

const dictionary = new Dictionary(['configuration', 'configure', 'server', 'severe', 'the']);
const marked = (query: string, text: string): string[] => {
  const terms = markedTerms(queryWords(query, ENGLISH, dictionary));
  return highlightsOf(text, terms, [ENGLISH]).map(([start, end]) => text.slice(start, end));
};

describe('highlights', () => {
  it('are words of the query in any form, neighbours as one', () =>
    expect(marked('configured servers', 'Configure the servers. Server configuration; X-server')).toEqual([
      'Configure',
      'servers',
      'Server configuration',
      'server',
    ]));

  it('leave out words without a subject, unless there are no others', () => {
    expect(marked('the server', 'The server')).toEqual(['server']);
    expect(marked('the ', 'The server')).toEqual(['The']);
  });

  it('mark what a mistyped word stands for', () => expect(marked('servr ', 'a server')).toEqual(['server']));
});

describe('an excerpt', () => {
  const filler = 'Nothing of note is said here at all. '.repeat(12);
  it('shows the sentence of the matches', () => {
    const text = `${filler}The server is configured here. ${filler}`;
    const at = text.indexOf('server');
    const [start, end] = excerptOf(text, [[at, at + 6]]);
    expect(text.slice(start, end)).toMatch(/^The server is configured here\. Nothing/);
    expect(end - start).toBeLessThanOrEqual(226);
  });

  it('prefers where most was matched', () => {
    const text = `A server. ${filler}Configure a server here. ${filler}`;
    const first = text.indexOf('server');
    const second = text.lastIndexOf('Configure');
    const third = text.lastIndexOf('server');
    const [start] = excerptOf(text, [
      [first, first + 6],
      [second, second + 9],
      [third, third + 6],
    ]);
    expect(text.slice(start)).toMatch(/^Configure a server/);
  });

  it('is the beginning without matches, and all of a short text', () => {
    expect(excerptOf(filler, [])[0]).toBe(0);
    expect(excerptOf('short', [[0, 5]])).toEqual([0, 5]);
    // No match is cut.
    const long = 'x'.repeat(500);
    expect(excerptOf(long, [[0, 500]])).toEqual([0, 500]);
  });
});

describe('a corrected query', () => {
  const corrected = (query: string, known: string[] = []): string | undefined => {
    const words = queryWords(query, ENGLISH, dictionary);
    const frequencies: Record<string, number> = { [ENGLISH.stem('configuration')]: 3, server: 5, sever: 1 };
    return correctedQuery(query, words, (term) => frequencies[term] ?? 0, {
      isWord: (word) => known.includes(word),
      isCommon: () => false,
    });
  };
  it('has what mistyped words stand for most often', () => {
    expect(corrected('the servee is gone')).toBe('the server is gone');
    expect(corrected('Servr confguration now')).toBe('server configuration now');
  });
  it('has unfinished words whole', () => expect(corrected('server configurat')).toBe('server configuration'));
  it('leaves other forms of the words of the site', () => {
    expect(corrected('servers are gone')).toBeUndefined();
    expect(corrected('two configurations')).toBeUndefined();
  });
  it('is undefined where nothing is mistyped', () => {
    expect(corrected('server is gone')).toBeUndefined();
    expect(corrected('servee is gone', ['servee'])).toBeUndefined();
  });
});
