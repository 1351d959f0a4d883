import { FoundationError, findModel } from '@nearfield/spec';
import { describe, expect, it } from 'vitest';
import { readLine } from './batch-line.ts';
import type { BatchDefaults } from './batches.ts';

const NONE: BatchDefaults = { task: null, dimensions: null, normalized: true };

function read(line: unknown, model = 'all-MiniLM-L6-v2', defaults: Partial<BatchDefaults> = {}) {
  const text = typeof line === 'string' || typeof line === 'number' ? line : JSON.stringify(line);
  return readLine(text, 7, { model, entry: findModel(model)!, defaults: { ...NONE, ...defaults } });
}

function request(...parameters: Parameters<typeof read>) {
  const { checked } = read(...parameters);
  if (FoundationError.isInstance(checked)) throw checked;
  return { ...checked.request, resolved: checked.resolved };
}

describe('readLine()', () => {
  it('names a line, or numbers it', () => {
    expect(read({ custom_id: 'a', body: { input: 'x' } }).customId).toBe('a');
    expect(read({ custom_id: 12, body: { input: 'x' } }).customId).toBe('12');
    expect(read({ body: { input: 'x' } }).customId).toBe('7');
    expect(read('{').customId).toBe('7');
    // A line that fails keeps its name.
    expect(read({ custom_id: 'a', body: { input: [] } }).customId).toBe('a');
  });

  it('fills in what the batch says, unless the line says otherwise', () => {
    const defaults = { dimensions: 128, normalized: false };
    expect(request({ body: { input: 'x' } }, undefined, defaults)).toMatchObject(defaults);
    expect(
      request({ body: { input: 'x', dimensions: 64, normalized: true } }, undefined, defaults),
    ).toMatchObject({ dimensions: 64, normalized: true });
    // Under the name that other clients have for it.
    expect(request({ body: { input: 'x', output_dimension: 32 } }, undefined, defaults).dimensions).toBe(32);
  });

  it.each([
    [null, {}, 'text-matching'],
    ['retrieval', {}, 'retrieval.passage'],
    ['retrieval', { prompt_name: 'query' }, 'retrieval.query'],
    ['retrieval.query', {}, 'retrieval.query'],
    ['classification', {}, 'classification'],
    ['classification', { task: 'clustering' }, 'clustering'],
    [null, { input_type: 'query' }, 'retrieval.query'],
  ] as const)('understands task %s with %j as %s', (task, body, resolved) => {
    const model = 'jina-embeddings-v5-text-nano';
    expect(request({ body: { input: 'x', ...body } }, model, { task }).resolved.task).toBe(resolved);
  });

  it('has no task for a model without tasks', () => {
    expect(request({ body: { input: 'x' } }).resolved.task).toBeNull();
  });

  it('takes the fields of other clients that say nothing new', () => {
    const line = {
      method: 'POST',
      url: '/v1/embeddings',
      body: { model: 'Xenova/all-MiniLM-L6-v2', input: 'x' },
    };
    expect(request(line).model).toBe('all-MiniLM-L6-v2');
  });

  it.each([
    ['{"body":', 'body', /not JSON/],
    ['[]', 'body', /object/],
    ['null', 'body', /object/],
    [{ custom_id: 'a' }, 'body', /without model/],
    [{ body: 'x' }, 'body', /without model/],
    [{ body: {} }, 'input', /input/],
    [{ body: { input: [] } }, 'input', /empty/],
    [{ body: { input: 'x', colour: 'red' } }, 'colour', /colour/],
    [{ body: { input: 'x', model: 'jina-embeddings-v3' } }, 'body.model', /all-MiniLM/],
    [{ body: { input: 'x', dimensions: 4096 } }, 'dimensions', /384/],
    [{ body: { input: 'x', task: 'retrieval.query' } }, 'task', /no tasks/],
    [{ body: { input: { image: 'x' } } }, 'input.0', /image/],
    [{ body: { input: 'x' }, priority: 1 }, 'priority', /priority/],
    [{ body: { input: 'x' }, method: 'GET' }, 'method', /POST/],
    [{ body: { input: 'x' }, url: '/v1/chat' }, 'url', /embeddings/],
    [{ body: { input: 'x' }, custom_id: {} }, 'custom_id', /string/],
    [9_000_000, 'body', /9000000 characters/],
  ])('refuses %j at %s', (line, param, message) => {
    const { checked } = read(line);
    expect(FoundationError.isInstance(checked)).toBe(true);
    expect(checked).toMatchObject({ code: 'INPUT_VALIDATION_FAILED', param });
    expect((checked as FoundationError).message).toMatch(message);
  });

  it('refuses what contradicts the batch, by name', () => {
    const line = { body: { input: 'x', return_multivector: true } };
    expect(() => request(line, undefined, { dimensions: 64 })).toThrow(/dimensions/);
  });
});
