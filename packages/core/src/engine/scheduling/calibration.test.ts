import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/node-runtime.ts';
import { SessionPool } from '../runtime/session-pool.ts';
import { budgetOf, calibrate, summarise } from './calibration.ts';
import { Scheduler } from './scheduler.ts';

describe('summarise', () => {
  it('takes the smallest batch that is nearly as fast as the best', () => {
    const points = [
      { tokens: 1024, ms: 4 },
      { tokens: 2048, ms: 5 },
      { tokens: 4096, ms: 6 },
      { tokens: 8192, ms: 11.8 },
      { tokens: 16384, ms: 23.6 },
    ];
    expect(summarise(points)).toMatchObject({ budgetTokens: 4096, tokensPerSecond: 682_667 });
  });

  it('finds what starting a batch costs', () => {
    // 10 ms to start, then 100 tokens a millisecond: 1000 tokens.
    const points = [1024, 2048, 4096, 8192].map((tokens) => ({ tokens, ms: 10 + tokens / 100 }));
    expect(summarise(points).overheadTokens).toBe(1000);
  });

  it('stays in sane bounds when times are noise', () => {
    expect(summarise([{ tokens: 256, ms: 0 }])).toMatchObject({ budgetTokens: 256, overheadTokens: 4 });
    const { overheadTokens } = summarise([
      { tokens: 256, ms: 9 },
      { tokens: 512, ms: 3 },
    ]);
    expect(overheadTokens).toBeGreaterThanOrEqual(4);
    expect(overheadTokens).toBeLessThanOrEqual(128);
  });
});

describe('calibrate', () => {
  const runtime = nodeRuntime();

  it('measures a real device', async () => {
    const calibration = await calibrate(new SessionPool(runtime, 1e9), new Scheduler());
    expect(calibration.device).toBe('cpu');
    expect(calibration.tokensPerSecond).toBeGreaterThan(0);
    expect(calibration.queryMs).toBeGreaterThan(0);
    expect([256, 512, 1024, 2048]).toContain(calibration.budgetTokens);
    expect(budgetOf(calibration, 'cpu')).toMatchObject({ tokens: calibration.budgetTokens, rows: 64 });
  });

  it('stops when it is aborted', async () => {
    await expect(
      calibrate(new SessionPool(runtime, 1e9), new Scheduler(), AbortSignal.abort()),
    ).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
