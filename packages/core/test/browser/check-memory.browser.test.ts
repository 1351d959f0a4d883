import type { ModelCheck } from '@nearfield/spec';
import { expect, it, vi } from 'vitest';
import { IndexedDbCheckMemory } from '../../src/engine/loading/check-memory.ts';

const check: ModelCheck = { result: 'passed', goldens: 2, cosine: 0.99, reason: 'a test' };

it('remembers across instances', async () => {
  const key = crypto.randomUUID();
  expect(await new IndexedDbCheckMemory().recall(key)).toBeUndefined();
  await new IndexedDbCheckMemory().remember(key, check);
  expect(await new IndexedDbCheckMemory().recall(key)).toEqual(check);
  expect(await new IndexedDbCheckMemory().recall(`${key}!`)).toBeUndefined();
});

it('forgets where the database does not work, without an error', async () => {
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('blocked', 'SecurityError');
  });
  const memory = new IndexedDbCheckMemory();
  await memory.remember('key', check);
  expect(await memory.recall('key')).toBeUndefined();
  vi.restoreAllMocks();
});
