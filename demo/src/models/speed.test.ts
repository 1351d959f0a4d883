import { expect, test } from 'vitest';
import type { ModelLoading } from '../shell/model-progress.ts';
import { speedOf } from './speed.ts';

const loading: ModelLoading = {
  model: 'a',
  state: 'downloading',
  loaded: 10e6,
  total: 40e6,
  files: [],
  rate: 2e6,
  startedAt: 0,
};

test('speed and remaining time are told of a download, once they are known', () => {
  expect(speedOf(loading)).toEqual(['2.0 MB/s', '15.0 s left']);
  expect(speedOf({ ...loading, loaded: 40e6 })).toEqual(['2.0 MB/s']);
  expect(speedOf({ ...loading, rate: 0 })).toEqual([]);
  expect(speedOf({ ...loading, state: 'from-cache' })).toEqual([]);
});
