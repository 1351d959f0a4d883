import type { Calibration } from '@nearfield/spec/implement';
import { describe, expect, it } from 'vitest';
import { compareCalibrations, compareQueries } from './calibrations.ts';

const measured = (device: 'webgpu' | 'wasm', tokensPerSecond: number): Calibration => ({
  device,
  tokensPerSecond,
  queryMs: 1,
  budgetTokens: 1024,
  overheadTokens: 16,
  measuredAt: '2026-01-01T00:00:00.000Z',
});

describe('compareCalibrations', () => {
  it('takes the GPU where it is faster than what wasm does with int8', () => {
    expect(compareCalibrations(measured('webgpu', 200_000), measured('wasm', 5000)).flavour).toBe('webgpu');
    expect(compareCalibrations(measured('webgpu', 9100), measured('wasm', 5000)).flavour).toBe('webgpu');
  });

  it('stays on wasm where the GPU is not worth it', () => {
    const { flavour, reason } = compareCalibrations(measured('webgpu', 8000), measured('wasm', 5000));
    expect(flavour).toBe('wasm');
    expect(reason).toMatch(/WebGPU 8,000 tokens\/s, wasm 5,000/);
  });
});

describe('compareQueries', () => {
  const compare = (webgpuMs: number, wasmMs: number): ReturnType<typeof compareQueries> =>
    compareQueries(
      { ...measured('webgpu', 100_000), queryMs: webgpuMs },
      { ...measured('wasm', 10_000), queryMs: wasmMs },
    );

  it('leaves queries on the GPU unless wasm is clearly quicker', () => {
    expect(compare(1, 2)).toMatchObject({ device: 'webgpu', characters: 0 });
    expect(compare(2.6, 2)).toMatchObject({ device: 'webgpu', characters: 0 });
    expect(compare(2.7, 2).reason).toMatch(/^A query of 16 tokens took 2.7 ms on WebGPU and 2.0 ms on wasm/);
  });

  it('gives wasm calls for as long as it stays ahead, and none that are much longer than what was measured', () => {
    // 1.4 ms ahead; a token more costs 1.3 × 0.1 ms there and 0.01 ms on the GPU: 11.67 tokens more.
    expect(compare(4, 2)).toMatchObject({ device: 'wasm', characters: Math.floor((16 + 1.4 / 0.12) * 4) });
    expect(compare(100, 2)).toMatchObject({ device: 'wasm', characters: 256 });
  });
});
