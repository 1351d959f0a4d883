import { afterEach, expect, it, vi } from 'vitest';
import { randomId } from './implement.ts';

afterEach(() => vi.unstubAllGlobals());

const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it('gives what crypto.randomUUID() gives, without it', () => {
  expect(crypto.randomUUID()).toMatch(VERSION_4);
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
  const ids = Array.from({ length: 1000 }, randomId);
  for (const id of ids) expect(id).toMatch(VERSION_4);
  expect(new Set(ids).size).toBe(1000);
  // Each free digit takes each value: none is stuck.
  for (const at of [0, 7, 9, 15, 20, 35]) expect(new Set(ids.map((id) => id[at])).size).toBe(16);
});

it('puts the bytes in order', () => {
  vi.stubGlobal('crypto', {
    getRandomValues: (bytes: Uint8Array) => bytes.map((_, index) => (bytes[index] = index * 17)),
  });
  expect(randomId()).toBe('00112233-4455-4677-8899-aabbccddeeff');
});
