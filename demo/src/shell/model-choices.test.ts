import { CATALOGUE, type DeviceReport, type ModelInfo } from '@nearfield/spec';
import { modelInfo } from '@nearfield/spec/implement';
import { describe, expect, test } from 'vitest';
import {
  answersFor,
  downloadMegabytes,
  localChoices,
  remoteChoice,
  remoteModelsFor,
  SEARCH_NEED,
} from './model-choices.ts';

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
  const hosted = remoteModelsFor(SEARCH_NEED, undefined);
  expect(hosted).toContain('jina-embeddings-v3');
  expect(hosted).not.toContain('all-MiniLM-L6-v2');
});

describe('the models of a server', () => {
  /** As a Nearfield server lists them, and as any other does. */
  const nearfield: ModelInfo[] = CATALOGUE.map(modelInfo);
  const other: ModelInfo[] = [
    { ...modelInfo(CATALOGUE.find(({ id }) => id === 'jina-embeddings-v4')!), nearfield: undefined },
    { ...modelInfo(CATALOGUE[0]!), id: 'house-embedder', nearfield: undefined },
  ];

  test('are those that it answers for', () => {
    const choices = remoteModelsFor(SEARCH_NEED, nearfield);
    expect(choices).toContain('all-MiniLM-L6-v2');
    expect(choices).not.toContain('jina-embeddings-v4');
    expect(choices).not.toContain('minilm-reranker');
    expect(nearfield.filter((info) => !answersFor(info)).length).toBeGreaterThan(0);
    expect(remoteModelsFor(SEARCH_NEED, other)).toEqual(['jina-embeddings-v4', 'house-embedder']);
    expect(remoteModelsFor({ endpoint: 'rerank' }, nearfield)).toContain('minilm-reranker');
  });

  test('a model that it does not answer for is said to be none', () => {
    expect(remoteChoice('jina-embeddings-v4', nearfield, 'at localhost:1')).toMatch(
      /^jina-embeddings-v4 does not run at localhost:1: /u,
    );
    expect(remoteChoice('nonsense', nearfield, 'at localhost:1')).toBe(
      'There is no nonsense at localhost:1.',
    );
    expect(remoteChoice('all-MiniLM-L6-v2', nearfield, 'at localhost:1')).toBeUndefined();
    expect(remoteChoice('jina-embeddings-v4', other, 'at localhost:1')).toBeUndefined();
    expect(remoteChoice('nonsense', undefined, 'at localhost:1')).toBeUndefined();
  });
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
