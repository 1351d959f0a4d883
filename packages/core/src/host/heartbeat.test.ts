import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchHeartbeat } from './heartbeat.ts';

describe('watchHeartbeat', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('is content with a worker that answers, however slowly below the limit', async () => {
    const onSilence = vi.fn();
    const ask = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 4500)));
    const stop = watchHeartbeat(ask, 5000, onSilence);
    await vi.advanceTimersByTimeAsync(60_000);
    stop();
    expect(onSilence).not.toHaveBeenCalled();
    expect(ask.mock.calls.length).toBeGreaterThan(8);
  });

  it('tells once when no answer comes', async () => {
    const onSilence = vi.fn();
    watchHeartbeat(() => new Promise(() => {}), 5000, onSilence);
    await vi.advanceTimersByTimeAsync(5000);
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  it('does not count time in which the page slept', async () => {
    const onSilence = vi.fn();
    let answer: () => void = () => {};
    const stop = watchHeartbeat(() => new Promise<void>((resolve) => (answer = resolve)), 5000, onSilence);
    await vi.advanceTimersByTimeAsync(2000);
    // Frozen for an hour: the clock goes on, timers do not.
    vi.setSystemTime(Date.now() + 3_600_000);
    const { now } = performance;
    const frozen = vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 3_600_000);
    await vi.advanceTimersByTimeAsync(1000);
    expect(onSilence).not.toHaveBeenCalled();
    answer();
    await vi.advanceTimersByTimeAsync(2000);
    expect(onSilence).not.toHaveBeenCalled();
    stop();
    frozen.mockRestore();
  });

  it('stops asking when it is stopped', async () => {
    const ask = vi.fn(() => Promise.resolve());
    watchHeartbeat(ask, 5000, () => {})();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(ask).not.toHaveBeenCalled();
  });
});
