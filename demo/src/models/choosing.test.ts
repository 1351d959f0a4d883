import { CATALOGUE, type DeviceReport, modelFacts } from '@nearfield/spec';
import { modelInfo } from '@nearfield/spec/implement';
import { describe, expect, test } from 'vitest';
import { filtered } from './catalogue.ts';
import { linksOf, sortedModels, targetOf } from './choosing.ts';

const models = CATALOGUE.map((entry) => ({ info: modelInfo(entry), facts: modelFacts(entry) }));
const cpu = { device: 'wasm', f16: false } as DeviceReport;
const gpu = { device: 'webgpu', f16: false } as DeviceReport;
const ids = (by: Parameters<typeof sortedModels>[1], device = cpu): string[] =>
  sortedModels(models, by, device).flatMap(({ facts }) => facts?.id ?? []);
const all = { models, kind: 'all', use: 'all', onlyHere: false, words: '' } as const;

describe('the order of models', () => {
  test('begins with the recommended ones and ends with those that do not run here', () => {
    expect(ids('recommended').slice(0, 3)).toEqual(['all-MiniLM-L6-v2', 'minilm-reranker', 'icon-clip']);
    const runs = sortedModels(models, 'recommended', cpu).map(({ facts }) => facts?.local.runs);
    expect(runs).toEqual([...runs].sort((a, b) => Number(b) - Number(a)));
  });

  test('is by what this device would download, by name, or by date', () => {
    expect(ids('size')[0]).toBe('icon-clip');
    expect(ids('size').indexOf('jina-embeddings-v3')).toBeLessThan(ids('size').indexOf('jina-embeddings-v4'));
    expect(ids('name').slice(0, 2)).toEqual(['all-MiniLM-L6-v2', 'elser-v2']);
    expect(ids('released').at(-1)).toBe('all-MiniLM-L6-v2');
  });
});

test('a model runs where its files for the device are', () => {
  expect(targetOf('all-MiniLM-L6-v2', cpu)).toBe('wasm');
  expect(targetOf('all-MiniLM-L6-v2', gpu)).toBe('webgpu');
  // Its precisions for a GPU need float16.
  expect(targetOf('jina-embeddings-v3', gpu)).toBe('wasm');
  expect(targetOf('jina-embeddings-v3', { ...gpu, f16: true })).toBe('webgpu');
  expect(targetOf('jina-embeddings-v4', gpu)).toBeUndefined();
});

test('models are found by language, and by whether a company may use them', () => {
  const german = filtered({ ...all, words: 'german', use: 'yes' });
  expect(german.map(({ facts }) => facts?.id)).toEqual(['jina-embeddings-v2-base-de']);
  for (const { facts } of filtered({ ...all, use: 'licence-needed' }))
    expect(facts?.commercialUse.answer).toBe('licence-needed');
});

test('links lead to the licence, to who gives it, and to the card of what is on a hub', () => {
  const links = (id: string) => linksOf(models.find(({ facts }) => facts.id === id)!);
  expect(links('minilm-reranker')).toEqual({
    card: undefined,
    licence: 'https://www.apache.org/licenses/LICENSE-2.0',
    ask: undefined,
  });
  const { card, ask } = links('jina-embeddings-v3');
  expect(card).toMatch(/\/jinaai\/jina-embeddings-v3$/u);
  expect(ask).toBeDefined();
});
