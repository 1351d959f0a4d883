import { expect, it } from 'vitest';
import { engineAt, isEngineAddress } from './index.ts';

it.each([
  ['postgres://me@host/db', { kind: 'postgres', url: 'postgres://me@host/db', name: 'site' }],
  [
    'postgresql://host/db?sslmode=require&name=docs',
    { kind: 'postgres', url: 'postgresql://host/db?sslmode=require', name: 'docs' },
  ],
  ['http://host:9200', { kind: 'elasticsearch', url: 'http://host:9200/', name: 'site' }],
  ['https://host:6333?name=docs', { kind: 'qdrant', url: 'https://host:6333/', name: 'docs' }],
  ['https://cloud.example/x?engine=qdrant', { kind: 'qdrant', url: 'https://cloud.example/x', name: 'site' }],
])('%s', (address, expected) => {
  expect(isEngineAddress(address)).toBe(true);
  expect(engineAt(address)).toEqual(expected);
});

it.each(['./folder', 'http://host:8080', 'mysql://host', ''])('%j is no engine', (address) => {
  expect(() => engineAt(address)).toThrow(
    expect.objectContaining({ code: 'INPUT_VALIDATION_FAILED', param: 'url' }),
  );
});
