import { afterEach, expect, it, vi } from 'vitest';
import { Throttle } from './throttle.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('lets the first report, urgent ones and one per interval pass', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const throttle = new Throttle();
  expect(throttle.isDue(false)).toBe(true);
  vi.advanceTimersByTime(49);
  expect(throttle.isDue(false)).toBe(false);
  expect(throttle.isDue(true)).toBe(true);
  vi.advanceTimersByTime(49);
  expect(throttle.isDue(false)).toBe(false);
  vi.advanceTimersByTime(1);
  expect(throttle.isDue(false)).toBe(true);
});
