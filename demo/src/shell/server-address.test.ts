import { expect, test } from 'vitest';
import { hostOf, readerOf, readServerAddress, sameServer } from './server-address.ts';

test.each([
  ['https://api.jina.ai', 'https://api.jina.ai'],
  [' http://127.0.0.1:8091/ ', 'http://127.0.0.1:8091/'],
  ['HTTP://Example.org', 'HTTP://Example.org'],
  ['localhost:8080', 'http://localhost:8080'],
  ['localhost', 'http://localhost'],
  ['127.0.0.1:8091', 'http://127.0.0.1:8091'],
  ['[::1]:8080', 'http://[::1]:8080'],
  ['192.168.0.7:80/v1', 'http://192.168.0.7:80/v1'],
  ['api.example.org/v1', 'https://api.example.org/v1'],
  ['search.example.org:8443', 'https://search.example.org:8443'],
])('%j is %s', (typed, url) => {
  expect(readServerAddress(typed)).toEqual({ url });
});

test.each([
  '',
  '  ',
  'not a url',
  'nonsense',
  'javascript:alert(1)',
  'ftp://example.org',
  'file:///etc/passwd',
  'https://',
  'http://user:secret@example.org',
  'https://exa mple.org',
  'http://[::1',
  'example.org:99999999',
])('%j is refused in a sentence', (typed) => {
  expect(readServerAddress(typed).problem).toMatch(/^\S.{15,}$/u);
});

test('servers are compared by origin', () => {
  expect(sameServer('https://api.jina.ai', 'https://api.jina.ai/v1/')).toBe(true);
  expect(sameServer('https://api.jina.ai', 'http://api.jina.ai')).toBe(false);
  expect(sameServer('nonsense', 'nonsense')).toBe(false);
  expect(hostOf('http://127.0.0.1:8091/v1')).toBe('127.0.0.1:8091');
});

test('a server of one’s own reads pages below its address', () => {
  const hosted = 'https://api.jina.ai';
  expect(readerOf('https://api.jina.ai/v1', hosted)).toBeUndefined();
  expect(readerOf('http://localhost:8080', hosted)).toBe('http://localhost:8080/r');
  expect(readerOf('https://example.org/nearfield/v1/', hosted)).toBe('https://example.org/nearfield/r');
});
