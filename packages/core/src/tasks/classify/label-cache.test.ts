import { expect, it } from 'vitest';
import { LabelCache } from './label-cache.ts';

const vector = (value: number) => ({ vector: Float32Array.of(value), tokens: 1 });

it('keeps labels by model and task, and forgets the least recently used', () => {
  const cache = new LabelCache(2);
  cache.set('m', null, 'a', vector(1));
  cache.set('m', 'classification', 'a', vector(2));
  expect(cache.get('m', null, 'a')?.vector[0]).toBe(1);
  expect(cache.get('m', 'classification', 'a')?.vector[0]).toBe(2);
  expect(cache.get('other', null, 'a')).toBeUndefined();
  // Used just now, so the other one goes.
  cache.get('m', null, 'a');
  cache.set('m', null, 'b', vector(3));
  expect(cache.get('m', 'classification', 'a')).toBeUndefined();
  expect(cache.get('m', null, 'a')).toBeDefined();
});

it('tells names apart that look alike when joined', () => {
  const cache = new LabelCache();
  cache.set('m', 'x', 'y","z', vector(1));
  expect(cache.get('m', 'x","y', 'z')).toBeUndefined();
});

it('forgets all, and lets others know', () => {
  const cache = new LabelCache();
  const { epoch } = cache;
  cache.set('m', null, 'a', vector(1));
  cache.set('m2', null, 'a', vector(2));
  expect(cache.epoch).toBe(epoch);
  cache.clear();
  expect(cache.get('m', null, 'a')).toBeUndefined();
  expect(cache.get('m2', null, 'a')).toBeUndefined();
  expect(cache.epoch).not.toBe(epoch);
});
