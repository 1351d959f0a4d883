import type { CallProgress } from '@nearfield/spec';
import { expect, test } from 'vitest';
import { type ModelLoading, remainingTime, trackModel } from './model-progress.ts';

const bytes = (loaded: number, fromCache = false): CallProgress => ({
  type: 'model-progress',
  model: 'm',
  loaded,
  total: 100,
  fromCache,
  files: [{ path: 'onnx/model.onnx', state: fromCache ? 'from-cache' : 'downloading', loaded, total: 100 }],
});

function track(events: readonly (readonly [number, CallProgress])[]): (ModelLoading | undefined)[] {
  let state: ModelLoading | undefined;
  return events.map(([now, event]) => {
    state = trackModel(state, event, now);
    return state;
  });
}

test('follows a model from the first byte until it is ready', () => {
  const states = track([
    [1000, bytes(0)],
    [2000, bytes(50)],
    [3000, bytes(100)],
    [3100, { type: 'model-state', model: 'm', state: 'compiling' }],
    [3500, { type: 'model-state', model: 'm', state: 'ready', device: 'wasm' }],
  ]);
  expect(states.map((state) => state?.state)).toEqual([
    'downloading',
    'downloading',
    'downloading',
    'compiling',
    'ready',
  ]);
  expect(states.map((state) => state?.rate)).toEqual([0, 50, 50, 50, 50]);
  expect(states.at(-1)).toMatchObject({ took: 2500, device: 'wasm', loaded: 100, total: 100 });
});

test('tells the cache from the network', () => {
  expect(track([[0, bytes(100, true)]])[0]?.state).toBe('from-cache');
});

test('starts anew when a model is loaded a second time', () => {
  const states = track([
    [0, bytes(100)],
    [10, { type: 'model-state', model: 'm', state: 'ready' }],
    [5000, bytes(0, true)],
  ]);
  expect(states.at(-1)).toMatchObject({ startedAt: 5000, state: 'from-cache' });
  expect(states.at(-1)?.took).toBeUndefined();
});

test('ignores the work itself', () => {
  const work: CallProgress = {
    type: 'work-progress',
    inputs: { done: 1, total: 2 },
    tokens: { done: 5, total: 9 },
  };
  expect(track([[0, work]])).toEqual([undefined]);
});

test('the time left is told of downloads with a speed only', () => {
  const [start, half, whole] = track([
    [1000, bytes(0)],
    [3000, bytes(30)],
    [4000, bytes(100)],
  ]);
  expect(remainingTime(start!)).toBeUndefined();
  // 15 a second, 70 to go.
  expect(remainingTime(half!)).toBe(5);
  expect(remainingTime(whole!)).toBeUndefined();
  expect(remainingTime({ ...half!, state: 'from-cache' })).toBeUndefined();
});
