import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CallProgress, tellProgress } from './progress.ts';

const event: CallProgress = {
  type: 'work-progress',
  inputs: { done: 1, total: 2 },
  tokens: { done: 3, total: 6 },
};
const failure = new Error('a bug of the page');
const failing = (): never => {
  throw failure;
};

afterEach(() => vi.unstubAllGlobals());

describe('tellProgress', () => {
  it('tells a listener, if there is one', () => {
    const listener = vi.fn();
    tellProgress(listener, event);
    tellProgress(undefined, event);
    expect(listener.mock.calls).toEqual([[event]]);
  });

  it('reports what a listener throws as pages report it', () => {
    const report = vi.fn();
    vi.stubGlobal('reportError', report);
    tellProgress(failing, event);
    expect(report.mock.calls).toEqual([[failure]]);
  });

  it('reports on the console where pages are not', () => {
    vi.stubGlobal('reportError', undefined);
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    tellProgress(failing, event);
    expect(log).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('onProgress'), failure);
    log.mockRestore();
  });
});
