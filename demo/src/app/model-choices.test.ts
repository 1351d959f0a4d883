import type { DeviceReport } from '@nearfield/spec';
import { describe, expect, test } from 'vitest';
import { downloadMegabytes, hostedChoices, localChoices } from './model-choices.ts';

const device = (overrides: Partial<DeviceReport>): DeviceReport => ({
  device: 'wasm',
  reason: '',
  f16: false,
  threads: 1,
  threadsReason: '',
  ...overrides,
});

test('rerankers and picture models are no choice', () => {
  expect(
    localChoices(['all-MiniLM-L6-v2', 'jina-reranker-v2-base-multilingual', 'jina-clip-v2', 'my-own']),
  ).toEqual(['all-MiniLM-L6-v2', 'my-own']);
  expect(hostedChoices()).toContain('jina-embeddings-v3');
  expect(hostedChoices()).not.toContain('all-MiniLM-L6-v2');
});

describe('downloadMegabytes', () => {
  test('follows the device', () => {
    expect(downloadMegabytes('all-MiniLM-L6-v2', undefined)).toBeCloseTo(23.5);
    expect(downloadMegabytes('all-MiniLM-L6-v2', device({}))).toBeCloseTo(23.5);
    expect(downloadMegabytes('all-MiniLM-L6-v2', device({ device: 'webgpu' }))).toBeCloseTo(23.5);
    expect(downloadMegabytes('all-MiniLM-L6-v2', device({ device: 'webgpu', f16: true }))).toBeCloseTo(45.2);
    expect(downloadMegabytes('jina-embeddings-v2-small-en', device({ device: 'webgpu', f16: true }))).toBe(
      65,
    );
  });

  test('is not known for models that do not run here', () => {
    expect(downloadMegabytes('jina-embeddings-v4', undefined)).toBeUndefined();
    expect(downloadMegabytes('my-own', undefined)).toBeUndefined();
  });
});
