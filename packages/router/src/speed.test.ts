import { expect, it } from 'vitest';
import type { Place } from './options.ts';
import { Speeds } from './speed.ts';

const PLACES: readonly Place[] = ['local', 'remote'];

it('orders places by their times once each was tried twice; the first time is that of loading', () => {
  const speeds = new Speeds();
  const order = (): Place[] => speeds.order(PLACES, 'embeddings m', 1);
  expect(order()).toEqual(['local', 'remote']);
  speeds.note('local', 'embeddings m', 1, 5000);
  speeds.note('remote', 'embeddings m', 1, 100);
  speeds.note('remote', 'embeddings m', 1, 100);
  expect(order()[0]).toBe('local');
  speeds.note('local', 'embeddings m', 1, 20);
  expect(order()).toEqual(['local', 'remote']);
  // A connection that gets better is noticed by its average.
  for (let call = 0; call < 10; call++) speeds.note('remote', 'embeddings m', 1, 5);
  expect(order()).toEqual(['remote', 'local']);
});

it('tells kinds of calls and their sizes apart: of many inputs, the time of each counts', () => {
  const speeds = new Speeds();
  for (let call = 0; call < 2; call++) {
    speeds.note('local', 'a', 1, 10);
    speeds.note('remote', 'a', 1, 100);
    speeds.note('local', 'a', 100, 5000);
    speeds.note('remote', 'a', 1000, 6000);
  }
  expect(speeds.order(PLACES, 'a', 1)).toEqual(['local', 'remote']);
  expect(speeds.order(PLACES, 'a', 500)).toEqual(['remote', 'local']);
  expect(speeds.order(PLACES, 'b', 500)).toEqual(['local', 'remote']);
});
