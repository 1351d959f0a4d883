import { describe, expect, it } from 'vitest';
import type { LocalValues } from './local-values.ts';
import { RecentSearches } from './recent-searches.ts';

function storage(): LocalValues & { values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  return { values, get: (name) => values.get(name) ?? null, set: (name, value) => values.set(name, value) };
}

describe('recent searches', () => {
  it('begin with the last, each once, and are as many as wanted', () => {
    const values = storage();
    const recent = new RecentSearches(values, 'a');
    for (const query of ['one', 'two', ' one ', '  ', 'three', 'four']) recent.add(query, 3);
    expect(recent.list(3)).toEqual(['four', 'three', 'one']);
    expect(recent.list(1)).toEqual(['four']);
    expect(new RecentSearches(values, 'a').list(9)).toEqual(['four', 'three', 'one']);
    expect(new RecentSearches(values, 'b').list(9)).toEqual([]);
  });

  it('are not kept where none are wanted', () => {
    const values = storage();
    new RecentSearches(values, 'a').add('one', 0);
    expect(values.values.size).toBe(0);
  });

  it('can be forgotten, one or all', () => {
    const values = storage();
    const recent = new RecentSearches(values, 'a');
    for (const query of ['one', 'two', 'three']) recent.add(query, 5);
    recent.remove('two');
    expect(recent.list(5)).toEqual(['three', 'one']);
    recent.clear();
    expect(new RecentSearches(values, 'a').list(5)).toEqual([]);
  });

  it.each([[null], ['text'], [{}], [[1, null, 'one']]])('read %o without failing', (stored) => {
    const values = storage();
    values.set('recent:a', stored);
    expect(new RecentSearches(values, 'a').list(5)).toEqual(Array.isArray(stored) ? ['one'] : []);
  });
});
