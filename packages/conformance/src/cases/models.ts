import { findModel, type SearchFoundation } from '@nearfield/spec';
import { describe, expect } from 'vitest';
import { tinyModelsOf } from '../models.ts';
import { expectShape } from '../openapi.ts';
import { refusal, type Subject } from '../subject.ts';

/** `/v1/models`. */
export function modelCases(subject: Subject): void {
  const { minilm } = subject.models;
  const test = (name: string, run: (foundation: SearchFoundation) => Promise<void>): void =>
    subject.case('models', name, run);

  describe('models', () => {
    test('are listed in the API’s shape, with the catalogue’s facts', async (foundation) => {
      const answer = await foundation.models.list();
      expectShape('ModelListResponse', answer);
      const ids = answer.data.map(({ nearfield }) => nearfield?.id);
      for (const id of (await foundation.capabilities()).models) expect(ids).toContain(id);
      expect(new Set(answer.data.map(({ id }) => id)).size).toBe(answer.data.length);
    });

    test('all models that can be asked are in the list', async (foundation) => {
      const { data } = await foundation.models.list();
      const known = data.flatMap(({ id, nearfield }) => [id, nearfield?.id]);
      for (const { id } of tinyModelsOf(subject.models)) expect(known).toContain(id);
    });

    for (const id of [
      'jina-embeddings-v3',
      'jina-ai/jina-embeddings-v3',
      'jinaai/jina-embeddings-v3',
      'JINA-EMBEDDINGS-V3',
    ]) {
      test(`${id} is found`, async (foundation) => {
        const model = await foundation.models.get(id);
        expectShape('ModelInfo', model);
        expect(model).toMatchObject({
          id: 'jina-ai/jina-embeddings-v3',
          context_length: 8192,
          max_output_length: 1024,
          nearfield: { id: 'jina-embeddings-v3', licence: 'CC-BY-NC-4.0' },
        });
      });
    }

    test('every entry of the list is found under its id', async (foundation) => {
      const { data } = await foundation.models.list();
      for (const entry of data.filter(({ nearfield }) => findModel(nearfield?.id ?? ''))) {
        expect(await foundation.models.get(entry.id)).toEqual(entry);
      }
    });

    for (const id of [
      'no-such-model',
      'jina-ai/nothing',
      'a/b/c',
      '%2e%2e',
      '__proto__',
      'constructor',
      'ünïcode 日本',
    ]) {
      test(`‘${id}’ is not found`, async (foundation) => {
        const error = await refusal(foundation.models.get(id));
        expect(error).toMatchObject({ code: 'INPUT_MODEL_NOT_FOUND', status: 400, retryable: false });
      });
    }

    test('a misspelt id is answered with the nearest', async (foundation) => {
      const { message } = await refusal(foundation.models.get('all-MiniLM-L6'));
      expect(message).toContain(minilm);
    });
  });
}
