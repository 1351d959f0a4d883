import { describe, expect, it } from 'vitest';
import { folder, pageAddress, textDirective, withFragment } from './addresses.ts';

describe('a directive', () => {
  it.each([
    ['', ''],
    ['Wait and try again.', ':~:text=Wait%20and%20try%20again.'],
    ['a-b, c&d', ':~:text=a%2Db%2C%20c%26d'],
    [
      'One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen.',
      ':~:text=One%20two%20three%20four,twelve%20thirteen%20fourteen%20fifteen.',
    ],
    ['字'.repeat(90), `:~:text=${encodeURIComponent('字'.repeat(90))}`],
  ])('of %s', (text, expected) => expect(textDirective(text)).toBe(expected));
});

describe('a page', () => {
  const site = new URL('https://example.org/docs/');
  it.each([
    ['guide/', 'https://example.org/docs/guide/'],
    ['/guide/', 'https://example.org/docs/guide/'],
    ['/docs/guide/', 'https://example.org/docs/guide/'],
    ['/docsets/', 'https://example.org/docs/docsets/'],
    ['https://other.example/x', 'https://other.example/x'],
    ['//other.example/x', 'https://other.example/x'],
    ['?page=2', 'https://example.org/docs/?page=2'],
  ])('%s is at %s', (url, expected) => expect(pageAddress(url, site).href).toBe(expected));

  it('at a root is where it says', () =>
    expect(pageAddress('/guide/', new URL('https://example.org/')).href).toBe('https://example.org/guide/'));
});

it('a folder ends with a slash', () => {
  expect(folder('/search', 'https://example.org/a/b').href).toBe('https://example.org/search/');
  expect(folder('search/', 'https://example.org/a/b').href).toBe('https://example.org/a/search/');
});

it.each([
  ['https://x.example/a', 'top', ':~:text=b', 'https://x.example/a#top:~:text=b'],
  ['https://x.example/a', '', ':~:text=b', 'https://x.example/a#:~:text=b'],
  ['https://x.example/a', 'über uns', '', 'https://x.example/a#%C3%BCber%20uns'],
  ['https://x.example/a#own', '', '', 'https://x.example/a#own'],
  ['https://x.example/a', '', '', 'https://x.example/a'],
])('%s with anchor "%s" and directive "%s"', (page, anchor, directive, expected) =>
  expect(withFragment(new URL(page), anchor, directive)).toBe(expected),
);
