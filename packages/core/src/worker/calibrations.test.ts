import type { Calibration } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { compareCalibrations } from './calibrations.ts';

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
